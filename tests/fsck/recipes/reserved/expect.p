STORE.mmf: MMFSCK-009: reserved_104: bytes that nobody uses are not zero: reserved_104: found 01 at 0x104, the last that is not zero at 0x104; repaired: write zeros
STORE.mmf: MMFSCK-009: reserved_130: bytes that nobody uses are not zero: reserved_130: found 01 at 0x133, the last that is not zero at 0x133; repaired: write zeros
STORE.mmf: MMFSCK-009: reserved_148: bytes that nobody uses are not zero: reserved_148: found ff at 0x148, the last that is not zero at 0x148; repaired: write zeros
STORE.mmf: MMFSCK-009: reserved_240: bytes that nobody uses are not zero: reserved_240: found 01 at 0x240, the last that is not zero at 0x240; repaired: write zeros
STORE.mmf: MMFSCK-009: reserved_440: bytes that nobody uses are not zero: reserved_440: found 02 at 0x440, the last that is not zero at 0x440; repaired: write zeros
STORE.mmf: 5 errors found, 5 repaired, 0 left
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 1
