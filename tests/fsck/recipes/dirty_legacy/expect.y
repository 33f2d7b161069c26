STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
