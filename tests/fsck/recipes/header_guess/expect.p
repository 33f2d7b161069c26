STORE.mmf: MMFSCK-007: record_size: a header field is not what the schema says, and no checksum tells which is right: record_size: found 112, expected 104, by the given schema; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f --schema legacy.mmf.json STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
