-- LegacyTick v1, 104 bytes a record, from legacy_tick.mmf.json by mmf-gen --raw: do not edit.
-- mmf export --format rowbinary --raw FILE |
--     clickhouse-client --query 'INSERT INTO "legacy_tick" FORMAT RowBinary'
CREATE TABLE "legacy_tick" (
    "symbol" String,
    "price" Float64,
    "volume" Float64,
    "timestamp" UInt64
) ENGINE = MergeTree ORDER BY tuple();

-- The records as they lie in the file, and as `mmf export --format raw` writes them:
--     clickhouse-client --query 'INSERT INTO "legacy_tick_record" FORMAT RowBinary'
CREATE TABLE "legacy_tick_record" (
    "_counter" UInt64,
    "symbol" Tuple(len UInt32, data FixedString(64)),
    "_padding_1" FixedString(4),
    "price" Float64,
    "volume" Float64,
    "timestamp" UInt64
) ENGINE = MergeTree ORDER BY tuple();
