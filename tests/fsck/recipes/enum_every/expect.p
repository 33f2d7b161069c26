STORE.mmf: MMFSCK-082: record 3, kind: a number that the schema gives no name: found -4, expected LOW (-3), MIDDLE (0), HIGH (300); left: needs -y
STORE.mmf: MMFSCK-082: record 4, kinds: a number that the schema gives no name: element 1: found 0, expected A (1), B (2); left: needs -y
STORE.mmf: 2 errors found, 0 repaired, 2 left
  mmf-fsck -y -f STORE.mmf   repairs 2, some of them at a cost: see mmf-fsck(8)
exit 4
