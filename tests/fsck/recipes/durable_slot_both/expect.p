STORE.mmf: MMFSCK-038: durable_0: a note of the last sync is damaged: checksum 001784bc, computed 620ea5a9: generation 99, 10 records; repaired: write it anew
STORE.mmf: MMFSCK-038: durable_1: a note of the last sync is damaged: checksum 1ddc047a, computed 94b26dd9: generation 98, 12 records; repaired: write it anew
STORE.mmf: 2 errors found, 2 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
