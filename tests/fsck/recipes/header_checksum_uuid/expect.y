STORE.mmf: MMFSCK-008: header_crc: the header's checksum is wrong, but nothing that matters in the header is: header_crc: found 235e4452, computed c247ec18: it is damaged itself, or the UUID, the time of creation or words of the schema on which no record depends are; repaired: write the checksum of what is there
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
