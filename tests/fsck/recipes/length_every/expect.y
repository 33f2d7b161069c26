STORE.mmf: MMFSCK-080: record 3, labels: a length is more than the field holds: element 1: found 7, expected 6 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-080: record 4, chunks: a length is more than the field holds: element 0: found 4294967295, expected 2 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-080: record 5, raw: a length is more than the field holds: found 6, expected 5 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: 3 errors found, 3 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
