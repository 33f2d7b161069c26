STORE.mmf: MMFSCK-007: record_size: a header field is not what the schema says, and no checksum tells which is right: record_size: found 0, expected 80, by the schema in the file; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
