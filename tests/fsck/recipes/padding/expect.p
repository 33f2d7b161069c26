STORE.mmf: MMFSCK-084: record 3: padding is not zero: 1 of 6 bytes is not zero, the first at 0: 0x01; repaired: write zeros
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
