// Records of one size that are read or written in a loop, a system call each.
//
// A place is found where the size is a sizeof, or a factor of the offset. pread and pwrite can only
// be at work on files; read and write are found where the same function opens the descriptor, or the
// same source seeks, cuts or syncs it: they may be at a socket or a pipe.
//
// Options: --no-includes --include-headers-for-types
// Words: pread pread64 pwrite pwrite64 read write
// Message pread: a record in a loop by pread(): mmf_file_read_at(), or in place by mmf_file_bytes(), is no system call
// Message pread64: a record in a loop by pread64(): mmf_file_read_at(), or in place by mmf_file_bytes(), is no system call
// Message pwrite: a record in a loop by pwrite(): mmf_file_write_at(), or in place by mmf_file_bytes_to_write()
// Message pwrite64: a record in a loop by pwrite64(): mmf_file_write_at(), or in place by mmf_file_bytes_to_write()
// Message read: a record in a loop by read(): mmf_file_read() is no system call; mmf_chunks_next() gives them in place
// Message write: a record in a loop by write(): mmf_file_write(); mmf_chunks_next_to_write() gives them in place

// --- Calls for records ---

// a buffer of bytes is no record
@bytes@
typedef uint8_t;
identifier call =~ "^p?(read|write)(64)?$";
char [] A1;
unsigned char [] A2;
uint8_t [] A3;
expression F;
position p;
@@
call@p(F, \(A1 \| A2 \| A3 \| &A1 \| &A2 \| &A3\), ...)

@by_size@
identifier call =~ "^p?(read|write)(64)?$";
expression F, B, E;
type T;
position p != bytes.p;
@@
call@p(F, B, \(sizeof(T) \| sizeof(E)\), ...)

@by_offset@
identifier call =~ "^p(read|write)(64)?$";
expression F, B, S, E;
position p;
@@
call@p(F, B, S, <+... \(E * S \| S * E\) ...+>)

// --- Those in a loop ---

// a call from which the same call can be reached, by whatever kind of loop
@in_loop exists@
identifier call =~ "^p?(read|write)(64)?$";
position p = {by_size.p, by_offset.p};
@@
call@p(...)
... when any
call@p(...)

@positional@
identifier call =~ "^p(read|write)(64)?$";
position p = in_loop.p;
@@
call@p(...)

// --- Descriptors of files ---

@sequential@
identifier call =~ "^(read|write)$";
expression F;
position p = in_loop.p;
@@
call@p(F, ...)

@device@
identifier open =~ "^open(at)?(64)?$";
constant char [] name =~ "^\"/(dev|proc|sys)/";
position d;
@@
open@d(..., name, ...)

@opened exists@
identifier call =~ "^(read|write)$";
identifier open =~ "^(open(at)?(64)?|creat(64)?|mko?stemps?(64)?)$";
expression F, F2;
position p = sequential.p;
position o != device.d;
@@
F = open@o(...)
... when != F = F2
call@p(F, ...)

@opened_at_once exists@
identifier call =~ "^(read|write)$";
identifier open =~ "^(open(at)?(64)?|creat(64)?|mko?stemps?(64)?)$";
identifier F;
expression F2;
position p = sequential.p;
position o != device.d;
@@
int F = open@o(...);
... when != F = F2
call@p(F, ...)

@file_before exists@
identifier file_call =~ "^(lseek(64)?|ftruncate(64)?|fsync|fdatasync|p(read|write)(64)?)$";
expression sequential.F;
identifier call =~ "^(read|write)$";
position p = sequential.p;
@@
file_call(F, ...)
...
call@p(F, ...)

@file_after exists@
identifier file_call =~ "^(lseek(64)?|ftruncate(64)?|fsync|fdatasync|p(read|write)(64)?)$";
expression sequential.F;
identifier call =~ "^(read|write)$";
position p = sequential.p;
@@
call@p(F, ...)
...
file_call(F, ...)

// --- What is found ---

// one place that several rules find is one
@in_file@
identifier call;
position p = {positional.p, opened.p, opened_at_once.p, file_before.p, file_after.p};
@@
call@p(...)

@@
identifier call = {pread, pread64, pwrite, pwrite64, read, write};
fresh identifier found = "mmf_lint_" ## call;
position p = in_file.p;
@@
- call@p
+ found
  (...)
