#!/bin/bash
# Runs a program that is broken on purpose over a corpus: a signal, or a failed check, has to end it.
set -uo pipefail

"$@" >/dev/null 2>&1
status=$?
if ((status <= 128)); then
    echo "ended with $status: the corpus has found nothing, though the program is broken" >&2
    exit 1
fi
echo "ended by signal $((status - 128)), as it should"
