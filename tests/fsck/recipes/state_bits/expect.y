STORE.mmf: MMFSCK-054: state: the state has bits that mean nothing: state 0x100, expected no bits but 1, 2 and 4; repaired: clear them
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
