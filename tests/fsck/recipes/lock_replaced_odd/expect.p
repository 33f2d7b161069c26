STORE.mmf: MMFSCK-074: record 3: the counter is odd, and no owner is known: the record may be torn: counter 0x403 is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-064: lock_id: the lock file is not the one that the store's last writers used: the lock file has another id than the store's header says; left
STORE.mmf: MMFSCK-050: state: the store was not closed in good order: state 0x1, expected 0: its writers died, or did not sync; left
STORE.mmf: 3 errors found, 0 repaired, 3 left
  mmf-fsck -y -f STORE.mmf   repairs 3, some of them at a cost: see mmf-fsck(8)
exit 4
