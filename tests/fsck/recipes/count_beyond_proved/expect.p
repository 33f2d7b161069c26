STORE.mmf: MMFSCK-035: record_count: there are complete records beyond the record count: 11 records; of those beyond, 2 are complete, up to record 12; left: needs -y
STORE.mmf.lock: MMFSCK-062: slots: a writer died and left its place in the lock file: process N, thread N, had slot 1 and is gone, expected a free slot; left
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0x1, expected 0: its writers died, or did not sync; left
STORE.mmf: 3 errors found, 0 repaired, 3 left
  mmf-fsck -y -f STORE.mmf   repairs 3, some of them at a cost: see mmf-fsck(8)
exit 4
