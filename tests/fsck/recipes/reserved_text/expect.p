STORE.mmf: MMFSCK-009: byte 4095: bytes that nobody uses are not zero: behind the schema text: found 20 at 0xfff, the last that is not zero at 0xfff; repaired: write zeros
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
