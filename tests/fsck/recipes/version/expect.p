STORE.mmf: MMFSCK-002: format_version: a format version that this program does not know: format version 9, expected 1 or 2; left: there is no repair
STORE.mmf: 1 error found, 0 repaired, 1 left; not everything could be looked at
  1 cannot be repaired: see mmf-fsck(8)
exit 4
