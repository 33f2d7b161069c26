# LegacyTick v1, 104 bytes a record, from legacy_tick.mmf.json by mmf-gen --raw: do not edit.
import struct

import numpy as np

legacy_tick_fields = [  # name, format, offset
    ("_counter", "<u8", 0),
    ("symbol", {"names": ["len", "data"], "formats": ["<u4", "S64"], "offsets": [0, 4], "itemsize": 68}, 8),
    ("price", "<f8", 80),
    ("volume", "<f8", 88),
    ("timestamp", "<u8", 96),
]

legacy_tick_dtype = np.dtype({
    "names": [name for name, _, _ in legacy_tick_fields],
    "formats": [format for _, format, _ in legacy_tick_fields],
    "offsets": [offset for _, _, offset in legacy_tick_fields],
    "itemsize": 104,
})

legacy_tick_symbols = {
}

legacy_tick_hash = bytes.fromhex(
    "73f6506908abfd81c1be282c611f74b5f4d6a4c7457bd586f4e386b5f7a85f59"
)


def legacy_tick_map(path):
    """The records of a store, mapped read-only: nothing is copied.

    They change while others write. A row whose _counter is odd, or another one after the
    row was read, was being written.
    """
    with open(path, "rb") as file:
        header = file.read(96)
    if len(header) < 64 or header[:4] != b"MMFG":
        raise ValueError(f"{path}: not an mmapforge file")
    (version,) = struct.unpack_from("<I", header, 4)
    if version != 1 or header[8:40] != legacy_tick_hash:
        raise ValueError(f"{path}: its records are of another schema")
    (count,) = struct.unpack_from("<Q", header, 48)
    offset = 64
    if count == 0:
        return np.empty(0, legacy_tick_dtype)
    return np.memmap(path, legacy_tick_dtype, "r", offset, (count,))
