STORE.mmf: clean: format 1, 0 records of 104 bytes, room for 64
exit 0
