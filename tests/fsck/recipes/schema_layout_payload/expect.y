STORE.mmf: MMFSCK-022: record_size: the record's sizes are not those of the schema in the file: the header has records of 88 bytes with a payload of 64 and a checksum, aligned to 8, its schema, of format 2, 88, 72 and a checksum, 8; left: there is no repair
STORE.mmf: MMFSCK-077: record 0: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0xe5585a02; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 0: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0xa8; repaired: write zeros
STORE.mmf: MMFSCK-077: record 1: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0x417c9a11; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 1: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0xba; repaired: write zeros
STORE.mmf: MMFSCK-077: record 2: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0xb6c7bd7a; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 2: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0x04; repaired: write zeros
STORE.mmf: MMFSCK-077: record 3: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0x73386247; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 3: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0x99; repaired: write zeros
STORE.mmf: MMFSCK-077: record 4: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0x5ef2adcf; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 4: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0x48; repaired: write zeros
STORE.mmf: MMFSCK-077: record 5: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0x08736282; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 5: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0xe4; repaired: write zeros
STORE.mmf: MMFSCK-077: record 6: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0x7f7abb20; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 6: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0x8c; repaired: write zeros
STORE.mmf: MMFSCK-077: record 7: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0x9f47841c; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 7: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0xb0; repaired: write zeros
STORE.mmf: MMFSCK-077: record 8: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0xe7570fff; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 8: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0x6c; repaired: write zeros
STORE.mmf: MMFSCK-077: record 9: the record's checksum is wrong: it is torn or damaged: found 0x00000000, expected 0xfdea6340; repaired: accept the record as it is
STORE.mmf: MMFSCK-084: record 9: padding is not zero: 4 of 12 bytes are not zero, the first at 4: 0xb0; repaired: write zeros
STORE.mmf: 21 errors found, 20 repaired, 1 left
  1 cannot be repaired: see mmf-fsck(8)
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 5
