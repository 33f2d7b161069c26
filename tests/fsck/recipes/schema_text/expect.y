STORE.mmf: MMFSCK-020: schema_text: the schema in the file cannot be read: the schema text, line 1, column 8: not valid JSON: ']' expected near ':'; left: there is no repair
STORE.mmf: 1 error found, 0 repaired, 1 left
  1 cannot be repaired: see mmf-fsck(8)
exit 4
