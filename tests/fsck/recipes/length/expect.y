STORE.mmf: MMFSCK-080: record 3, symbol: a length is more than the field holds: found 400, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
