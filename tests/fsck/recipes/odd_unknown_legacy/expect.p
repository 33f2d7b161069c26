STORE.mmf: MMFSCK-074: record 3: the counter is odd, and no owner is known: the record may be torn: counter 0x3 is odd, and its writer is gone; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f --schema legacy.mmf.json STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
