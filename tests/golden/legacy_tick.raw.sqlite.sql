-- LegacyTick v1, 104 bytes a record, from legacy_tick.mmf.json by mmf-gen --raw: do not edit.
-- mmf export --format csv --raw --output x.csv FILE
-- sqlite3 DB '.import --csv --skip 1 x.csv legacy_tick'
CREATE TABLE "legacy_tick" (
    "symbol" TEXT NOT NULL,
    "price" REAL NOT NULL,
    "volume" REAL NOT NULL,
    "timestamp" INTEGER NOT NULL CHECK (typeof("timestamp") = 'integer')
);
