STORE.mmf: MMFSCK-082: record 0, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 0, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 0: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 0, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 1: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 1, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 1: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 1, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 1, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 1: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 1, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 2: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 2, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 2: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 2, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 2, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 2: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 2, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 3: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 3, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 3: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 3, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 3, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 3: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 3, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 4: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 4, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 4: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 4, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 4, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 4: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 4, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 5: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 5, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 5: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 5, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 5, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 5: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 5, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 6: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 6, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 6: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 6, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 6, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 6: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 6, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 7: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 7, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 7: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 7, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 7, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 7: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 7, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 8: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 8, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 8: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 8, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 8, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 8: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 8, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 9: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 9, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 9: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 9, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 9, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 9: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 9, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 10: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 10, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 10: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 10, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 10, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 10: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 10, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 11: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 11, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 11: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 11, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 11, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 11: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 11, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 12: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 12, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 12: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 12, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 12, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 12: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 12, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 13: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 13, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 13: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 13, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 13, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 13: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 13, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 14: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 14, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 14: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 14, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 14, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 14: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 14, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 15: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 15, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 15: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 15, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 15, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 15: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 15, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 16: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 16, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 16: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 16, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 16, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 16: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 16, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 17: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 17, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 17: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 17, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 17, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 17: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 17, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 18: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 18, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 18: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 18, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 18, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 18: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 18, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-074: record 19: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-080: record 19, symbol: a length is more than the field holds: found 4294967295, expected 14 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: MMFSCK-084: record 19: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-082: record 19, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 19, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 19: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 19, note: a length is more than the field holds: found 4294967295, expected 20 at most; repaired: write the length up to the last byte that is not zero
STORE.mmf: 137 errors found, 137 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
