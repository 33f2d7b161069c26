STORE.mmf: MMFSCK-077: record 3: the record's checksum is wrong: it is torn or damaged: found 0x358d9199, expected 0x52ab2616; repaired: accept the record as it is
STORE.mmf: MMFSCK-082: record 3, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-084: record 3: padding is not zero: 1 of 6 bytes is not zero, the first at 2: 0x01; repaired: write zeros
STORE.mmf: 3 errors found, 3 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
