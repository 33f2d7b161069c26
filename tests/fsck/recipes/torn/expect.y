STORE.mmf: MMFSCK-035: record_count: there are complete records beyond the record count: 10 records; of those beyond, 1 are complete, up to record 10; repaired: count them
STORE.mmf: MMFSCK-076: record 3: the record was found torn when the machine had stopped: found 0x358d9199, expected 0xbcecd0cf; repaired: accept the record as it is
STORE.mmf: MMFSCK-082: record 3, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); repaired: write the default
STORE.mmf: MMFSCK-081: record 3, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; repaired: write 1, as which it is read
STORE.mmf: MMFSCK-052: state: the machine once stopped while the store was in use, and nobody has checked it since: state 0x4, expected 0; repaired: note that it has been checked
STORE.mmf: 5 errors found, 5 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
