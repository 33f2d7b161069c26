#!/bin/bash
# mmf layout: of stores, of schemas, of what is neither.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=tests/tools/stores.sh
source "$tests/stores.sh"

trades a.mmf
run 0 layout "$trade"
silent err
is out <<'END'
Trade v3, format 2: 56 bytes a record, aligned to 8

  offset      size  type         field
       0         8  uint64       (sequence counter)
       8        12  string(8)    symbol
      20         4               (hole)
      24         8  int64        price
      32         4  uint32       volume
      36         1  enum(uint8)  side
      37         1  bool         is_open
      38         2               (hole)
      40         8  uint64       at
      48         8  float32[2]   levels
      56            end of record

6 bytes in 2 holes; 1 cache line of 64 bytes, as record 0 lies
END
cp out drawn
run 0 layout a.mmf
is out <drawn

run 2 layout "$(fixture ticks.mmf)"
says err 'a file of format 1 does not carry its schema: give the schema instead'
run 0 layout "$tick"
says out 'Tick v1, format 1: 104 bytes a record'
run 2 layout none
says err none
echo '{"name": 3}' >wrong.json
run 2 layout wrong.json
says err 'wrong.json:1:'
says err ': error: '
silent out
cp a.mmf damaged.mmf
printf 'X' | dd of=damaged.mmf bs=1 seek=88 conv=notrunc 2>/dev/null
run 2 layout damaged.mmf
says err 'see mmf-fsck(8)'
: >empty
run 2 layout empty
finish
