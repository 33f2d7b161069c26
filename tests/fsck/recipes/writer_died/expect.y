STORE.mmf: MMFSCK-074: record 3: the counter is odd, and no owner is known: the record may be torn: counter 0x403 is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: MMFSCK-053: state: a writer once died, and what it left could not be undone: state 0x2, expected 0; repaired: note that it has been checked
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
