STORE.mmf: MMFSCK-035: record_count: there are complete records beyond the record count: 11 records; of those beyond, 2 are complete, up to record 12; repaired: count them
STORE.mmf: MMFSCK-052: state: the machine once stopped while the store was in use, and nobody has checked it since: state 0x4, expected 0; repaired: note that it has been checked
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
