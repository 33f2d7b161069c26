-- Account v1, 64 bytes a record, from account.mmf.json by mmf-gen --raw: do not edit.
-- A record whose checksum tells when it is torn.
-- mmf export --format csv --raw --output x.csv FILE
-- sqlite3 DB '.import --csv --skip 1 x.csv account'
CREATE TABLE "account" (
    "number" INTEGER NOT NULL CHECK (typeof("number") = 'integer'),
    "balance" INTEGER NOT NULL,
    "owner" TEXT NOT NULL,
    "frozen" INTEGER NOT NULL CHECK ("frozen" IN (0, 1))
);
