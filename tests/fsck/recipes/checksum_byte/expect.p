STORE.mmf: MMFSCK-078: record 3, side: the record's checksum is wrong, and would be right if one byte were another: found 0x10 at byte 40 of the record, expected 0x00; left: needs -y
STORE.mmf: MMFSCK-082: record 3, side: a number that the schema gives no name: found 16, expected BUY (0), SELL (1); left: needs -y
STORE.mmf: 2 errors found, 0 repaired, 2 left
  mmf-fsck -y -f STORE.mmf   repairs 2, some of them at a cost: see mmf-fsck(8)
exit 4
