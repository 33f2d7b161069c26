#!/usr/bin/python3
"""The page of sample.json, which has names that would do harm if they were not escaped."""

import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
REPORT = os.path.join(HERE, "report.py")
SAMPLE = os.path.join(HERE, "sample.json")
VOID = {"meta", "br", "img", "link", "hr", "input"}
CURVES = 3  # random access, opening, reading


def run(*arguments):
    environment = {**os.environ, "BUILD_WORKING_DIRECTORY": ""}
    return subprocess.run(
        [sys.executable, REPORT, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        check=False,
    )


class Page(html.parser.HTMLParser):
    """What a page has; raises where its tags do not match."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.tags = []
        self.attributes = []
        self.ids = []
        self.text = ""
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"never closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> without its beginning, at {self.getpos()}")

    def handle_data(self, data):
        self.text += data


class ReportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = run(SAMPLE)
        assert made.returncode == 0, made.stderr.decode()
        cls.html = made.stdout.decode()
        cls.page = Page(cls.html)
        with open(SAMPLE, encoding="utf-8") as file:
            cls.sample = json.load(file)

    def test_has_every_row_and_its_numbers(self):
        for row in self.sample["rows"] + self.sample["skipped"]:
            self.assertIn(row["name"], self.page.text)
        self.assertIn("2.32 (2.22–2.40)", self.page.text)
        self.assertIn("pread 0.0022, lmdb 0.0135, sqlite 0.0025", self.page.text)
        self.assertIn("0.25 read again", self.page.text)
        self.assertIn(self.sample["libraries"]["lmdb"], self.page.text)

    def test_has_a_plot_for_each_group_and_the_curves(self):
        groups = {row["group"] for row in self.sample["rows"]}
        plots = len(groups) + CURVES if shutil.which("gnuplot") else 0
        self.assertEqual(self.page.tags.count("svg"), plots)
        self.assertEqual(self.page.tags.count("figure"), len(groups) + CURVES)

    def test_needs_nothing_from_elsewhere(self):
        for name, value in self.page.attributes:
            if name in ("src", "href", "xlink:href", "action", "data"):
                self.assertTrue(value.startswith("#"), f"{name}={value}")
                self.assertIn(value[1:], self.page.ids)
        for place in re.findall(r"url\(([^)]*)\)", self.html):
            self.assertTrue(place.strip("'\"").startswith("#"), place)
        self.assertNotIn("@import", self.html)

    def test_ids_are_unique(self):
        self.assertEqual(len(self.page.ids), len(set(self.page.ids)))

    def test_names_stay_text(self):
        for tag in ("script", "img", "b", "i", "u"):
            self.assertNotIn(tag, self.page.tags)
        self.assertEqual(self.page.tags.count("style"), 1)
        self.assertFalse(os.path.exists("/tmp/mmf-report-was-run"))

    def test_says_that_little_was_measured(self):
        self.assertIn("mean little", self.page.text)

    def test_markdown(self):
        lines = run("--markdown", SAMPLE).stdout.decode().splitlines()
        self.assertIn("2026-11-21", lines[0])
        self.assertEqual(
            lines[4],
            "| field get | 1.3 ns | 0.561 ns (2.32) | 588 ns (0.0022) |"
            " 96.8 ns (0.0135) | 524 ns (0.0025) |  |",
        )
        self.assertEqual({line.count(" | ") for line in lines[4:]}, {6})
        self.assertEqual(len(lines), 4 + 4)

    def test_refuses_what_it_does_not_know(self):
        self.assertIn(b"usage", run().stderr)
        missing = run(os.path.join(HERE, "none.json"))
        self.assertEqual(missing.returncode, 1)
        self.assertIn(b"none.json", missing.stderr)
        other = os.path.join(os.environ.get("TEST_TMPDIR", "/tmp"), "other.json")
        with open(other, "w", encoding="utf-8") as file:
            file.write('{"format": 2}')
        self.assertIn(b"format is 2, expected 1", run(other).stderr)


if __name__ == "__main__":
    unittest.main()
