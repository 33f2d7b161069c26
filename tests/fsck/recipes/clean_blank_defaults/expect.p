STORE.mmf: clean: format 2, 6 records of 192 bytes, room for 21
exit 0
