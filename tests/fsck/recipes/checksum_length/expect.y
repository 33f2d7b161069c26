STORE.mmf: MMFSCK-077: record 3: the record's checksum is wrong: it is torn or damaged: found 0x358d9199, expected 0xa2c43c93; repaired: accept the record as it is
STORE.mmf: MMFSCK-080: record 3, symbol: a length is more than the field holds: found 66051, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
