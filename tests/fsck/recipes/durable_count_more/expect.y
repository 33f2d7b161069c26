STORE.mmf: MMFSCK-032: record_count: records that were counted are no longer in the file: the last sync counted 1000000 records, but the file of 12288 bytes has room for 102; repaired: count the records that are there
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
