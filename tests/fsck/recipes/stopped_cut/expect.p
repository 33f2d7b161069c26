STORE.mmf: MMFSCK-030: capacity: the capacity is more than the file has room for: room for 409 records, but the file of 7296 bytes has room for 40; repaired: write the records that the file has room for
STORE.mmf: MMFSCK-051: state: the machine stopped while the store was in use: state 0x1 of another boot: 110 records, of which the last sync counted 10; repaired: fall back to the records of the last sync, and note that the store is closed
STORE.mmf: MMFSCK-035: record_count: there are complete records beyond the record count: 10 records; of those beyond, 30 are complete, up to record 39; left: needs -y
STORE.mmf: 3 errors found, 2 repaired, 1 left
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 5
