STORE.mmf: MMFSCK-082: record 3, side: a number that the schema gives no name: found 9, expected BUY (0), SELL (1); left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
