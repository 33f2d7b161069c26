STORE.mmf: MMFSCK-083: record 3, note: bytes behind a string's or bytes' length are not zero: 1 byte behind the length 4 is not zero, the first at 19: 0x41; repaired: write zeros
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
