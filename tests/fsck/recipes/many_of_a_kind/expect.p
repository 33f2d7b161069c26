STORE.mmf: MMFSCK-082: record 0, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); left: needs -y
STORE.mmf: MMFSCK-081: record 0, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-084: record 0: padding is not zero: 6 of 6 bytes are not zero, the first at 0: 0xff; repaired: write zeros
STORE.mmf: MMFSCK-080: record 0, note: a length is more than the field holds: found 4294967295, expected 20 at most; left: needs -y
STORE.mmf: MMFSCK-074: record 1: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 2: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 3: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 4: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 5: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 6: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 7: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 8: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 9: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 10: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 11: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 12: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 13: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 14: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 15: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 16: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 17: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 18: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 19: the counter is odd, and no owner is known: the record may be torn: counter 0xffffffffffffffff is odd, and its writer is gone; left: needs -y
STORE.mmf: 23 errors found, 2 repaired, 135 left
  mmf-fsck -y -f STORE.mmf   repairs 21, some of them at a cost: see mmf-fsck(8)
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 5
