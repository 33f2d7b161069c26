#!/usr/bin/env python3
"""Writes compile_commands.json, which clangd and clang-tidy read, from `bazel aquery`.

    tools/compile_commands.py [BAZEL OPTION...]

Generated headers are where Bazel put them: build once before.
"""
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = os.path.join(ROOT, "compile_commands.json")


def bazel(command, *arguments):
    """The output of a Bazel command; its own complaints go to the terminal."""
    done = subprocess.run(
        [os.path.join(ROOT, "bazelw"), command, "--noshow_progress", *arguments],
        cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def entry(directory, arguments):
    """One file's entry, or None when the action compiles none."""
    if "-c" not in arguments:
        return None
    # gcc's alone; clang would complain of it
    arguments = [a for a in arguments if a != "-fno-canonical-system-headers"]
    source = arguments[arguments.index("-c") + 1]
    return {"directory": directory, "file": source, "arguments": arguments}


def main(options):
    directory = bazel("info", *options, "execution_root").strip()
    query = 'mnemonic("CppCompile", //...)'
    answer = json.loads(bazel("aquery", "--output=jsonproto", query, *options))
    entries = {}
    for action in answer.get("actions", []):
        found = entry(directory, action["arguments"])
        if found:
            entries.setdefault(found["file"], found)
    with open(TARGET, "w", encoding="utf-8") as file:
        json.dump([entries[name] for name in sorted(entries)], file, indent=2)
        file.write("\n")
    print(f"compile_commands.json: {len(entries)} files")


if __name__ == "__main__":
    main(sys.argv[1:])
