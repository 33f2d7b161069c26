STORE.mmf: MMFSCK-006: schema_version: a header field is damaged, and the checksum proves what it was: schema_version: found 9, expected 1, which the checksum proves; repaired: write what it was
STORE.mmf: MMFSCK-009: reserved_148: bytes that nobody uses are not zero: reserved_148: found 01 at 0x148, the last that is not zero at 0x148; repaired: write zeros
STORE.mmf: MMFSCK-038: durable_0: a note of the last sync is damaged: checksum 843b3cfd, computed 843b3cfc: generation 1, 20 records; repaired: write it anew
STORE.mmf: MMFSCK-030: capacity: the capacity is more than the file has room for: room for 1000000 records, but the file of 12288 bytes has room for 93; repaired: write the records that the file has room for
STORE.mmf: MMFSCK-033: record_count: the record count is lower than at the last sync: 19 records, but the last sync counted 22; repaired: write the count of the last sync
STORE.mmf: MMFSCK-071: record 3: a writer died inside the record, and left an undo image: counter 0x403, of slot 1: process N, thread N, died; undo image of 72 bytes at byte 8; repaired: restore the record as it was
STORE.mmf: MMFSCK-071: record 5: a writer died inside the record, and left an undo image: counter 0x405, of slot 2: process N, thread N, died; undo image of 72 bytes at byte 8; repaired: restore the record as it was
STORE.mmf: MMFSCK-078: record 7, open: the record's checksum is wrong, and would be right if one byte were another: found 0x07 at byte 41 of the record, expected 0x00; repaired: write that byte
STORE.mmf: MMFSCK-079: record 8: the counter is even, but no number that a writer leaves: counter 0x202, expected a multiple of 512; repaired: write the next one that a writer would leave
STORE.mmf: MMFSCK-078: record 9, side: the record's checksum is wrong, and would be right if one byte were another: found 0x10 at byte 40 of the record, expected 0x00; repaired: write that byte
STORE.mmf: MMFSCK-077: record 10: the record's checksum is wrong: it is torn or damaged: found 0xaf495a53, expected 0x9a2f85fd; repaired: accept the record as it is
STORE.mmf: MMFSCK-082: record 10, side: a number that the schema gives no name: found 17, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 2 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf: MMFSCK-054: state: the state has bits that mean nothing: state 0x81, expected no bits but 1, 2 and 4; repaired: clear them
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0x81, expected 0: its writers died, or did not sync; repaired: sync it, and note that it is closed
STORE.mmf: 16 errors found, 16 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
