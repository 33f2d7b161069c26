STORE.mmf: clean: format 2, 40 records of 192 bytes, room for 384
exit 0
