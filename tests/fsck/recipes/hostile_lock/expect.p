STORE.mmf: MMFSCK-074: record 3: the counter is odd, and no owner is known: the record may be torn: counter 0x403 is odd, and its writer is gone; left: needs -y
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; left
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 200 and is gone, expected a free slot; left
STORE.mmf.lock: MMFSCK-063: append_right: a right is held by nobody who lives: slot 255 holds it and is nobody's, expected it free; left
STORE.mmf.lock: MMFSCK-063: sync_right: a right is held by nobody who lives: slot 255 holds it and is nobody's, expected it free; left
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0x1, expected 0: its writers died, or did not sync; left
STORE.mmf: 6 errors found, 0 repaired, 6 left
  mmf-fsck -y -f STORE.mmf   repairs 6, some of them at a cost: see mmf-fsck(8)
exit 4
