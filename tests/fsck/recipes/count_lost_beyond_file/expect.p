STORE.mmf: MMFSCK-034: record_count: the record count is higher than at the last sync, and nobody wrote those records: 281474976710656 records, but the last sync counted 10 and the store was closed then; those beyond are blank; repaired: write the count of the last sync
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
