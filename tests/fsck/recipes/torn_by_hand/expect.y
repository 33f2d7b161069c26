STORE.mmf: MMFSCK-076: record 3: the record was found torn when the machine had stopped: found 0x358d9199, expected 0x15bf0e82; repaired: accept the record as it is
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
