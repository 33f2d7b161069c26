STORE.mmf: MMFSCK-032: record_count: records that were counted are no longer in the file: the last sync counted 1000000 records, but the file of 12288 bytes has room for 102; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
