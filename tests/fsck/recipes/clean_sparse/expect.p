STORE.mmf: clean: format 2, 10 records of 80 bytes, room for 1024
exit 0
