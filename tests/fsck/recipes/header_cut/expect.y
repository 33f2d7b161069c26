STORE.mmf: MMFSCK-004: the file is shorter than its header: the file has 1000 bytes, expected a header of 4096 or more; left: there is no repair
STORE.mmf: 1 error found, 0 repaired, 1 left; not everything could be looked at
  1 cannot be repaired: see mmf-fsck(8)
exit 4
