STORE.mmf: MMFSCK-035: record_count: there are complete records beyond the record count: 7 records; of those beyond, 3 are complete, up to record 9; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f --schema legacy.mmf.json STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
