// Mappings of files by hand: mmap() and munmap() in one function, and growing by ftruncate() and
// then mremap(), or munmap() and mmap() again, after which every pointer is another one.
//
// Anonymous mappings are left alone, and those of devices where the same function opens them.
//
// Words: mmap mmap64 mremap
// Message mremap: a file that is made longer and then mremap(): mmf_file_resize() moves no pointer
// Message again_mmap: a file that is made longer, and mmap() again: mmf_file_resize() moves no pointer
// Message again_mmap64: a file that is made longer, and mmap64() again: mmf_file_resize() moves no pointer
// Message pair_mmap: mmap() and munmap() of a file: mmf_file_open(), mmf_file_bytes() and mmf_file_close()
// Message pair_mmap64: mmap64() and munmap() of a file: mmf_file_open(), mmf_file_bytes() and mmf_file_close()

@anonymous@
identifier map =~ "^mmap(64)?$";
position a;
@@
map@a(..., <+... \(MAP_ANONYMOUS \| MAP_ANON\) ...+>, ...)

@no_file@
identifier map =~ "^mmap(64)?$";
expression E1, E2, E3, E4, E5;
position a;
@@
map@a(E1, E2, E3, E4, -1, E5)

@device exists@
identifier open =~ "^open(64)?$";
constant char [] name =~ "^\"/(dev|proc|sys)/";
identifier map =~ "^mmap(64)?$";
identifier F;
expression E1, E2, E3, E4, E5;
position d;
@@
F = open(name, ...)
... when any
map@d(E1, E2, E3, E4, F, E5)

@declared_device exists@
identifier open =~ "^open(64)?$";
constant char [] name =~ "^\"/(dev|proc|sys)/";
identifier map =~ "^mmap(64)?$";
identifier F;
expression E1, E2, E3, E4, E5;
position d;
@@
int F = open(name, ...);
... when any
map@d(E1, E2, E3, E4, F, E5)

@grown_in_place exists@
identifier grow =~ "^(ftruncate(64)?|posix_fallocate(64)?|fallocate(64)?)$";
position p;
@@
grow(...)
... when any
mremap@p(...)

@grown_again exists@
identifier grow =~ "^(ftruncate(64)?|posix_fallocate(64)?|fallocate(64)?)$";
identifier map =~ "^mmap(64)?$";
expression F;
expression E1, E2, E3, E4, E5;
position p != {anonymous.a, no_file.a, device.d, declared_device.d};
@@
munmap(...)
... when any
grow(F, ...)
... when any
map@p(E1, E2, E3, E4, F, E5)

@grown_before exists@
identifier grow =~ "^(ftruncate(64)?|posix_fallocate(64)?|fallocate(64)?)$";
identifier map =~ "^mmap(64)?$";
expression F;
expression E1, E2, E3, E4, E5;
position p != {anonymous.a, no_file.a, device.d, declared_device.d};
@@
grow(F, ...)
... when any
munmap(...)
... when any
map@p(E1, E2, E3, E4, F, E5)

@pair exists@
identifier map =~ "^mmap(64)?$";
expression M;
position p != {anonymous.a, no_file.a, device.d, declared_device.d, grown_again.p,
               grown_before.p};
@@
M = map@p(...)
... when any
munmap(<+... M ...+>, ...)

@declared_pair exists@
identifier map =~ "^mmap(64)?$";
identifier M;
type T;
position p != {anonymous.a, no_file.a, device.d, declared_device.d, grown_again.p,
               grown_before.p};
@@
T M = map@p(...);
... when any
munmap(<+... M ...+>, ...)

// one place that several rules find is one
@grown@
identifier call;
position p = {grown_again.p, grown_before.p};
@@
call@p(...)

@pairs@
identifier call;
position p = {pair.p, declared_pair.p};
@@
call@p(...)

@@
position p = grown_in_place.p;
@@
- mremap@p
+ mmf_lint_mremap
  (...)

@@
identifier call = {mmap, mmap64};
fresh identifier found = "mmf_lint_again_" ## call;
position p = grown.p;
@@
- call@p
+ found
  (...)

@@
identifier call = {mmap, mmap64};
fresh identifier found = "mmf_lint_pair_" ## call;
position p = pairs.p;
@@
- call@p
+ found
  (...)
