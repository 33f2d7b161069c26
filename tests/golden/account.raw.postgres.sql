-- Account v1, 64 bytes a record, from account.mmf.json by mmf-gen --raw: do not edit.
-- A record whose checksum tells when it is torn.
-- mmf export --format pgcopy --raw FILE |
--     psql -c 'COPY "account" FROM STDIN (FORMAT binary)'
CREATE TABLE "account" (
    "number" numeric(20) NOT NULL,
    "balance" bigint NOT NULL,
    "owner" bytea NOT NULL,
    "frozen" boolean NOT NULL
);
COMMENT ON TABLE "account" IS 'A record whose checksum tells when it is torn.';
