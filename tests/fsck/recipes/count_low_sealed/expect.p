STORE.mmf: MMFSCK-033: record_count: the record count is lower than at the last sync: 7 records, but the last sync counted 10; repaired: write the count of the last sync
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
