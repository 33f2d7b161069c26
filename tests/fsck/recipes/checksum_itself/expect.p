STORE.mmf: MMFSCK-077: record 3: the record's checksum is wrong: it is torn or damaged: found 0x12345678, expected 0x358d9199; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
