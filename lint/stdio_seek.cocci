// fseek() to a place, and then fread() or fwrite() there: each seek drops or writes out the buffer,
// so records at random places cost more than by pread().
//
// A stream that can seek is a file, unless it is in memory: those of fmemopen() and the like are left
// alone. A file that is measured by fseek() and ftell(), and then read, is found as such.
//
// Words: fseek fseeko fseeko64
// Message place_fseek: fopen(), fseek() and then fread() or fwrite(): mmf_file_open(), mmf_file_read_at() and mmf_file_write_at()
// Message place_fseeko: fopen(), fseeko() and then fread() or fwrite(): mmf_file_open(), mmf_file_read_at() and mmf_file_write_at()
// Message place_fseeko64: fopen(), fseeko64() and then fread() or fwrite(): mmf_file_open(), mmf_file_read_at() and mmf_file_write_at()
// Message whole_fseek: fseek(), ftell() and then fread() of a whole file: mmf_file_load(), or in place by mmf_file_bytes()
// Message whole_fseeko: fseeko(), ftello() and then fread() of a whole file: mmf_file_load(), or in place by mmf_file_bytes()
// Message whole_fseeko64: fseeko64(), ftello64() and then fread() of a whole file: mmf_file_load(), or in place by mmf_file_bytes()

@memory exists@
identifier open =~ "^(fmemopen|open_memstream|fopencookie)$";
identifier seek =~ "^fseek(o(64)?)?$";
expression F;
position m;
@@
F = open(...)
... when any
seek@m(F, ...)

@declared_memory exists@
identifier open =~ "^(fmemopen|open_memstream|fopencookie)$";
identifier seek =~ "^fseek(o(64)?)?$";
identifier F;
position m;
@@
FILE *F = open(...);
... when any
seek@m(F, ...)

@whole exists@
identifier seek =~ "^fseek(o(64)?)?$";
identifier again =~ "^fseek(o(64)?)?$";
identifier tell =~ "^ftell(o(64)?)?$";
expression F, F2;
position p != {memory.m, declared_memory.m};
position q;
@@
seek@p(F, 0, SEEK_END)
... when != F = F2
tell(F)
... when != F = F2
(
rewind(F)
|
again@q(F, 0, SEEK_SET)
)
... when != F = F2
fread(..., F)

// the way back to the beginning is a part of it
@back exists@
identifier seek =~ "^fseek(o(64)?)?$";
identifier again =~ "^fseek(o(64)?)?$";
expression F;
position whole.p;
position b;
@@
seek@p(F, ...)
...
again@b(F, 0, SEEK_SET)

@place exists@
identifier seek =~ "^fseek(o(64)?)?$";
identifier again =~ "^fseek(o(64)?)?$";
identifier io =~ "^f(read|write)$";
expression F, F2;
position p != {memory.m, declared_memory.m, whole.p, back.b};
@@
seek@p(F, ..., SEEK_SET)
... when != again(F, ...)
    when != F = F2
io(..., F)

@@
identifier call = {fseek, fseeko, fseeko64};
fresh identifier found = "mmf_lint_place_" ## call;
position p = place.p;
@@
- call@p
+ found
  (...)

@@
identifier call = {fseek, fseeko, fseeko64};
fresh identifier found = "mmf_lint_whole_" ## call;
position p = whole.p;
@@
- call@p
+ found
  (...)
