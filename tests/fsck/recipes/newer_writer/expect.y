STORE.mmf: MMFSCK-010: features_read_only: features of a newer version, with which this one may only read: read-only compatible features 0x8 that this version does not know
STORE.mmf: clean: format 2, 10 records of 80 bytes, room for 102
exit 0
