STORE.mmf: MMFSCK-082: record 3, kind: a number that the schema gives no name: found -4, expected LOW (-3), MIDDLE (0), HIGH (300); repaired: write the default
STORE.mmf: MMFSCK-082: record 4, kinds: a number that the schema gives no name: element 1: found 0, expected A (1), B (2); repaired: write the default
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
