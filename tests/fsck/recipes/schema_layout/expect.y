STORE.mmf: MMFSCK-022: record_size: the record's sizes are not those of the schema in the file: the header has records of 96 bytes with a payload of 72, aligned to 8, its schema, of format 2, 80, 72, 8; left: there is no repair
STORE.mmf: MMFSCK-031: capacity: the capacity is less than the file has room for: room for 80 records, but the file of 12288 bytes has room for 85; repaired: write the records that the file has room for
STORE.mmf: MMFSCK-084: record 0: padding is not zero: 4 of 16 bytes are not zero, the first at 1: 0x02; repaired: write zeros
STORE.mmf: MMFSCK-084: record 2: padding is not zero: 3 of 16 bytes are not zero, the first at 5: 0x40; repaired: write zeros
STORE.mmf: MMFSCK-079: record 3: the counter is even, but no number that a writer leaves: counter 0x4, expected a multiple of 512; repaired: write the next one that a writer would leave
STORE.mmf: MMFSCK-084: record 3: padding is not zero: 6 of 16 bytes are not zero, the first at 0: 0x05; repaired: write zeros
STORE.mmf: MMFSCK-079: record 4: the counter is even, but no number that a writer leaves: counter 0x4a, expected a multiple of 512; repaired: write the next one that a writer would leave
STORE.mmf: MMFSCK-084: record 4: padding is not zero: 2 of 16 bytes are not zero, the first at 0: 0x4b; repaired: write zeros
STORE.mmf: MMFSCK-084: record 5: padding is not zero: 6 of 16 bytes are not zero, the first at 1: 0x02; repaired: write zeros
STORE.mmf: MMFSCK-074: record 6: the counter is odd, and no owner is known: the record may be torn: counter 0x504f4e4d is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-084: record 6: padding is not zero: 5 of 16 bytes are not zero, the first at 0: 0x4e; repaired: write zeros
STORE.mmf: MMFSCK-084: record 7: padding is not zero: 3 of 16 bytes are not zero, the first at 5: 0xa0; repaired: write zeros
STORE.mmf: MMFSCK-079: record 8: the counter is even, but no number that a writer leaves: counter 0xa, expected a multiple of 512; repaired: write the next one that a writer would leave
STORE.mmf: 13 errors found, 12 repaired, 1 left
  1 cannot be repaired: see mmf-fsck(8)
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 5
