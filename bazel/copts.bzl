"""Compiler flags of mmapforge's own C code (users' targets are left alone)."""

MMF_COPTS = [
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
]
