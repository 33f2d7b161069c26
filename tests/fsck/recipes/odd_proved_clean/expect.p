STORE.mmf: MMFSCK-075: record 3: the counter is odd, and no owner is known, but the checksum is right: counter 0x407 is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
