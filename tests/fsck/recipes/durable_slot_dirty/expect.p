STORE.mmf: MMFSCK-038: durable_0: a note of the last sync is damaged: checksum 001784bd, computed 001784bc: generation 1, 10 records; repaired: write it anew
STORE.mmf: MMFSCK-038: durable_1: a note of the last sync is damaged: checksum 1ddc047b, computed 1ddc047a: generation 2, 12 records; repaired: write it anew
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0x1, expected 0: its writers died, or did not sync; repaired: sync it, and note that it is closed
STORE.mmf: 4 errors found, 4 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
