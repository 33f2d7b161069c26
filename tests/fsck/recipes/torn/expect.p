STORE.mmf: MMFSCK-035: record_count: there are complete records beyond the record count: 10 records; of those beyond, 1 are complete, up to record 10; left: needs -y
STORE.mmf: MMFSCK-076: record 3: the record was found torn when the machine had stopped: found 0x358d9199, expected 0xbcecd0cf; left: needs -y
STORE.mmf: MMFSCK-082: record 3, side: a number that the schema gives no name: found 255, expected BUY (0), SELL (1); left: needs -y
STORE.mmf: MMFSCK-081: record 3, open: a bool is neither 0 nor 1: found 255, expected 0 or 1; left
STORE.mmf: MMFSCK-052: state: the machine once stopped while the store was in use, and nobody has checked it since: state 0x4, expected 0; left
STORE.mmf: 5 errors found, 0 repaired, 5 left
  mmf-fsck -y -f STORE.mmf   repairs 5, some of them at a cost: see mmf-fsck(8)
exit 4
