STORE.mmf: MMFSCK-077: record 3: the record's checksum is wrong: it is torn or damaged: found 0x358d9199, expected 0xa2c43c93; left: needs -y
STORE.mmf: MMFSCK-080: record 3, symbol: a length is more than the field holds: found 66051, expected 14 at most; left: needs -y
STORE.mmf: 2 errors found, 0 repaired, 2 left
  mmf-fsck -y -f STORE.mmf   repairs 2, some of them at a cost: see mmf-fsck(8)
exit 4
