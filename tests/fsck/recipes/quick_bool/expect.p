STORE.mmf: clean: format 2, 10 records of 80 bytes, room for 102; closed in good order: -f looks at its records
exit 0
