STORE.mmf: clean: format 2, 10 records of 80 bytes, room for 102
exit 0
