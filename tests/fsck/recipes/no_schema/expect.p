STORE.mmf: MMFSCK-024: there is no schema by which fields could be checked; --schema gives one: files of format 1 hold no schema
STORE.mmf: clean: format 1, 10 records of 104 bytes, room for 64; no schema to check fields by: --schema gives one
exit 0
