STORE.mmf: MMFSCK-006: record_size: a header field is damaged, and the checksum proves what it was: record_size: found 0, expected 88, which the checksum proves; repaired: write what it was
STORE.mmf: MMFSCK-009: reserved_148: bytes that nobody uses are not zero: reserved_148: found 01 at 0x148, the last that is not zero at 0x148; repaired: write zeros
STORE.mmf: MMFSCK-038: durable_0: a note of the last sync is damaged: checksum 843b3cfd, computed 843b3cfc: generation 1, 20 records; repaired: write it anew
STORE.mmf: MMFSCK-051: state: the machine stopped while the store was in use: state 0x1 of another boot: 40 records, of which the last sync counted 22; repaired: fall back to the records of the last sync, and note that the store is closed
STORE.mmf: MMFSCK-077: record 3: the record's checksum is wrong: it is torn or damaged: found 0x358d9199, expected 0xa1cb2493; repaired: accept the record as it is
STORE.mmf: MMFSCK-075: record 5: the counter is odd, and no owner is known, but the checksum is right: counter 0x405 is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-078: record 7, open: the record's checksum is wrong, and would be right if one byte were another: found 0x07 at byte 41 of the record, expected 0x00; repaired: write that byte
STORE.mmf: MMFSCK-079: record 8: the counter is even, but no number that a writer leaves: counter 0x202, expected a multiple of 512; repaired: write the next one that a writer would leave
STORE.mmf: MMFSCK-077: record 10: the record's checksum is wrong: it is torn or damaged: found 0xaf495a53, expected 0x9a2f85fd; repaired: accept the record as it is
STORE.mmf: MMFSCK-082: record 10, side: a number that the schema gives no name: found 17, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: 10 errors found, 10 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
