STORE.mmf: MMFSCK-031: capacity: the capacity is less than the file has room for: room for 102 records, but the file of 200000 bytes has room for 2448; repaired: write the records that the file has room for
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
