#!/usr/bin/python3
"""Every row of //bench once, with little to do: that it runs, that its ways agree, and what is said
of it. No time is judged."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

BENCH, GEN = (os.path.abspath(path) for path in sys.argv[1:3])
JSON = os.path.join(os.environ.get("TEST_TMPDIR", "/tmp"), "bench.json")

# What README.md and the project's own targets speak of.
NAMED = {
    "field get": {"mmf", "plain", "pread", "lmdb", "sqlite"},
    "peek": {"mmf", "plain"},
    "field set": {"mmf", "plain", "pwrite", "lmdb", "sqlite"},
    "many-writers set": {"mmf", "plain"},
    "record get (40 bytes)": {"mmf", "plain", "pread", "lmdb", "sqlite"},
    "record set without undo (8 bytes)": {"mmf", "plain"},
    "record set with undo (40 bytes)": {"mmf", "plain", "pwrite", "lmdb", "sqlite"},
    "string get 16 bytes": {"mmf", "plain"},
    "append": {"mmf", "plain", "write", "lmdb", "sqlite"},
    "append_n": {"mmf", "plain", "memcpy"},
    "field scan of 20 M records": {"mmf", "plain", "memcpy"},
    "random get in 10 M records": {"mmf", "plain", "pread", "lmdb", "sqlite"},
    "random get in 100 M records": {"mmf", "plain", "pread"},
    "open of 10 M records": {"mmf", "plain", "lmdb", "sqlite", "mmf of 10"},
    "reader beside a busy writer": {"mmf", "plain", "mmf alone"},
}
NEED_TWO = "needs two processors"


def run(*arguments):
    return subprocess.run(
        [BENCH, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        check=False,
    )


class BenchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.quick = run("--quick", "--mmf-gen", GEN, "--json", JSON)
        assert cls.quick.returncode == 0, cls.quick.stderr
        with open(JSON, encoding="utf-8") as file:
            cls.json = json.load(file)
        cls.rows = {row["name"]: row for row in cls.json["rows"]}

    def test_every_row_is_measured_or_said_to_be_skipped(self):
        listed = run("--list").stdout.splitlines()
        self.assertEqual(len(listed), len(self.json["rows"]) + len(self.json["skipped"]))
        self.assertEqual(len(self.rows), len(self.json["rows"]), "two rows have one name")
        for row in self.json["skipped"]:
            self.assertEqual(row["reason"], NEED_TWO, row["name"])
        for line in listed:
            name = line.split("\t")[1]
            self.assertTrue(f"\n{name} " in self.quick.stdout, name)

    def test_named_rows_are_there_with_their_peers(self):
        skipped = {row["name"] for row in self.json["skipped"]}
        for name, who in NAMED.items():
            if name not in skipped:
                found = {way["who"] for way in self.rows[name]["ways"]}
                self.assertLessEqual(who, found, name)

    def test_json_says_what_it_was_measured_on(self):
        self.assertEqual(self.json["format"], 1)
        self.assertRegex(self.json["date"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        machine = self.json["machine"]
        for key in ("processor", "kernel", "compiler", "libc"):
            self.assertTrue(machine[key], key)
        self.assertGreater(machine["memory_bytes"], 0)
        self.assertEqual(len(machine["used"]), 2)
        self.assertIn(machine["optimised"], (True, False))
        self.assertEqual(set(self.json["libraries"]), {"benchmark", "lmdb", "sqlite"})
        self.assertEqual(self.json["effort"]["divisor"], 1000)

    def test_json_of_a_row(self):
        for row in self.json["rows"]:
            self.assertIn(row["unit"], ("operations/s", "bytes/s"))
            self.assertEqual(row["bytes"] > 0, row["unit"] == "bytes/s")
            self.assertEqual(row["ways"][0]["who"], "mmf")
            self.assertNotIn("ratio", row["ways"][0])
            for way in row["ways"]:
                self.assertGreater(way["operations"], 0)
                for key in ("ns",) if way is row["ways"][0] else ("ns", "ratio"):
                    spread = way[key]
                    self.assertLessEqual(spread["low"], spread["median"])
                    self.assertLessEqual(spread["median"], spread["high"])
                    self.assertGreater(spread["low"], 0, row["name"])

    def test_rounds(self):
        path = JSON + ".rounds"
        arguments = ["--divisor", "1000", "--filter", "field get", "--json", path]
        for more, rounds in (([], 15), (["--repetitions", "7"], 7)):
            self.assertEqual(run(*arguments, *more).returncode, 0)
            with open(path, encoding="utf-8") as file:
                row = json.load(file)["rows"][0]
            self.assertEqual(row["rounds"], rounds)
            spreads = [way["ns"] for way in row["ways"]] + [w["ratio"] for w in row["ways"][1:]]
            for spread in spreads:
                self.assertLessEqual(spread["low"], spread["median"])
                self.assertLessEqual(spread["median"], spread["high"])
            self.assertTrue(any(spread["low"] < spread["high"] for spread in spreads))

    def test_reads_allocate_nothing(self):
        for name in ("field get", "peek", "record get (40 bytes)", "string get 16 bytes"):
            ours = self.rows[name]["ways"][0]
            self.assertEqual(ours.get("allocations", 0), 0, name)
        generated = self.rows["mmf-gen: MarketCap, in memory"]["ways"][0]
        self.assertGreater(generated.get("allocations", 1), 0)

    def test_filter(self):
        none = run("--quick", "--filter", "no such row")
        self.assertEqual(none.returncode, 1)
        self.assertIn('no row\'s group or name contains "no such row"', none.stderr)
        listed = run("--list", "--filter", "peek").stdout.splitlines()
        self.assertEqual([line.split("\t")[1] for line in listed], ["peek"])

    def test_refuses_what_it_does_not_know(self):
        for arguments in (["--cpu", "x"], ["--repetitions", "0"], ["--nonsense"], ["word"]):
            self.assertEqual(run(*arguments).returncode, 2, arguments)
        self.assertEqual(run("--json", "/nowhere/at/all", "--filter", "peek").returncode, 1)

    def test_large_rows_are_skipped_with_a_word(self):
        large = run("--filter", "100 M", "--repetitions", "1")
        self.assertEqual(large.returncode, 0)
        self.assertIn("skipped: needs --large, and 5.2 GB", large.stdout)

    def test_leaves_nothing_behind(self):
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(run("--quick", "--filter", "peek", "--dir", directory).returncode, 0)
            self.assertEqual(os.listdir(directory), [])

    def test_leaves_nothing_behind_when_it_is_stopped(self):
        with tempfile.TemporaryDirectory() as directory:
            with subprocess.Popen(
                [BENCH, "--filter", "field", "--divisor", "10", "--dir", directory],
                stdout=subprocess.PIPE,
            ) as process:
                for line in process.stdout:
                    if line.startswith(b"peek"):
                        break
                self.assertNotEqual(os.listdir(directory), [])
                process.send_signal(signal.SIGTERM)
                process.stdout.read()
            self.assertEqual(process.returncode, -signal.SIGTERM)
            self.assertEqual(os.listdir(directory), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
