# Account v1, 64 bytes a record, from account.mmf.json by mmf-gen --raw: do not edit.
# A record whose checksum tells when it is torn.
import struct

import numpy as np

account_fields = [  # name, format, offset
    ("_counter", "<u8", 0),
    ("number", "<u8", 8),
    ("balance", "<i8", 16),  # divide by 10**2
    ("owner", {"names": ["len", "data"], "formats": ["<u4", "S13"], "offsets": [0, 4], "itemsize": 17}, 24),
    ("frozen", "|b1", 41),
    ("_checksum", "<u4", 48),
]

account_dtype = np.dtype({
    "names": [name for name, _, _ in account_fields],
    "formats": [format for _, format, _ in account_fields],
    "offsets": [offset for _, _, offset in account_fields],
    "itemsize": 64,
})

account_symbols = {
}

account_hash = bytes.fromhex(
    "84914072cabc11bc23d738adb1925a6ae5331d1e6bcea34201333706b98a48ee"
)


def account_map(path):
    """The records of a store, mapped read-only: nothing is copied.

    They change while others write. A row whose _counter is odd, or another one after the
    row was read, was being written.
    """
    with open(path, "rb") as file:
        header = file.read(96)
    if len(header) < 64 or header[:4] != b"MMFG":
        raise ValueError(f"{path}: not an mmapforge file")
    (version,) = struct.unpack_from("<I", header, 4)
    if version != 2 or header[8:40] != account_hash:
        raise ValueError(f"{path}: its records are of another schema")
    (count,) = struct.unpack_from("<Q", header, 48)
    offset = struct.unpack_from("<I", header, 88)[0]
    if count == 0:
        return np.empty(0, account_dtype)
    return np.memmap(path, account_dtype, "r", offset, (count,))
