#!/usr/bin/python3
"""One self-contained HTML page of what //bench --json has written.

    ./bazelw run //bench/report -- F.json > F.html
    ./bazelw run //bench/report -- --markdown F.json    # the table of README.md

Tables need nothing; plots are drawn by gnuplot and put into the page as SVG. Without gnuplot the
page has the tables alone, and stderr says so.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

PLAIN = "plain"

# Rows that answer the first question of whoever looks.
HEADLINE = [
    "field get",
    "peek",
    "field set",
    "many-writers set",
    "record get (40 bytes)",
    "record set without undo (8 bytes)",
    "record set with undo (40 bytes)",
    "string get 16 bytes",
    "append",
    "append_n",
    "field scan of 20 M records",
    "random get in 10 M records",
    "random get in 100 M records",
    "open of 10 M records",
    "reader beside a busy writer",
]

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; }
body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.8rem 0 1.6rem; }
th, td { padding: 0.2rem 0.7rem; border-bottom: 1px solid #ddd; }
th, td { text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
svg { max-width: 100%; height: auto; display: block; }
.warning { background: #fde8e8; padding: 0.5rem 1rem; }
nav a { margin-right: 1rem; }
"""


def text(value):
    """Anything, as text of a page."""
    return html.escape(str(value), quote=True)


# --- Numbers -------------------------------------------------------------------------------------


def time_of(ns):
    for limit, divisor, unit in ((1e4, 1, "ns"), (1e7, 1e3, "µs"), (1e10, 1e6, "ms")):
        if ns < limit:
            value = ns / divisor
            return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"
    return f"{ns / 1e9:.3g} s"


def rate_of(rate, unit):
    for prefix in ("", "k", "M", "G", "T"):
        if rate < 1000:
            return f"{rate:.3g} {prefix}{'B' if unit == 'bytes/s' else 'op'}/s"
        rate /= 1000
    return f"{rate:.3g} P"


def ratio_of(ratio):
    return f"{ratio:.4f}" if ratio < 0.1 else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def size_of(name):
    """The number in "read 10 KB", "open of 1 M records"; None: there is none."""
    found = re.search(r"(\d+) ?([KMG])?i?B?\b", name)
    if not found:
        return None
    powers = {None: 0, "K": 1, "M": 2, "G": 3}
    return int(found.group(1)) * 1000 ** powers[found.group(2)]


# --- Plots ---------------------------------------------------------------------------------------


class Plots:
    """Draws with gnuplot. Names go to it as data, never as commands."""

    def __init__(self):
        self.program = shutil.which("gnuplot")
        self.count = 0
        self.colours = {}

    def colour(self, who):
        """The same for one in all plots of a page."""
        return self.colours.setdefault(who, len(self.colours) + 1)

    @staticmethod
    def label(name):
        return re.sub(r"[\t\r\n\"]", " ", str(name))

    def draw(self, height, commands, tables):
        """The SVG of a plot of `tables`, lists of lines of cells, whose first line is a heading."""
        if not self.program or not tables:
            return ""
        self.count += 1
        with tempfile.TemporaryDirectory() as directory:
            for i, table in enumerate(tables):
                path = os.path.join(directory, f"{i}.tsv")
                with open(path, "w", encoding="utf-8") as file:
                    for line in table:
                        file.write("\t".join(self.label(cell) for cell in line) + "\n")
            script = "\n".join(
                [
                    "set encoding utf8",
                    f"set terminal svg size 1000,{height} noenhanced font 'sans-serif,12'",
                    "set datafile separator '\\t'",
                    "set border 3; set tics nomirror; set grid back lc rgb '#dddddd'",
                    "set key outside top left horizontal",
                ]
                + commands
            )
            made = subprocess.run(
                [self.program, "-"],
                input=script.encode(),
                cwd=directory,
                stdout=subprocess.PIPE,
                check=True,
            )
        svg = made.stdout.decode()
        svg = svg[svg.index("<svg") :]
        # ids are those of one page now
        prefix = f"p{self.count}_"
        svg = re.sub(r"\b(id=['\"])", rf"\1{prefix}", svg)
        svg = re.sub(r"(href=['\"]#)", rf"\1{prefix}", svg)
        return re.sub(r"(url\(#)", rf"\1{prefix}", svg)

    def ratios(self, rows):
        """Ours to theirs, as bars from 1: to the left of it ours is faster."""
        names = []
        for row in rows:
            for way in row["ways"][1:]:
                if way["who"] not in names:
                    names.append(way["who"])
        step = 1 / (max(len(row["ways"]) for row in rows) + 0.5)
        tables = [[["label", "y", name]] for name in names]
        for i, row in enumerate(rows):
            ways = [way for way in row["ways"][1:] if way["ratio"]["median"] > 0]
            for k, way in enumerate(ways):
                place = -i - (k - (len(ways) - 1) / 2) * step
                table = tables[names.index(way["who"])]
                table.append([row["name"], place, way["ratio"]["median"]])
        tics = [["label", "y"]] + [[row["name"], -i] for i, row in enumerate(rows)]
        bars = ", ".join(
            f"'{k}.tsv' using 3:2:(1):3:($2-{step / 2.2}):($2+{step / 2.2})"
            f" with boxxyerror fs solid 0.8 lc {self.colour(name)} title columnhead(3)"
            for k, name in enumerate(names)
        )
        commands = [
            "set logscale x",
            "set xlabel 'ours to theirs (1: the same, left of it: ours takes less time)'",
            "set arrow from 1, graph 0 to 1, graph 1 nohead lw 1.5",
            f"set yrange [{-len(rows) + 0.4}:0.6]",
            "set offsets graph 0.02, graph 0.02, 0, 0",
            "unset grid; set grid x back lc rgb '#dddddd'",
            f"plot '{len(names)}.tsv' using (1):2:ytic(1) every ::1"
            f" with points pt -1 notitle, {bars}",
        ]
        return self.draw(90 + len(rows) * max(22, 9 * len(names)), commands, tables + [tics])

    def curves(self, rows, value, x_label, y_label):
        """value(way) of each row against the number in its name, a line for who was measured."""
        sized = sorted((size_of(row["name"]), row) for row in rows if size_of(row["name"]))
        names = []
        for _, row in sized:
            names += [way["who"] for way in row["ways"] if way["who"] not in names]
        tables = []
        for name in names:
            table = [["x", name]]
            for size, row in sized:
                table += [[size, value(way)] for way in row["ways"] if way["who"] == name]
            if len(table) > 2:
                tables.append(table)
        lines = ", ".join(
            f"'{k}.tsv' using 1:2 with linespoints pt 7 ps 0.5 lw 2"
            f" lc {self.colour(table[0][1])} title columnhead(2)"
            for k, table in enumerate(tables)
        )
        commands = [
            "set logscale xy",
            "set format x '%.0s%c'",
            f"set xlabel '{x_label}'; set ylabel '{y_label}'",
            f"plot {lines}",
        ]
        return self.draw(420, commands, tables)


# --- The page ------------------------------------------------------------------------------------


def table_of(head, lines):
    out = ["<table><thead><tr>"] + [f"<th>{text(cell)}</th>" for cell in head]
    out.append("</tr></thead><tbody>")
    for line in lines:
        out.append("<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in line) + "</tr>")
    out.append("</tbody></table>")
    return "".join(out)


def plain_of(row):
    for way in row["ways"][1:]:
        if way["who"] == PLAIN:
            low, median, high = (ratio_of(way["ratio"][key]) for key in ("low", "median", "high"))
            return f"{median} ({low}–{high})"
    return ""


def others_of(row):
    return ", ".join(
        f"{way['who']} {ratio_of(way['ratio']['median'])}"
        for way in row["ways"][1:]
        if way["who"] != PLAIN
    )


def rows_table(rows):
    lines = []
    for row in rows:
        ours = row["ways"][0]
        retries = f"; {ours['retries']:.3g} read again" if "retries" in ours else ""
        allocations = f"{ours['allocations']:.3g}" if "allocations" in ours else "–"
        lines.append(
            [
                row["name"],
                time_of(ours["ns"]["median"]),
                f"{time_of(ours['ns']['low'])}–{time_of(ours['ns']['high'])}",
                rate_of(ours["rate"], row["unit"]),
                allocations,
                plain_of(row),
                others_of(row) + retries,
            ]
        )
    head = ["", "an operation", "quartiles", "rate", "allocations", "to plain C", "to others"]
    return table_of(head, lines)


def groups_of(rows):
    groups = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    return groups


def machine_table(data):
    machine = data["machine"]
    effort = data["effort"]
    libraries = ", ".join(f"{name} {version}" for name, version in data["libraries"].items())
    return table_of(
        ["measured on", data["date"]],
        [
            ["processor", f"{machine['processor']}, {machine['processors']} of them"],
            ["memory", f"{machine['memory_bytes'] / 1e9:.1f} GB"],
            ["kernel", machine["kernel"]],
            ["compiler, libc", f"{machine['compiler']}; {machine['libc']}"],
            ["libraries", libraries],
            ["bound to processors", ", ".join(str(cpu) for cpu in machine["used"] if cpu >= 0)],
            ["load at the beginning", f"{machine['load']:.2f}"],
            ["files", f"{effort['directory']} ({effort['file_system']})"],
            ["medians of", effort["repetitions"]],
        ],
    )


def curves_of(groups, plots):
    def ns(way):
        return way["ns"]["median"]

    def gigabytes(way):
        return way["rate"] / 1e9

    wanted = [
        ("Random access against the number of records", "random access", "random get in", ns,
         "records", "ns an operation"),
        ("Opening against the number of records", "open", "open of", ns, "records",
         "ns to open, get and close"),
        ("Reading mapped files", "mapped files: read", "read", gigabytes, "bytes at a time",
         "GB/s"),
        ("Writing mapped files", "mapped files: write", "write", gigabytes, "bytes at a time",
         "GB/s"),
    ]
    for title, group, begin, value, x_label, y_label in wanted:
        rows = [
            row
            for row in groups.get(group, [])
            if row["name"].startswith(begin) and "writer" not in row["name"]
        ]
        if len(rows) > 1:
            yield title, plots.curves(rows, value, x_label, y_label)


def page_of(data, plots):
    groups = groups_of(data["rows"])
    first = {row["name"]: row for row in data["rows"]}
    out = [
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>",
        f"<title>Benchmarks, {text(data['date'])}</title><style>{STYLE}</style></head><body>",
        "<h1>Benchmarks</h1>",
    ]
    if not data["machine"]["optimised"]:
        out.append("<p class='warning'>Compiled without optimisation: build with -c opt.</p>")
    if data["effort"]["divisor"] > 1:
        out.append("<p class='warning'>Little work and small data: these figures mean little.</p>")
    out.append(machine_table(data))
    out.append(
        "<p>All ways of a row ran in turn, in the same run. A ratio is our time to theirs, the"
        " median of the ratios of neighbours: 2 means that ours takes twice as long.</p><nav>"
    )
    out += [f"<a href='#g{i}'>{text(group)}</a>" for i, group in enumerate(groups)]
    out.append("</nav>")
    headline = [first[name] for name in HEADLINE if name in first]
    if headline:
        out.append("<h2>At a glance</h2>" + rows_table(headline))
    for title, svg in curves_of(groups, plots):
        out.append(f"<h2>{text(title)}</h2><figure class='curves'>{svg}</figure>")
    for i, (group, rows) in enumerate(groups.items()):
        out.append(f"<h2 id='g{i}'>{text(group)}</h2>")
        out.append(f"<figure class='ratios'>{plots.ratios(rows)}</figure>" + rows_table(rows))
    if data["skipped"]:
        out.append("<h2>Not measured</h2>")
        out.append(table_of(["", "why"], [[row["name"], row["reason"]] for row in data["skipped"]]))
    out.append("</body></html>\n")
    return "".join(out)


def who_of(row, names):
    """Time and ratio of the first of these that the row has."""
    for way in row["ways"][1:]:
        if way["who"] in names:
            return f"{time_of(way['ns']['median'])} ({ratio_of(way['ratio']['median'])})"
    return ""


COLUMNS = {
    "plain C": [PLAIN],
    "pread, pwrite, write": ["pread", "pwrite", "write"],
    "LMDB": ["lmdb"],
    "SQLite": ["sqlite"],
}


def rest_of(row):
    """Who has no column."""
    known = sum(COLUMNS.values(), [])
    return ", ".join(
        f"{way['who']}: {who_of(row, [way['who']])}"
        for way in row["ways"][1:]
        if way["who"] not in known
    )


def markdown_of(data):
    """The headline for README.md: what an operation takes, and ours to that."""

    def cell(value):
        return str(value).replace("|", "\\|").replace("\n", " ")

    machine = data["machine"]
    first = {row["name"]: row for row in data["rows"]}
    lines = [
        f"{machine['processor']}, {machine['processors']} processors, {machine['kernel']},"
        f" {machine['libc']}, {machine['compiler']}; {data['date'][:10]};"
        f" medians of {data['effort']['repetitions']}, files in {data['effort']['file_system']}:",
        "",
        "| | ours | " + " | ".join(COLUMNS) + " | |",
        "| --- | --- |" + " --- |" * (len(COLUMNS) + 1),
    ]
    for row in (first[name] for name in HEADLINE if name in first):
        cells = [row["name"], time_of(row["ways"][0]["ns"]["median"])]
        cells += [who_of(row, names) for names in COLUMNS.values()] + [rest_of(row)]
        lines.append("| " + " | ".join(cell(value) for value in cells) + " |")
    return "\n".join(lines) + "\n"


def main(arguments):
    is_markdown = arguments[:1] == ["--markdown"]
    arguments = arguments[is_markdown:]
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.exit("usage: report [--markdown] F.json > F.html")
    path = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), arguments[0])
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if data.get("format") != 1:
            sys.exit(f"report: {path}: format is {data.get('format')}, expected 1")
    except (OSError, ValueError, AttributeError) as error:
        sys.exit(f"report: {path}: {error}")
    sys.stdout.reconfigure(encoding="utf-8")
    if is_markdown:
        sys.stdout.write(markdown_of(data))
        return
    plots = Plots()
    if not plots.program:
        print("report: no plots: gnuplot is not there (gnuplot-nox)", file=sys.stderr)
    sys.stdout.write(page_of(data, plots))


if __name__ == "__main__":
    main(sys.argv[1:])
