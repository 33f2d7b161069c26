STORE.mmf: MMFSCK-079: record 3: the counter is even, but no number that a writer leaves: counter 0x202, expected a multiple of 512; repaired: write the next one that a writer would leave
STORE.mmf: MMFSCK-079: record 4: the counter is even, but no number that a writer leaves: counter 0xfffffffffffffe02, expected a multiple of 512; repaired: write the next one that a writer would leave
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
