STORE.mmf: MMFSCK-006: magic: a header field is damaged, and the checksum proves what it was: magic: found 5d4d4647, expected 4d4d4647, which the checksum proves; repaired: write what it was
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
