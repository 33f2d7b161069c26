STORE.mmf: MMFSCK-054: state: the state has bits that mean nothing: state 0xfffffff1, expected no bits but 1, 2 and 4; repaired: clear them
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0xfffffff1, expected 0: its writers died, or did not sync; repaired: sync it, and note that it is closed
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
