STORE.mmf.lock: MMFSCK-063: sync_right: a right is held by nobody who lives: slot 5 holds it and is nobody's, expected it free; repaired: clear the lock file
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
