STORE.mmf: MMFSCK-072: record 3: a writer died inside the record, and had changed nothing that could be torn: counter 0x403, of slot 1: process N, thread N, died; repaired: make the counter even
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; repaired: clear the lock file, when what the writer left is undone
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
