STORE.mmf: MMFSCK-001: magic: not an mmapforge file: the file is empty, expected "MMFG" at byte 0; left: there is no repair
STORE.mmf: 1 error found, 0 repaired, 1 left; not everything could be looked at
  1 cannot be repaired: see mmf-fsck(8)
exit 4
