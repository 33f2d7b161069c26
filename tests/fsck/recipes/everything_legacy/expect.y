STORE.mmf: MMFSCK-031: capacity: the capacity is less than the file has room for: room for 3 records, but the file of 6720 bytes has room for 64; repaired: write the records that the file has room for
STORE.mmf: MMFSCK-035: record_count: there are complete records beyond the record count: 18 records; of those beyond, 2 are complete, up to record 19; repaired: count them
STORE.mmf: MMFSCK-071: record 3: a writer died inside the record, and left an undo image: counter 0x403, of slot 1: process N, thread N, died; undo image of 96 bytes at byte 8; repaired: restore the record as it was
STORE.mmf: MMFSCK-071: record 5: a writer died inside the record, and left an undo image: counter 0x405, of slot 2: process N, thread N, died; undo image of 96 bytes at byte 8; repaired: restore the record as it was
STORE.mmf: MMFSCK-074: record 7: the counter is odd, and no owner is known: the record may be torn: counter 0x9 is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 8, symbol: a length is more than the field holds: found 65, expected 64 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 2 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf: 8 errors found, 8 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
