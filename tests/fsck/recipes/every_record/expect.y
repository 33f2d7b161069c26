STORE.mmf: MMFSCK-081: record 0, open: a bool is neither 0 nor 1: found 7, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-082: record 1, side: a number that the schema gives no name: found 9, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-080: record 2, symbol: a length is more than the field holds: found 400, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-083: record 3, symbol: bytes behind a string's or bytes' length are not zero: 1 byte behind the length 4 is not zero, the first at 12: 0x41; repaired: write zeros
STORE.mmf: MMFSCK-079: record 4: the counter is even, but no number that a writer leaves: counter 0x202, expected a multiple of 512; repaired: write the next one that a writer would leave
STORE.mmf: MMFSCK-074: record 5: the counter is odd, and no owner is known: the record may be torn: counter 0x407 is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-084: record 6: padding is not zero: 1 of 6 bytes is not zero, the first at 0: 0x01; repaired: write zeros
STORE.mmf: MMFSCK-080: record 7, note: a length is more than the field holds: found 21, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: 8 errors found, 8 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
