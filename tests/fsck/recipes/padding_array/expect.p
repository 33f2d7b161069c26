STORE.mmf: MMFSCK-083: record 3, labels: bytes behind a string's or bytes' length are not zero: element 0: 1 byte behind the length 4 is not zero, the first at 6: 0x01; repaired: write zeros
STORE.mmf: MMFSCK-083: record 4, chunks: bytes behind a string's or bytes' length are not zero: element 1: 1 byte behind the length 0 is not zero, the first at 2: 0x01; repaired: write zeros
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
