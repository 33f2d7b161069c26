// lseek() to a place, and then read() or write() there: two calls, and a position that threads and
// children share between them.
//
// Only descriptors that can seek have such pairs, so sockets and pipes are never found. Seeking by
// SEEK_CUR is left alone: what it skips is a part of reading a stream.
//
// Words: lseek lseek64
// Message place_lseek: lseek() and then read() or write(): mmf_file_read_at() and mmf_file_write_at() take the offset
// Message place_lseek64: lseek64() and then read() or write(): mmf_file_read_at() and mmf_file_write_at() take the offset
// Message end_lseek: lseek() to the end and then write(): mmf_file_write() with MMF_FILE_APPEND, which other writers cannot come between
// Message end_lseek64: lseek64() to the end and then write(): mmf_file_write() with MMF_FILE_APPEND, which other writers cannot come between

@device exists@
identifier open =~ "^open(at)?(64)?$";
constant char [] name =~ "^\"/(dev|proc|sys)/";
identifier seek =~ "^lseek(64)?$";
identifier F;
position d;
@@
(
F = open(..., name, ...)
|
F = open(name, ...)
)
... when any
seek@d(F, ...)

@declared_device exists@
identifier open =~ "^open(64)?$";
constant char [] name =~ "^\"/(dev|proc|sys)/";
identifier seek =~ "^lseek(64)?$";
identifier F;
position d;
@@
int F = open(name, ...);
... when any
seek@d(F, ...)

@place exists@
identifier seek =~ "^lseek(64)?$";
identifier again =~ "^lseek(64)?$";
identifier io =~ "^(read|write)$";
expression F, F2;
position p != {device.d, declared_device.d};
@@
seek@p(F, ..., SEEK_SET)
... when != again(F, ...)
    when != F = F2
io(F, ...)

@end exists@
identifier seek =~ "^lseek(64)?$";
identifier again =~ "^lseek(64)?$";
expression F, F2;
position p != {device.d, declared_device.d};
@@
seek@p(F, ..., SEEK_END)
... when != again(F, ...)
    when != F = F2
write(F, ...)

@@
identifier call = {lseek, lseek64};
fresh identifier found = "mmf_lint_place_" ## call;
position p = place.p;
@@
- call@p
+ found
  (...)

@@
identifier call = {lseek, lseek64};
fresh identifier found = "mmf_lint_end_" ## call;
position p = end.p;
@@
- call@p
+ found
  (...)
