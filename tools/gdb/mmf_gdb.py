"""gdb: stores and records of mmapforge, in live processes and in core files.

    (gdb) source tools/gdb/mmf_gdb.py
    (gdb) print store
    (gdb) mmf record store 17
    (gdb) mmf stat store

See docs/debugging.md. What is looked at may be anything: nothing here raises but for what the
user typed, nothing is called in the process, and nothing in it is changed.
"""

import datetime
import ipaddress
import json
import uuid

import gdb
import gdb.printing

TEXT_MAX = 16 << 20  # bytes of a schema text, or of a path, at most
SHOWN_MAX = 200  # characters of a string, at most: `set print elements` is for arrays
STEP = 512  # of a counter, runtime/seqlock.h
MODES = ("reads only", "one writer", "many writers", "closed by fork")
NOT_THERE = (
    "the mapped file is not in memory: core files have it only if /proc/PID/coredump_filter had"
    " bit 3; a copy of the file may be named behind"
)
STATES = ((1, "dirty"), (2, "writer died"), (4, "other boot"))


class Unreadable(Exception):
    """Something that is not there, and why."""


# --- Reading -------------------------------------------------------------------------------------


def read(address, size):
    try:
        return gdb.selected_inferior().read_memory(address, size).tobytes()
    except (gdb.error, OverflowError, ValueError) as failure:
        raise Unreadable(str(failure)) from failure


def number(value):
    try:
        return int(value)
    except gdb.error as failure:
        raise Unreadable(str(failure)) from failure


def member(value, name):
    try:
        return value[name]
    except (gdb.error, KeyError) as failure:
        raise Unreadable(str(failure)) from failure


def target(pointer):
    """What a pointer to a known type leads to."""
    if number(pointer) == 0:
        raise Unreadable("a null pointer")
    try:
        value = pointer.dereference()
        value.fetch_lazy()
        return value
    except gdb.error as failure:
        raise Unreadable(str(failure)) from failure


def c_string(pointer, limit=4096):
    address = number(pointer)
    if address == 0:
        raise Unreadable("a null pointer")
    try:
        end = gdb.selected_inferior().search_memory(address, limit, b"\0")
    except gdb.error:
        end = None
    if end is None:
        raise Unreadable("no string at 0x%x" % address)
    return read(address, end - address)


def quoted(data):
    """Bytes as a string of C; what is UTF-8 and can be printed stays as it is."""
    text = data.decode("utf-8", "surrogateescape")
    escapes = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    out = []
    for character in text[:SHOWN_MAX]:
        code = ord(character)
        if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
            out.append("\\x%02x" % (code - 0xDC00))
        elif character in escapes:
            out.append(escapes[character])
        elif character.isprintable():
            out.append(character)
        else:
            out.extend("\\x%02x" % byte for byte in character.encode())
    return '"%s"%s' % ("".join(out), "..." if len(text) > SHOWN_MAX else "")


def plain(value_type):
    return value_type.strip_typedefs()


def members(value_type):
    return [field.name for field in value_type.fields()]


# --- Strings and bytes ---------------------------------------------------------------------------


def is_text(value_type):
    """struct { uint32_t len; char data[n]; } without a name, as generated records have it."""
    if value_type.code != gdb.TYPE_CODE_STRUCT or value_type.tag:
        return False
    if members(value_type) != ["len", "data"]:
        return False
    length, data = [plain(field.type) for field in value_type.fields()]
    return (
        length.code == gdb.TYPE_CODE_INT
        and length.sizeof == 4
        and data.code == gdb.TYPE_CODE_ARRAY
        and plain(data.target()).sizeof == 1
    )


def content(value):
    """Length as it is stored, the most there can be, and the bytes that count."""
    length = number(member(value, "len"))
    data = member(value, "data")
    most = plain(data.type).sizeof
    size = min(length, most)
    return length, most, read(number(data.address), size) if data.address else bytes(
        number(data[i]) & 255 for i in range(size)
    )


def text_of(value):
    length, most, data = content(value)
    if length > most:
        data = data.rstrip(b"\0")
    element = plain(plain(value.type).fields()[1].type).target()
    # `char` and `unsigned char` differ in name alone: uint8_t is the latter
    if plain(element).name == "char":
        shown = quoted(data)
    else:
        shown = "{%s%s}" % (data[:SHOWN_MAX].hex(" "), " ..." if len(data) > SHOWN_MAX else "")
    return shown if length <= most else "%s <len is %d, above %d>" % (shown, length, most)


class TextPrinter:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        try:
            return text_of(self.value)
        except Unreadable as failure:
            return "<%s>" % failure


# --- What a schema says of a field ---------------------------------------------------------------


def timestamp(count, unit):
    scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}.get(unit, 1)
    seconds, rest = divmod(count, scale)
    try:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return None
    digits = len(str(scale)) - 1
    return moment.isoformat() + (".%0*d" % (digits, rest) if digits else "") + "Z"


def decimal(value, scale):
    sign = "-" if value < 0 else ""
    digits = str(abs(value)).rjust(scale + 1, "0")
    return sign + (digits[:-scale] + "." + digits[-scale:] if scale else digits)


def whole(field, data):
    """A UUID or an address."""
    if field["logical"] == "uuid" and len(data) == 16:
        return str(uuid.UUID(bytes=data))
    if field["logical"] == "ipv6" and len(data) == 16:
        return str(ipaddress.IPv6Address(data))
    if field["logical"] == "ipv4" and len(data) == 4:
        return str(ipaddress.IPv4Address(data))
    return None


def explained_number(field, value):
    stored = number(value)
    logical = field.get("logical")
    text = None
    if field.get("type") == "enum":
        names = [name for name, symbol in field["symbols"].items() if int(symbol) == stored]
        text = names[0] if names else "no symbol"
    elif logical == "timestamp":
        text = timestamp(stored, field.get("unit"))
    elif logical == "decimal":
        text = decimal(stored, int(field.get("scale", 0)))
    elif logical == "ipv4":
        text = str(ipaddress.IPv4Address(stored))
    return "%s (%d)" % (text, stored) if text is not None else None


def explained(field, value):
    """Text of a field whose bytes are not all there is to say; None: gdb shows it as well."""
    value_type = plain(value.type)
    if is_text(value_type):
        length, most, data = content(value)
        return whole(field, data) if "logical" in field and length <= most else None
    if value_type.code == gdb.TYPE_CODE_ARRAY:
        low, high = value_type.range()
        count = high - low + 1
        if field.get("logical") in ("uuid", "ipv4", "ipv6") and value_type.target().sizeof == 1:
            return whole(field, bytes(number(value[i]) & 255 for i in range(low, high + 1)))
        shown = [explained(field, value[i]) for i in range(low, low + min(count, SHOWN_MAX))]
        if not shown or shown[0] is None:
            return None
        return "{%s%s}" % (", ".join(map(str, shown)), ", ..." if count > SHOWN_MAX else "")
    if value_type.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR):
        return explained_number(field, value)
    return None


def fields_of(record_type):
    """The fields of a schema by name; empty where the record type carries none (format 1)."""
    try:
        size = number(member(record_type, "schema_text_size"))
        pointer = number(member(record_type, "schema_text"))
        if pointer == 0 or not 0 < size <= TEXT_MAX:
            return {}
        schema = json.loads(read(pointer, size).decode())
        return {field["name"]: field for field in schema["fields"]}
    except (Unreadable, ValueError, KeyError, TypeError):
        return {}


# --- Records -------------------------------------------------------------------------------------


def record_type_of(name):
    """The constant that the generator makes for a record of that C name; None."""
    for look_up in (gdb.lookup_global_symbol, gdb.lookup_static_symbol):
        try:
            symbol = look_up(name + "_record_type")
        except gdb.error:
            symbol = None
        if symbol is not None and plain(symbol.type).tag == "mmf_record_type":
            return symbol.value()
    return None


def is_record(value_type):
    return (
        value_type.code == gdb.TYPE_CODE_STRUCT
        and bool(value_type.tag)
        and record_type_of(value_type.tag) is not None
    )


class RecordPrinter:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return None

    def children(self):
        fields = fields_of(record_type_of(plain(self.value.type).tag))
        for name in members(plain(self.value.type)):
            value = self.value[name]
            try:
                text = explained(fields.get(name, {}), value)
            except (Unreadable, gdb.error, ValueError, KeyError, TypeError) as failure:
                text = "<%s>" % failure if isinstance(failure, Unreadable) else None
            # a Python string is shown as it is, without quotes
            yield name, value if text is None else text


# --- Stores --------------------------------------------------------------------------------------


def is_store(value_type):
    return value_type.code == gdb.TYPE_CODE_STRUCT and value_type.tag == "mmf_store"


def is_typed_store(value_type):
    return (
        value_type.code == gdb.TYPE_CODE_STRUCT
        and (value_type.tag or "").endswith("_store")
        and members(value_type) == ["base"]
        and is_store(plain(value_type.fields()[0].type))
    )


class Store:
    """A handle: the struct mmf_store, and the C name of its records where that is known."""

    def __init__(self, value):
        given = value.type
        value_type = plain(given)
        self.name = None
        self.copy = None
        self.is_mapped = False
        if value_type.code == gdb.TYPE_CODE_PTR:
            value = target(value)
            value_type = plain(value.type)
        if is_typed_store(value_type):
            self.name = value_type.tag[: -len("_store")]
            value = member(value, "base")
        elif not is_store(value_type):
            raise Unreadable("a value of type %s is not a store" % given)
        self.value = value
        self.type = target(member(value, "type"))
        self.record_size = number(member(self.type, "record_size"))
        self.payload_size = number(member(self.type, "payload_size"))
        self.format = number(member(self.type, "format"))
        self.mode = number(member(value, "mode"))
        self.records = number(member(value, "records"))
        if not 8 < self.record_size <= TEXT_MAX or self.payload_size > self.record_size:
            raise Unreadable("no record type: its records have %d bytes" % self.record_size)

    def path(self):
        state = target(member(self.value, "state"))
        return c_string(member(state, "path"))

    def start(self):
        """Where the file begins in memory: record_count is at 0x30 of it."""
        return number(member(self.value, "record_count")) - 0x30

    def bytes(self, offset, size):
        """Of the file: as it is mapped, or of the copy that the user has named."""
        if self.copy is not None:
            self.copy.seek(offset)
            data = self.copy.read(size)
            if len(data) < size:
                raise Unreadable("%s has no %d bytes at %d" % (self.copy.name, size, offset))
            return data
        if not self.is_mapped:  # gdb gives zeros for what a core file has not
            if read(self.start(), 4) != b"MMFG":
                raise Unreadable(NOT_THERE)
            self.is_mapped = True
        return read(self.start() + offset, size)

    def count(self):
        """Records that exist, by the file's header."""
        return int.from_bytes(self.bytes(0x30, 8), "little")

    def capacity(self):
        return int.from_bytes(self.bytes(0x38, 8), "little")

    def record(self, index):
        """All of it, and where it is in memory."""
        address = self.records + index * self.record_size
        offset = address - self.start()
        if offset < 0:
            raise Unreadable("no store: its records lie before its header")
        return address, self.bytes(offset, self.record_size)

    def visible(self):
        return number(member(self.value, "visible"))

    def mode_text(self):
        text = MODES[self.mode] if self.mode < len(MODES) else "mode %d" % self.mode
        slot = number(member(self.value, "slot"))
        return text + (", slot %d" % slot if self.mode in (1, 2) else "")

    def line(self):
        try:
            path = quoted(self.path())
        except Unreadable:
            path = "<path unknown>"
        try:
            records = "%d records of %d bytes, room for %d" % (
                self.count(),
                self.record_size,
                self.capacity(),
            )
        except Unreadable:
            records = "%d records of %d bytes (its file is not in memory)" % (
                self.visible(),
                self.record_size,
            )
        name = c_string(member(self.type, "name"), 64)
        return "%s: %s, format %d, %s, %s" % (
            path,
            name.decode("utf-8", "replace"),
            self.format,
            self.mode_text(),
            records,
        )


class StorePrinter:
    """Of the struct, and of a pointer to it, which keeps its address."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        prefix = ""
        if plain(self.value.type).code == gdb.TYPE_CODE_PTR:
            address = int(self.value)
            prefix = "(%s) 0x%x" % (self.value.type, address)
            if address == 0:
                return prefix
            prefix += " "
        try:
            return "%s<%s>" % (prefix, Store(self.value).line())
        except Unreadable as failure:
            return "%s<not a store: %s>" % (prefix, failure)


def look_up_printer(value):
    value_type = plain(value.type)
    if value_type.code == gdb.TYPE_CODE_PTR:
        pointed = plain(value_type.target())
        return StorePrinter(value) if is_store(pointed) or is_typed_store(pointed) else None
    if value_type.code != gdb.TYPE_CODE_STRUCT:
        return None
    if is_text(value_type):
        return TextPrinter(value)
    if is_store(value_type) or is_typed_store(value_type):
        return StorePrinter(value)
    return RecordPrinter(value) if is_record(value_type) else None


look_up_printer.name = "mmapforge"
look_up_printer.enabled = True


# --- Commands ------------------------------------------------------------------------------------


def snake_case(name):
    """As the generator names the records of a schema that has no prefix."""
    out = ""
    for i, character in enumerate(name):
        if character.isupper() and i > 0 and name[i - 1] != "_":
            next_is_lower = i + 1 < len(name) and name[i + 1].islower()
            out += "_" if not name[i - 1].isupper() or next_is_lower else ""
        out += character.lower()
    return out


def c_name_of(store):
    if store.name:
        return store.name
    try:
        size = number(member(store.type, "schema_text_size"))
        text = read(number(member(store.type, "schema_text")), min(size, TEXT_MAX))
        prefix = json.loads(text.decode()).get("prefix")
        if prefix:
            return prefix
    except (Unreadable, ValueError, AttributeError):
        pass
    return snake_case(c_string(member(store.type, "name"), 64).decode("utf-8", "replace"))


def c_type_of(store):
    """The generated struct of the store's records; None."""
    try:
        found = gdb.lookup_type(c_name_of(store))
    except (gdb.error, Unreadable):
        return None
    return found if plain(found).sizeof == store.payload_size else None


def parse_store(text, copy=None):
    try:
        store = Store(gdb.parse_and_eval(text))
    except (gdb.error, Unreadable) as failure:
        raise gdb.GdbError("%s: %s" % (text, failure)) from failure
    if copy is not None:
        try:
            store.copy = open(copy, "rb")
            magic = store.copy.read(4)
        except OSError as failure:
            raise gdb.GdbError(str(failure)) from failure
        if magic != b"MMFG":
            raise gdb.GdbError("%s: not a store" % copy)
    return store


def slot_of(counter):
    return counter >> 1 & 255


def describe_counter(store, counter):
    if counter & 1 == 0:
        return "counter %d: at rest" % counter
    if store.format != 1 and counter & (STEP - 1) == 1:
        return "counter %d: torn when the machine stopped, nobody is inside" % counter
    slot = slot_of(counter)
    own = store.mode in (1, 2) and slot == number(member(store.value, "slot"))
    hint = " (or of a writer of another library)" if store.format == 1 else ""
    return "counter %d: the writer in slot %d is inside%s%s" % (
        counter,
        slot,
        ", this handle's first" if own else "",
        hint,
    )


def hexdump(data):
    return "\n".join(
        "  %04x  %s" % (at + 8, data[at : at + 16].hex(" ")) for at in range(0, len(data), 16)
    )


def arguments_of(argument, usage, count):
    """So many, and one more that may be left out."""
    words = gdb.string_to_argv(argument)
    if not count <= len(words) <= count + 1:
        raise gdb.GdbError("usage: " + usage)
    return words + [None] * (count + 1 - len(words))


class MmfCommand(gdb.Command):
    """Stores of mmapforge: mmf record STORE INDEX [COPY], mmf stat STORE [COPY]."""

    def __init__(self):
        super().__init__("mmf", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class RecordCommand(gdb.Command):
    """mmf record STORE INDEX [COPY]: the record of that index, as it lies in the file.

    STORE is an expression, a mmf_store or generated X_store, or a pointer to one; quote it when it
    has spaces. COPY is the store's file, for a core file that has not what was mapped. A record
    with a writer inside may be half old and half new."""

    def __init__(self):
        super().__init__("mmf record", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        usage = "mmf record STORE INDEX [COPY]"
        text, index_text, copy = arguments_of(argument, usage, 2)
        store = parse_store(text, copy)
        try:
            self.show(store, int(gdb.parse_and_eval(index_text)))
        except (gdb.error, Unreadable, OSError) as failure:
            raise gdb.GdbError("record %s: %s" % (index_text, failure)) from failure

    @staticmethod
    def show(store, index):
        count = store.count()
        if not 0 <= index < count:
            raise gdb.GdbError("record %d: there are %d" % (index, count))
        address, record = store.record(index)
        counter = int.from_bytes(record[:8], "little")
        print("record %d at 0x%x, %s" % (index, address, describe_counter(store, counter)))
        # of the bytes that were read, so that all of it is of about one moment
        payload = record[8 : 8 + store.payload_size]
        c_type = c_type_of(store)
        if c_type is None:
            print(hexdump(payload))
        else:
            print(gdb.Value(payload, c_type).format_string(max_elements=SHOWN_MAX))


class StatCommand(gdb.Command):
    """mmf stat STORE [COPY]: the handle, its file's header, and who writes, by the lock file.

    Whether a writer lives is known to the kernel alone, by its lock: see info of mmf_store_stat()
    in the program, or `mmf top`."""

    def __init__(self):
        super().__init__("mmf stat", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        text, copy = arguments_of(argument, "mmf stat STORE [COPY]", 1)
        store = parse_store(text, copy)
        try:
            print(store.line())
            for line in (self.visible, self.state, self.waiting, self.writers):
                self.try_line(line, store)
        except (gdb.error, Unreadable, OSError) as failure:
            raise gdb.GdbError("%s: %s" % (text, failure)) from failure

    @staticmethod
    def try_line(line, store):
        try:
            line(store)
        except (gdb.error, Unreadable) as failure:
            print("%s: not known: %s" % (line.__name__, failure))

    @staticmethod
    def visible(store):
        print("visible: %d records, as this handle knows" % store.visible())

    @staticmethod
    def word(store, offset):
        """Of the header; schema/format.h."""
        if store.format == 1:
            raise Unreadable("format 1 has none")
        return int.from_bytes(store.bytes(offset, 4), "little")

    @staticmethod
    def state(store):
        bits = StatCommand.word(store, 0x100)
        names = [name for bit, name in STATES if bits & bit]
        print("state: %d (%s)" % (bits, ", ".join(names) or "clean"))

    @staticmethod
    def waiting(store):
        waiting = StatCommand.word(store, 0x144)
        print(
            "waiting: %s, woken %d times in all"
            % ("somebody" if waiting else "nobody", StatCommand.word(store, 0x140))
        )

    @staticmethod
    def writers(store):
        writers = member(target(member(store.value, "state")), "writers")
        file = member(writers, "file")
        if number(file) == 0:
            print("writers: not known, this handle reads only")
            return
        lock = target(file)
        if read(number(file), 4) != b"MMFL":
            raise Unreadable("the lock file is not in memory")
        print("recovered: %d records" % number(member(lock, "recovered")))
        slots = member(lock, "slots")
        own = member(writers, "own")
        low, high = slots.type.range()
        for slot in range(max(low, 1), high + 1):
            entry = slots[slot]
            process = number(member(entry, "process_id"))
            if process == 0:
                continue
            is_own = number(own[slot // 64]) >> (slot % 64) & 1
            print(
                "slot %d: process %d, thread %d%s%s"
                % (
                    slot,
                    process,
                    number(member(entry, "thread_id")),
                    ", of this handle" if is_own else "",
                    StatCommand.place(store, writers, slot, number(member(entry, "odd"))),
                )
            )

    @staticmethod
    def place(store, writers, slot, odd):
        """In which record the writer is: that whose counter has its mark."""
        stride = number(member(writers, "undo_stride"))
        file = member(writers, "file")
        image = number(file) + target(file).type.sizeof + slot * stride
        tag = slot << 1 | 1
        try:
            index = int.from_bytes(read(image, 8), "little")
            if index >= store.visible():
                return ""
            counter = int.from_bytes(store.record(index)[1][:8], "little")
        except Unreadable:
            return ""
        is_inside = counter & (STEP - 1) == tag and odd in (counter, tag)
        return ", in record %d" % index if is_inside else ""


def register(objfile):
    gdb.printing.register_pretty_printer(objfile, look_up_printer, replace=True)
    MmfCommand()
    RecordCommand()
    StatCommand()


register(gdb.current_objfile())
