STORE.mmf: clean: format 2, 10 records of 88 bytes, room for 93
exit 0
