STORE.mmf: MMFSCK-081: record 3, flags: a bool is neither 0 nor 1: element 2: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-081: record 4, flag: a bool is neither 0 nor 1: found 2, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
