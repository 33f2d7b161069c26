STORE.mmf: MMFSCK-023: schema_hash: the file's records are not of the given schema: the file has records of 104 bytes and the schema hash 73f6506908abfd81…, the given schema, of format 1, 88 and 59fa396d9c4cb89e…; left: there is no repair
STORE.mmf: MMFSCK-031: capacity: the capacity is less than the file has room for: room for 64 records, but the file of 28672 bytes has room for 275; repaired: write the records that the file has room for
STORE.mmf: 2 errors found, 1 repaired, 1 left
  1 cannot be repaired: see mmf-fsck(8)
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 5
