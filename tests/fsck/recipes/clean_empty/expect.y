STORE.mmf: clean: format 2, 0 records of 80 bytes, room for 102
exit 0
