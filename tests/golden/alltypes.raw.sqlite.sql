-- AllTypes v7, 320 bytes a record, from alltypes.mmf.json by mmf-gen --raw: do not edit.
-- Every type, alone and in arrays, with everything that a schema can say of it. A comment's end */ and a start /* do not break out, nor do trigraphs ??/ or a backslash at the end of a word \ or of the text\
-- A second line.
-- mmf export --format csv --raw --output x.csv FILE
-- sqlite3 DB '.import --csv --skip 1 x.csv alltypes'
CREATE TABLE "alltypes" (
    "flag" INTEGER NOT NULL CHECK ("flag" IN (0, 1)),
    "tiny" INTEGER NOT NULL,
    "code" TEXT NOT NULL,
    "small" INTEGER NOT NULL, -- begins where C would round the string before it up
    "short_s" INTEGER NOT NULL,
    "short_u" INTEGER NOT NULL,
    "int_s" INTEGER NOT NULL,
    "int_u" INTEGER NOT NULL,
    "long_s" INTEGER NOT NULL,
    "long_u" INTEGER NOT NULL CHECK (typeof("long_u") = 'integer'),
    "ratio" REAL NOT NULL,
    "amount" REAL NOT NULL,
    "unbounded" REAL NOT NULL,
    "undefined" REAL NOT NULL,
    "state" INTEGER NOT NULL,
    "kind" INTEGER NOT NULL CHECK (typeof("kind") = 'integer'),
    "seen" INTEGER NOT NULL CHECK (typeof("seen") = 'integer'), -- when it was last seen
    "cents" INTEGER NOT NULL,
    "id" TEXT NOT NULL,
    "address" INTEGER NOT NULL,
    "address6" TEXT NOT NULL CHECK (json_valid("address6")),
    "blob" TEXT NOT NULL,
    "flags" TEXT NOT NULL CHECK (json_valid("flags")),
    "weights" TEXT NOT NULL CHECK (json_valid("weights")),
    "counters" TEXT NOT NULL CHECK (json_valid("counters")),
    "phases" TEXT NOT NULL CHECK (json_valid("phases")),
    "labels" TEXT NOT NULL CHECK (json_valid("labels")),
    "chunks" TEXT NOT NULL CHECK (json_valid("chunks")),
    "old_total" INTEGER NOT NULL -- deprecated: use "counters"; it is\was 32 bits ??/ only
);
