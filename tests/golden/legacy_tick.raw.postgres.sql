-- LegacyTick v1, 104 bytes a record, from legacy_tick.mmf.json by mmf-gen --raw: do not edit.
-- mmf export --format pgcopy --raw FILE |
--     psql -c 'COPY "legacy_tick" FROM STDIN (FORMAT binary)'
CREATE TABLE "legacy_tick" (
    "symbol" bytea NOT NULL,
    "price" double precision NOT NULL,
    "volume" double precision NOT NULL,
    "timestamp" numeric(20) NOT NULL
);
