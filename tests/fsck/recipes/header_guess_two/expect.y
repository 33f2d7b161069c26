STORE.mmf: MMFSCK-007: record_size: a header field is not what the schema says, and no checksum tells which is right: record_size: found 0, expected 80, by the schema in the file; repaired: write what the schema says
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
