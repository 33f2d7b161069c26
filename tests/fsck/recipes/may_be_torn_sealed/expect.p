STORE.mmf: MMFSCK-035: record_count: there are complete records beyond the record count: 11 records; of those beyond, 2 are complete, up to record 12; left: needs -y
STORE.mmf: MMFSCK-076: record 2: the record was found torn when the machine had stopped: found 0xe6b7f804, expected 0x2e04fe0d; left: needs -y
STORE.mmf: MMFSCK-052: state: the machine once stopped while the store was in use, and nobody has checked it since: state 0x4, expected 0; left
STORE.mmf: 3 errors found, 0 repaired, 3 left
  mmf-fsck -y -f STORE.mmf   repairs 3, some of them at a cost: see mmf-fsck(8)
exit 4
