STORE.mmf: MMFSCK-007: schema_hash: a header field is not what the schema says, and no checksum tells which is right: schema_hash: found 73f6506908abfd81…, expected 73f6506908abfd81… (they differ from byte 0x10 on), by the given schema; repaired: write what the schema says
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
