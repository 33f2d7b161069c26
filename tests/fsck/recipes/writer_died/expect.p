STORE.mmf: MMFSCK-074: record 3: the counter is odd, and no owner is known: the record may be torn: counter 0x403 is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-053: state: a writer once died, and what it left could not be undone: state 0x2, expected 0; left
STORE.mmf: 2 errors found, 0 repaired, 2 left
  mmf-fsck -y -f STORE.mmf   repairs 2, some of them at a cost: see mmf-fsck(8)
exit 4
