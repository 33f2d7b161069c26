STORE.mmf: MMFSCK-051: state: the machine stopped while the store was in use: state 0x1 of another boot: 13 records, of which the last sync counted 10; repaired: fall back to the records of the last sync, and note that the store is closed
STORE.mmf: MMFSCK-036: record_count: there are complete records beyond the record count, as their checksums prove: 10 records; of those beyond, 3 are complete, up to record 12; repaired: count them
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
