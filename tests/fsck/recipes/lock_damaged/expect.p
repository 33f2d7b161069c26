STORE.mmf.lock: MMFSCK-061: version: the lock file is damaged: version 9, expected 1; repaired: clear it
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
