STORE.mmf: MMFSCK-071: record 3: a writer died inside the record, and left an undo image: counter 0x403, of slot 1: process N, thread N, died; undo image of 72 bytes at byte 8; repaired: restore the record as it was
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0x1, expected 0: its writers died, or did not sync; repaired: sync it, and note that it is closed
STORE.mmf: 3 errors found, 3 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
