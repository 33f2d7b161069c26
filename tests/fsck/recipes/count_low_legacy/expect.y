STORE.mmf: MMFSCK-035: record_count: there are complete records beyond the record count: 7 records; of those beyond, 3 are complete, up to record 9; repaired: count them
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
