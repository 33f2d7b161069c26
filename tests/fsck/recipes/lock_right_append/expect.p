STORE.mmf: MMFSCK-037: record_count: there are complete records beyond the record count, which were never published: 10 records; of those beyond, 1 are complete, up to record 10
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf.lock: MMFSCK-063: append_right: a right is held by nobody who lives: slot 1 holds it and is nobody's, expected it free; repaired: clear the lock file
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0x1, expected 0: its writers died, or did not sync; repaired: sync it, and note that it is closed
STORE.mmf: 3 errors found, 3 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
