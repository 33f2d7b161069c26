STORE.mmf: MMFSCK-007: schema_hash: a header field is not what the schema says, and no checksum tells which is right: schema_hash: found 73f6506908abfd81…, expected 73f6506908abfd81… (they differ from byte 0x10 on), by the given schema; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f --schema legacy.mmf.json STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
