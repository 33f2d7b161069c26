STORE.mmf: MMFSCK-080: record 3, symbol: a length is more than the field holds: found 400, expected 14 at most; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
