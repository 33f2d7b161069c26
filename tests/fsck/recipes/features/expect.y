STORE.mmf: MMFSCK-003: features_incompatible: features that this program does not know: incompatible features 0x2 that this version does not know; left: there is no repair
STORE.mmf: 1 error found, 0 repaired, 1 left; not everything could be looked at
  1 cannot be repaired: see mmf-fsck(8)
exit 4
