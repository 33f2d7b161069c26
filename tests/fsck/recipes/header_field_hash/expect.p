STORE.mmf: MMFSCK-006: schema_hash: a header field is damaged, and the checksum proves what it was: schema_hash: found 0102030405060708…, expected 41e9bb9526119b3a…, which the checksum proves; repaired: write what it was
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
