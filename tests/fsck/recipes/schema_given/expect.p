STORE.mmf: MMFSCK-023: schema_hash: the file's records are not of the given schema: the schema in the file, "Trade", has the hash 41e9bb9526119b3a…, the given one, "Every", of format 2, cb6da7e09257ee3e…; left: there is no repair
STORE.mmf: 1 error found, 0 repaired, 1 left
  1 cannot be repaired: see mmf-fsck(8)
exit 4
