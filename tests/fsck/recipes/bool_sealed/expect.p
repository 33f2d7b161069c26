STORE.mmf: MMFSCK-081: record 3, open: a bool is neither 0 nor 1: found 7, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
