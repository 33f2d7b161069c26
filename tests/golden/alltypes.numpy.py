# AllTypes v7, 320 bytes a record, from alltypes.mmf.json by mmf-gen: do not edit.
# Every type, alone and in arrays, with everything that a schema can say of it. A comment's end */ and a start /* do not break out, nor do trigraphs ??/ or a backslash at the end of a word \ or of the text\
# A second line.
import struct

import numpy as np

alltypes_fields = [  # name, format, offset
    ("_counter", "<u8", 0),
    ("flag", "|b1", 8),
    ("tiny", "|i1", 9),
    ("code", {"names": ["len", "data"], "formats": ["<u4", "S13"], "offsets": [0, 4], "itemsize": 17}, 12),
    ("small", "|u1", 29),  # begins where C would round the string before it up
    ("short_s", "<i2", 30),
    ("short_u", "<u2", 32),
    ("int_s", "<i4", 36),
    ("int_u", "<u4", 40),
    ("long_s", "<i8", 48),
    ("long_u", "<u8", 56),
    ("ratio", "<f4", 64),
    ("amount", "<f8", 72),
    ("unbounded", "<f8", 80),
    ("undefined", "<f4", 88),
    ("state", "|i1", 92),
    ("kind", "<u8", 96),
    ("seen", "<M8[us]", 104),  # when it was last seen
    ("cents", "<i8", 112),  # divide by 10**2
    ("id", {"names": ["len", "data"], "formats": ["<u4", "V16"], "offsets": [0, 4], "itemsize": 20}, 120),
    ("address", "<u4", 140),
    ("address6", ("|u1", (16,)), 144),
    ("blob", {"names": ["len", "data"], "formats": ["<u4", "V5"], "offsets": [0, 4], "itemsize": 9}, 160),
    ("flags", ("|b1", (3,)), 169),
    ("weights", ("<f4", (4,)), 172),
    ("counters", ("<i8", (2,)), 192),
    ("phases", ("<u2", (3,)), 208),
    ("labels", ({"names": ["len", "data"], "formats": ["<u4", "S6"], "offsets": [0, 4], "itemsize": 12}, (2,)), 216),
    ("chunks", ({"names": ["len", "data"], "formats": ["<u4", "V3"], "offsets": [0, 4], "itemsize": 8}, (2,)), 240),
    ("old_total", "<u4", 256),  # deprecated: use "counters"; it is\was 32 bits ??/ only
]

alltypes_dtype = np.dtype({
    "names": [name for name, _, _ in alltypes_fields],
    "formats": [format for _, format, _ in alltypes_fields],
    "offsets": [offset for _, _, offset in alltypes_fields],
    "itemsize": 320,
})

alltypes_symbols = {
    "state": {-1: "BROKEN", 0: "IDLE", 1: "RUNNING"},
    "kind": {1: "SMALL", 9000000000000000000: "huge"},
    "phases": {0: "A", 300: "B"},
}

alltypes_hash = bytes.fromhex(
    "3d03da2bfc079628294c70de88f1c9f4ce0e14955bb64219bf781d9641b04e33"
)


def alltypes_map(path):
    """The records of a store, mapped read-only: nothing is copied.

    They change while others write. A row whose _counter is odd, or another one after the
    row was read, was being written.
    """
    with open(path, "rb") as file:
        header = file.read(96)
    if len(header) < 64 or header[:4] != b"MMFG":
        raise ValueError(f"{path}: not an mmapforge file")
    (version,) = struct.unpack_from("<I", header, 4)
    if version != 2 or header[8:40] != alltypes_hash:
        raise ValueError(f"{path}: its records are of another schema")
    (count,) = struct.unpack_from("<Q", header, 48)
    offset = struct.unpack_from("<I", header, 88)[0]
    if count == 0:
        return np.empty(0, alltypes_dtype)
    return np.memmap(path, alltypes_dtype, "r", offset, (count,))
