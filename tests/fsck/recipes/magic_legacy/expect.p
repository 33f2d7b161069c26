STORE.mmf: MMFSCK-007: magic: a header field is not what the schema says, and no checksum tells which is right: magic: found 4d4c4647, expected 4d4d4647, by the given schema; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f --schema legacy.mmf.json STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
