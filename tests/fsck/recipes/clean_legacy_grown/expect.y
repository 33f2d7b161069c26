STORE.mmf: clean: format 1, 312 records of 104 bytes, room for 550
exit 0
