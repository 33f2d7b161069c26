#!/bin/bash
# mmf schema: of stores, of schemas, of what is neither; and what it makes for other engines.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=tests/tools/stores.sh
source "$tests/stores.sh"

trades a.mmf
run 0 schema a.mmf
silent err
cp out a.json
[ "$(wc -l <a.json)" = 1 ] || fail 'not one line'
run 0 schema a.json
is out <a.json
run 0 schema "$trade"
is out <a.json

# what it prints makes the same store
run 0 layout a.json
cp out drawn
run 0 layout a.mmf
is out <drawn

for what in sql-sqlite sql-postgres sql-clickhouse numpy json; do
    run 0 schema --emit "$what" a.mmf
    silent err
    says out symbol
done
run 0 schema -e sql-postgres a.mmf
says out 'CREATE TABLE "trade"'
cp out logical
run 0 schema -e sql-postgres --raw a.mmf
says out 'CREATE TABLE "trade"'
! cmp -s out logical || fail '--raw makes no difference'

run 2 schema --raw a.mmf
says err '--raw: only with --emit'
run 2 schema --emit oracle a.mmf
says err oracle
run 2 schema "$(fixture ticks.mmf)"
says err 'a file of format 1 does not carry its schema: give the schema instead'
run 2 schema none
says err none
