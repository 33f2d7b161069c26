STORE.mmf: MMFSCK-082: record 3, side: a number that the schema gives no name: found 9, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
