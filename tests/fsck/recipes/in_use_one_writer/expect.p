mmf-fsck: STORE.mmf: in use: process N writes to it
mmf-fsck: -n looks at it all the same
exit 8
