STORE.mmf: MMFSCK-030: capacity: the capacity is more than the file has room for: room for 102 records, but the file of 4496 bytes has room for 5; repaired: write the records that the file has room for
STORE.mmf: MMFSCK-032: record_count: records that were counted are no longer in the file: the last sync counted 10 records, but the file of 4496 bytes has room for 5; repaired: count the records that are there
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0x1, expected 0: its writers died, or did not sync; repaired: sync it, and note that it is closed
STORE.mmf: 4 errors found, 4 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
