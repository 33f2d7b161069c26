STORE.mmf: MMFSCK-030: capacity: the capacity is more than the file has room for: room for 884 records, but the file of 4096 bytes has room for 0; repaired: write the records that the file has room for
STORE.mmf: MMFSCK-032: record_count: records that were counted are no longer in the file: the last sync counted 100 records, but the file of 4096 bytes has room for 0; left: needs -y
STORE.mmf: 2 errors found, 1 repaired, 1 left
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 5
