STORE.mmf: MMFSCK-024: there is no schema by which fields could be checked; --schema gives one: files of format 1 hold no schema
STORE.mmf: MMFSCK-031: capacity: the capacity is less than the file has room for: room for 64 records, but the file of 16384 bytes has room for 156; repaired: write the records that the file has room for
STORE.mmf: MMFSCK-074: record 5: the counter is odd, and no owner is known: the record may be torn: counter 0x3 is odd, and its writer is gone; left: needs -y
STORE.mmf: MMFSCK-074: record 63: the counter is odd, and no owner is known: the record may be torn: counter 0x5 is odd, and its writer is gone; left: needs -y
STORE.mmf: 3 errors found, 1 repaired, 2 left; no schema to check fields by: --schema gives one
  mmf-fsck -y -f STORE.mmf   repairs 2, some of them at a cost: see mmf-fsck(8)
  what was there before is in STORE.mmf.undo; this brings it back:
  mmf-fsck --undo STORE.mmf.undo STORE.mmf
exit 5
