STORE.mmf: MMFSCK-038: durable_1: a note of the last sync is damaged: checksum 1ddc0485, computed 1ddc047a: generation 2, 12 records; repaired: write it anew
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
