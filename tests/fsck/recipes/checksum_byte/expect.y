STORE.mmf: MMFSCK-078: record 3, side: the record's checksum is wrong, and would be right if one byte were another: found 0x10 at byte 40 of the record, expected 0x00; repaired: write that byte
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
