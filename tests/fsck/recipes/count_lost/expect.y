STORE.mmf: MMFSCK-030: capacity: the capacity is more than the file has room for: room for 102 records, but the file of 8936 bytes has room for 60; repaired: write the records that the file has room for
STORE.mmf: MMFSCK-032: record_count: records that were counted are no longer in the file: the last sync counted 100 records, but the file of 8936 bytes has room for 60; repaired: count the records that are there
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
