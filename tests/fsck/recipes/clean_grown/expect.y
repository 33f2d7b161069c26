STORE.mmf: clean: format 2, 2311 records of 80 bytes, room for 2662
exit 0
