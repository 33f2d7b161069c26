STORE.mmf: MMFSCK-030: capacity: the capacity is more than the file has room for: room for 102 records, but the file of 4896 bytes has room for 10; repaired: write the records that the file has room for
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
