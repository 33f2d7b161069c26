#!/usr/bin/python3
"""numpy reads what is exported for it, and maps the file itself, copying nothing.

numpy_test.py MMF MMF_GEN MAKE_STORE
"""
import csv
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("skipped: no numpy (Debian: python3-numpy)")
    sys.exit(0)

MMF, GEN, MAKE_STORE = (os.path.abspath(path) for path in sys.argv[1:4])
HERE = os.path.abspath("tests/tools/export")
FIXTURES = os.path.abspath("tests/fixtures/go-mmapforge")
WORK = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))


def module_of(schema):
    """What mmf-gen --emit numpy prints, as a module."""
    name = os.path.basename(schema).split(".")[0]
    path = os.path.join(WORK, name + ".py")
    with open(path, "wb") as file:
        subprocess.run([GEN, "--emit", "numpy", schema], stdout=file, check=True)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_store(schema, name, lines):
    path = os.path.join(WORK, name)
    subprocess.run([MAKE_STORE, schema, path], input=lines, check=True)
    return path


def export(store, format, *options):
    path = os.path.join(WORK, "exported")
    subprocess.run([MMF, "export", "--format", format, *options, "--output", path, store],
                   check=True)
    return path


def is_in_file(array):
    """Whether the array's bytes are those of a mapping of a file."""
    base = array
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    return type(base).__name__ == "mmap"


def test_everything():
    schema = os.path.join(HERE, "everything.mmf.json")
    with open(os.path.join(HERE, "everything.txt"), "rb") as lines:
        store = make_store(schema, "everything.mmf", lines.read())
    module = module_of(schema)
    mapped = module.everything_map(store)
    assert is_in_file(mapped) and is_in_file(mapped["u64"]) and not mapped.flags.writeable
    assert mapped.dtype.itemsize == 384 and len(mapped) == 3
    first = mapped[0]
    assert first["_counter"] == 512
    assert first["u64"] == 2**64 - 1 and first["i64"] == -2**63 and first["f64"] == -1e300
    assert first["word"]["data"] == "grün'\\\"\x01".encode() and first["word"]["len"] == 9
    assert first["at_ns"] == np.datetime64("2026-11-21T12:43:09.123456789")
    assert first["at_s"] == np.datetime64("2026-11-21T12:43:09")
    assert list(first["flags"]) == [True, False, True]
    assert list(first["labels"]["data"]) == [b"six___", b""]
    assert module.everything_symbols["phases"][first["phases"][1]] == "DOWN"
    assert bytes(first["ids"]["data"][0]).hex() == "550e8400e29b41d4a716446655440000"

    loaded = np.load(export(store, "npy"))
    assert loaded.dtype.names == mapped.dtype.names[1:-1]  # without counter and checksum
    for name in loaded.dtype.names:
        assert loaded[name].tobytes() == mapped[name].tobytes(), name

    raw = np.fromfile(export(store, "raw"), module.everything_dtype)
    assert raw.tobytes() == np.asarray(mapped).tobytes()

    few = np.load(export(store, "npy", "--fields", "u64,labels", "--range", "1:"))
    assert few.dtype.names == ("u64", "labels") and few["u64"].tolist() == [0, 10000]
    numbers = np.load(export(store, "npy", "--fields", "at_ns", "--raw"))
    assert numbers["at_ns"].tolist() == [1795264989123456789, 0, -1]


def test_model():
    """--emit json says of offsets and sizes what the dtype does."""
    schema = os.path.join(HERE, "everything.mmf.json")
    model = json.loads(subprocess.run([GEN, "--emit", "json", schema], stdout=subprocess.PIPE,
                                      check=True).stdout)
    dtype = module_of(schema).everything_dtype
    assert model["record_size"] == dtype.itemsize
    assert model["checksum_offset"] == dtype.fields["_checksum"][1]
    assert model["hash"] == module_of(schema).everything_hash.hex()
    assert [field["name"] for field in model["fields"]] == list(dtype.names[1:-1])
    for field in model["fields"]:
        kind, offset = dtype.fields[field["name"]][:2]
        assert (field["offset"], field["size"]) == (offset, kind.itemsize), field
    with open(schema, encoding="utf-8") as file:
        given = json.load(file)
    assert model["doc"] == given["doc"] and model["schema"]["fields"] == given["fields"]


def test_changes_are_seen():
    """A mapping is no copy: what is appended to the bytes of the file is there."""
    schema = os.path.join(HERE, "tick.mmf.json")
    line = b"ACME\t1.5\t10\tBUY\t2026-11-21T12:00:00Z\t7\n"
    store = make_store(schema, "ticks.mmf", line * 5)
    mapped = module_of(schema).tick_map(store)
    assert mapped["price"].sum() == 7.5
    with open(store, "r+b") as file:
        file.seek(4096 + 64 + mapped.dtype.fields["price"][1])
        file.write(np.float64(100).tobytes())
    assert mapped["price"].sum() == 106


def test_others():
    schema = os.path.join(HERE, "tick.mmf.json")
    module = module_of(schema)
    empty = make_store(schema, "empty.mmf", b"")
    assert len(module.tick_map(empty)) == 0 and module.tick_map(empty).dtype == module.tick_dtype
    assert len(np.load(export(empty, "npy"))) == 0
    for path in os.path.join(WORK, "everything.mmf"), schema:
        try:
            module.tick_map(path)
            raise AssertionError(path)
        except ValueError as error:
            assert path in str(error)


def test_format_1():
    """Files of the Go library: records from byte 64 on."""
    module = module_of(os.path.join(HERE, "go_tick.mmf.json"))
    mapped = module.tick_map(os.path.join(FIXTURES, "ticks.mmf"))
    assert len(mapped) == 200 and mapped.dtype.itemsize == 104
    assert is_in_file(mapped) and np.all(mapped["_counter"] % 2 == 0)
    lines = subprocess.run([MMF, "export", "--schema", os.path.join(HERE, "go_tick.mmf.json"),
                            os.path.join(FIXTURES, "ticks.mmf")], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.splitlines()
    rows = list(csv.reader(lines))[1:]
    assert [row[0].encode() for row in rows] == list(mapped["symbol"]["data"])
    assert [float(row[1]) for row in rows] == list(mapped["price"])


test_everything()
test_model()
test_changes_are_seen()
test_others()
test_format_1()
