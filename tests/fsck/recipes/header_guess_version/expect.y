STORE.mmf: clean: format 1, 10 records of 104 bytes, room for 64
exit 0
