STORE.mmf: MMFSCK-077: record 3: the record's checksum is wrong: it is torn or damaged: found 0x358d9199, expected 0x52ab2616; left: needs -y
STORE.mmf: MMFSCK-082: record 3, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); left: needs -y
STORE.mmf: MMFSCK-084: record 3: padding is not zero: 1 of 6 bytes is not zero, the first at 2: 0x01; left
STORE.mmf: 3 errors found, 0 repaired, 3 left
  mmf-fsck -y -f STORE.mmf   repairs 3, some of them at a cost: see mmf-fsck(8)
exit 4
