STORE.mmf: MMFSCK-064: lock_id: the lock file is not the one that the store's last writers used: the lock file has another id than the store's header says; repaired: forget that one
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0x1, expected 0: its writers died, or did not sync; repaired: sync it, and note that it is closed
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
