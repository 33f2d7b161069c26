"""Compiler flags of mmapforge's own C code (users' targets are left alone)."""

# Without -Werror: a later compiler's new warning must not stop anybody's build. --config=strict
# has it, and .ci/run uses that.
MMF_COPTS = [
    "-std=c11",
    "-Wall",
    "-Wextra",
]
