STORE.mmf: MMFSCK-051: state: the machine stopped while the store was in use: state 0x1 of another boot: 10 records, of which the last sync counted 10; repaired: fall back to the records of the last sync, and note that the store is closed
STORE.mmf: MMFSCK-073: record 3: the counter is odd since the machine stopped: the record may be torn: counter 0x403 is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
