STORE.mmf: MMFSCK-021: schema_hash: the schema hash is not that of the schema in the file: schema_hash: found bee9bb9526119b3a…, that of the schema in the file is 41e9bb9526119b3a…; left: needs -y
STORE.mmf: MMFSCK-005: the header is damaged, and its contents cannot be derived: header checksum 235e4452 in the file, 896d2832 computed; left: there is no repair
STORE.mmf: 2 errors found, 0 repaired, 1 left; not everything could be looked at
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
  1 cannot be repaired: see mmf-fsck(8)
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 4
