STORE.mmf: MMFSCK-007: magic: a header field is not what the schema says, and no checksum tells which is right: magic: found 4d4c4647, expected 4d4d4647, by the given schema; repaired: write what the schema says
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
