STORE.mmf: MMFSCK-021: schema_hash: the schema hash is not that of the schema in the file: schema_hash: found bee9bb9526119b3a…, that of the schema in the file is 41e9bb9526119b3a…; repaired: write the hash of the schema in the file
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
