STORE.mmf: MMFSCK-078: record 3, open: the record's checksum is wrong, and would be right if one byte were another: found 0x07 at byte 41 of the record, expected 0x00; left: needs -y
STORE.mmf: MMFSCK-081: record 3, open: a bool is neither 0 nor 1: found 7, expected 0 or 1; left
STORE.mmf: 2 errors found, 0 repaired, 2 left
  mmf-fsck -y -f STORE.mmf   repairs 2, some of them at a cost: see mmf-fsck(8)
exit 4
