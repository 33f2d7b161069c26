STORE.mmf: MMFSCK-006: schema_text: a header field is damaged, and the checksum proves what it was: the schema text: found 69 at 0x825, expected 6d, which the checksum proves; repaired: write what it was
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
