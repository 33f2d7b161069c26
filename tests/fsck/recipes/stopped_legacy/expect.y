STORE.mmf: MMFSCK-073: record 3: the counter is odd since the machine stopped: the record may be torn: counter 0x403 is odd, and its writer is gone; repaired: make the counter even
STORE.mmf: 1 error found, 1 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
