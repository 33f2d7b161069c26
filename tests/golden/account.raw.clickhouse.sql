-- Account v1, 64 bytes a record, from account.mmf.json by mmf-gen --raw: do not edit.
-- A record whose checksum tells when it is torn.
-- mmf export --format rowbinary --raw FILE |
--     clickhouse-client --query 'INSERT INTO "account" FORMAT RowBinary'
CREATE TABLE "account" (
    "number" UInt64,
    "balance" Int64,
    "owner" String,
    "frozen" Bool
) ENGINE = MergeTree ORDER BY tuple() COMMENT 'A record whose checksum tells when it is torn.';

-- The records as they lie in the file, and as `mmf export --format raw` writes them:
--     clickhouse-client --query 'INSERT INTO "account_record" FORMAT RowBinary'
CREATE TABLE "account_record" (
    "_counter" UInt64,
    "number" UInt64,
    "balance" Int64,
    "owner" Tuple(len UInt32, data FixedString(13)),
    "frozen" Bool,
    "_padding_1" FixedString(6),
    "_checksum" UInt32,
    "_padding_2" FixedString(12)
) ENGINE = MergeTree ORDER BY tuple();
