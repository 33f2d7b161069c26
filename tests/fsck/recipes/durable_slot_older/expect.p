STORE.mmf: MMFSCK-038: durable_0: a note of the last sync is damaged: checksum 001784bc, computed ff97e520: generation 1, 77 records; repaired: write it anew
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
