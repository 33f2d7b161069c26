-- Account v1, 64 bytes a record, from account.mmf.json by mmf-gen: do not edit.
-- A record whose checksum tells when it is torn.
-- mmf export --format csv --output x.csv FILE
-- sqlite3 DB '.import --csv --skip 1 x.csv account'
CREATE TABLE "account" (
    "number" INTEGER NOT NULL CHECK (typeof("number") = 'integer'),
    "balance" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "frozen" TEXT NOT NULL CHECK ("frozen" IN ('true', 'false'))
);
