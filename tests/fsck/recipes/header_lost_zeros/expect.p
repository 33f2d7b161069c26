STORE.mmf: MMFSCK-005: the header is damaged, and its contents cannot be derived: record size 0, expected a multiple of 8 from 16 to 16777216; left: there is no repair
STORE.mmf: 1 error found, 0 repaired, 1 left; not everything could be looked at
  1 cannot be repaired: see mmf-fsck(8)
exit 4
