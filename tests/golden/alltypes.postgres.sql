-- AllTypes v7, 320 bytes a record, from alltypes.mmf.json by mmf-gen: do not edit.
-- Every type, alone and in arrays, with everything that a schema can say of it. A comment's end */ and a start /* do not break out, nor do trigraphs ??/ or a backslash at the end of a word \ or of the text\
-- A second line.
-- mmf export --format pgcopy FILE |
--     psql -c 'COPY "alltypes" FROM STDIN (FORMAT binary)'
CREATE TYPE "alltypes_state" AS ENUM ('BROKEN', 'IDLE', 'RUNNING');
CREATE TYPE "alltypes_kind" AS ENUM ('SMALL', 'huge');
CREATE TYPE "alltypes_phases" AS ENUM ('A', 'B');
CREATE TABLE "alltypes" (
    "flag" boolean NOT NULL,
    "tiny" smallint NOT NULL,
    "code" text NOT NULL,
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
    "state" "alltypes_state" NOT NULL,
    "kind" "alltypes_kind" NOT NULL,
    "seen" timestamptz NOT NULL,
    "cents" numeric(19,2) NOT NULL,
    "id" uuid,
    "address" inet NOT NULL,
    "address6" inet NOT NULL,
    "blob" bytea NOT NULL,
    "flags" boolean[] NOT NULL,
    "weights" real[] NOT NULL,
    "counters" bigint[] NOT NULL,
    "phases" "alltypes_phases"[] NOT NULL,
    "labels" text[] NOT NULL,
    "chunks" bytea[] NOT NULL,
    "old_total" bigint NOT NULL
);
COMMENT ON TABLE "alltypes" IS 'Every type, alone and in arrays, with everything that a schema can say of it. A comment''s end */ and a start /* do not break out, nor do trigraphs ??/ or a backslash at the end of a word \ or of the text\
A second line.';
COMMENT ON COLUMN "alltypes"."small" IS 'begins where C would round the string before it up';
COMMENT ON COLUMN "alltypes"."seen" IS 'when it was last seen';
COMMENT ON COLUMN "alltypes"."old_total" IS 'deprecated: use "counters"; it is\was 32 bits ??/ only';
