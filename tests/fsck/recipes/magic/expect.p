STORE.mmf: MMFSCK-001: magic: not an mmapforge file: found the bytes 41 20 74 65 at byte 0, expected "MMFG"; left: there is no repair
STORE.mmf: 1 error found, 0 repaired, 1 left; not everything could be looked at
  1 cannot be repaired: see mmf-fsck(8)
exit 4
