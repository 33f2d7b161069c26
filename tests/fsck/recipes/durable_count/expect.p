STORE.mmf: MMFSCK-039: record_count: the store was closed in good order, but its last sync counted other records: 12 records, but the last sync counted 8 and the store was closed then; those beyond have been written; repaired: note a sync of what is there
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
