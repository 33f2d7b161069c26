STORE.mmf: MMFSCK-051: state: the machine stopped while the store was in use: state 0x1 of another boot: 10 records, of which the last sync counted 10; repaired: fall back to the records of the last sync, and note that the store is closed
STORE.mmf: MMFSCK-077: record 3: the record's checksum is wrong: it is torn or damaged: found 0x358d9199, expected 0xa1cb2493; left: needs -y
STORE.mmf: MMFSCK-075: record 6: the counter is odd, and no owner is known, but the checksum is right: counter 0x405 is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: 3 errors found, 2 repaired, 1 left
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 5
