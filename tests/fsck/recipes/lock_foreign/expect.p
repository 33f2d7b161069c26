STORE.mmf.lock: MMFSCK-060: magic: the file in the lock file's place is something else: found the bytes 54 68 69 73 at byte 0, expected "MMFL" or zeros: nobody can write to the store while it is there; left: there is no repair
STORE.mmf: 1 error found, 0 repaired, 1 left
  1 cannot be repaired: see mmf-fsck(8)
exit 4
