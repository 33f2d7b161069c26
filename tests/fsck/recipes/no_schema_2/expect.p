STORE.mmf: MMFSCK-024: there is no schema by which fields could be checked; --schema gives one: the file holds no schema
STORE.mmf: clean: format 2, 10 records of 88 bytes, room for 93; no schema to check fields by: --schema gives one
exit 0
