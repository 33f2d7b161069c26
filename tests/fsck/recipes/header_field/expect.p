STORE.mmf: MMFSCK-006: record_size: a header field is damaged, and the checksum proves what it was: record_size: found 87, expected 80, which the checksum proves; repaired: write what it was
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
