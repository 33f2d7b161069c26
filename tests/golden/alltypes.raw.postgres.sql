-- AllTypes v7, 320 bytes a record, from alltypes.mmf.json by mmf-gen --raw: do not edit.
-- Every type, alone and in arrays, with everything that a schema can say of it. A comment's end */ and a start /* do not break out, nor do trigraphs ??/ or a backslash at the end of a word \ or of the text\
-- A second line.
-- mmf export --format pgcopy --raw FILE |
--     psql -c 'COPY "alltypes" FROM STDIN (FORMAT binary)'
CREATE TABLE "alltypes" (
    "flag" boolean NOT NULL,
    "tiny" smallint NOT NULL,
    "code" bytea NOT NULL,
    "small" smallint NOT NULL,
    "short_s" smallint NOT NULL,
    "short_u" integer NOT NULL,
    "int_s" integer NOT NULL,
    "int_u" bigint NOT NULL,
    "long_s" bigint NOT NULL,
    "long_u" numeric(20) NOT NULL,
    "ratio" real NOT NULL,
    "amount" double precision NOT NULL,
    "unbounded" double precision NOT NULL,
    "undefined" real NOT NULL,
    "state" smallint NOT NULL,
    "kind" numeric(20) NOT NULL,
    "seen" numeric(20) NOT NULL,
    "cents" bigint NOT NULL,
    "id" bytea NOT NULL,
    "address" bigint NOT NULL,
    "address6" smallint[] NOT NULL,
    "blob" bytea NOT NULL,
    "flags" boolean[] NOT NULL,
    "weights" real[] NOT NULL,
    "counters" bigint[] NOT NULL,
    "phases" integer[] NOT NULL,
    "labels" bytea[] NOT NULL,
    "chunks" bytea[] NOT NULL,
    "old_total" bigint NOT NULL
);
COMMENT ON TABLE "alltypes" IS 'Every type, alone and in arrays, with everything that a schema can say of it. A comment''s end */ and a start /* do not break out, nor do trigraphs ??/ or a backslash at the end of a word \ or of the text\
A second line.';
COMMENT ON COLUMN "alltypes"."small" IS 'begins where C would round the string before it up';
COMMENT ON COLUMN "alltypes"."seen" IS 'when it was last seen';
COMMENT ON COLUMN "alltypes"."old_total" IS 'deprecated: use "counters"; it is\was 32 bits ??/ only';
