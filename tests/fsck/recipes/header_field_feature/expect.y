STORE.mmf: MMFSCK-006: features_incompatible: a header field is damaged, and the checksum proves what it was: features_incompatible: found 0x100, expected 0, which the checksum proves; repaired: write what it was
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
