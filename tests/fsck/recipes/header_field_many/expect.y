STORE.mmf: MMFSCK-006: schema_version: a header field is damaged, and the checksum proves what it was: schema_version: found 9, expected 1, which the checksum proves; repaired: write what it was
STORE.mmf: MMFSCK-006: record_size: a header field is damaged, and the checksum proves what it was: record_size: found 0, expected 88, which the checksum proves; repaired: write what it was
STORE.mmf: MMFSCK-006: features_read_only: a header field is damaged, and the checksum proves what it was: features_read_only: found 0, expected 0x1, which the checksum proves; repaired: write what it was
STORE.mmf: MMFSCK-006: header_size: a header field is damaged, and the checksum proves what it was: header_size: found 1, expected 4096, which the checksum proves; repaired: write what it was
STORE.mmf: MMFSCK-006: payload_size: a header field is damaged, and the checksum proves what it was: payload_size: found 4294967295, expected 72, which the checksum proves; repaired: write what it was
STORE.mmf: MMFSCK-006: record_align: a header field is damaged, and the checksum proves what it was: record_align: found 3, expected 8, which the checksum proves; repaired: write what it was
STORE.mmf: 6 errors found, 6 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
