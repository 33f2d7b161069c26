STORE.mmf: MMFSCK-076: record 3: the record was found torn when the machine had stopped: found 0x358d9199, expected 0x15bf0e82; left: needs -y
STORE.mmf: 1 error found, 0 repaired, 1 left
  mmf-fsck -y -f STORE.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
exit 4
