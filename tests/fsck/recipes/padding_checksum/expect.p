STORE.mmf: MMFSCK-084: record 3: padding is not zero: 1 of 28 bytes is not zero, the first at 0: 0x01; repaired: write zeros
STORE.mmf: MMFSCK-084: record 4: padding is not zero: 1 of 28 bytes is not zero, the first at 27: 0x01; repaired: write zeros
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
