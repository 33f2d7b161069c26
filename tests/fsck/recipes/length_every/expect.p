STORE.mmf: MMFSCK-080: record 3, labels: a length is more than the field holds: element 1: found 7, expected 6 at most; left: needs -y
STORE.mmf: MMFSCK-080: record 4, chunks: a length is more than the field holds: element 0: found 4294967295, expected 2 at most; left: needs -y
STORE.mmf: MMFSCK-080: record 5, raw: a length is more than the field holds: found 6, expected 5 at most; left: needs -y
STORE.mmf: 3 errors found, 0 repaired, 3 left
  mmf-fsck -y -f STORE.mmf   repairs 3, some of them at a cost: see mmf-fsck(8)
exit 4
