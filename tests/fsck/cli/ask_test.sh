#!/bin/bash
# Questions on a terminal, and the repairs that each way of being called decides for.
# shellcheck source=tests/fsck/cli/common.sh
source "$(dirname "$0")/common.sh"

store a.mmf <<'END'
finding DIRTY - 256 state found 1, expected 0
progress 1 1 4
finding LENGTH 17 5000 symbol found 4000000, expected 16 at most
progress 1 2 4
finding LENGTH 18 5104 symbol found 99, expected 16 at most
progress 1 3 4
finding LENGTH 19 5208 symbol found 77, expected 16 at most
progress 1 4 4
END
dirty='a.mmf: MMFSCK-050: state: the store was not closed in good order: found 1, expected 0'
length='symbol: a length is more than the field holds: found'
length17="a.mmf: MMFSCK-080: record 17, $length 4000000, expected 16 at most"
length18="a.mmf: MMFSCK-080: record 18, $length 99, expected 16 at most"
length19="a.mmf: MMFSCK-080: record 19, $length 77, expected 16 at most"
sync='sync it, and note that it is closed'
cut='write the length up to the last byte that is not zero'

# talk STATUS ANSWERS ARGUMENT...: on a terminal without colours.
talk() {
    local status=$1 answers=$2
    shift 2
    NO_COLOR=1 check "$status" "$pty" 012 "$answers" "$fsck" "$@"
}

cp a.mmf b.mmf

# --- Answers -------------------------------------------------------------------------------------

talk 5 yNYn a.mmf
is out <<END
$dirty
  $sync? [y/n/a/q] y
$length17
  $cut? [y/n/a/q] N
$length18
  $cut? [y/n/a/q] Y
$length19
  $cut? [y/n/a/q] n
a.mmf: 4 errors found, 2 repaired, 2 left
END

talk 1 yyyy a.mmf
says out 'a.mmf: 4 errors found, 4 repaired, 0 left'
talk 4 nnnn a.mmf
says out 'a.mmf: 4 errors found, 0 repaired, 4 left'

# all of this kind, but of no other, and only in this file
talk 1 yaya a.mmf a.mmf
is out <<END
$dirty
  $sync? [y/n/a/q] y
$length17
  $cut? [y/n/a/q] a
$length18; repaired: $cut
$length19; repaired: $cut
a.mmf: 4 errors found, 4 repaired, 0 left
$dirty
  $sync? [y/n/a/q] y
$length17
  $cut? [y/n/a/q] a
$length18; repaired: $cut
$length19; repaired: $cut
a.mmf: 4 errors found, 4 repaired, 0 left
END

talk 5 aana a.mmf b.mmf
says out "a.mmf: 4 errors found, 4 repaired, 0 left"
[[ $(grep -cF '[y/n/a/q]' out) == 4 ]] || fail "all of a kind is not all of each: $(cat out)"

# what is no answer is asked again
talk 1 '.+xyyyy' a.mmf
is out <<END
$dirty
  $sync? [y/n/a/q] 
  y: yes; n: no; a: yes to all of this kind; q: quit
  $sync? [y/n/a/q] yes please
  y: yes; n: no; a: yes to all of this kind; q: quit
  $sync? [y/n/a/q] x
  y: yes; n: no; a: yes to all of this kind; q: quit
  $sync? [y/n/a/q] y
$length17
  $cut? [y/n/a/q] y
$length18
  $cut? [y/n/a/q] y
$length19
  $cut? [y/n/a/q] y
a.mmf: 4 errors found, 4 repaired, 0 left
END

# the end of the input: no to all that follows, in other files too
talk 5 'y^' a.mmf a.mmf
is out <<END
$dirty
  $sync? [y/n/a/q] y
$length17
  $cut? [y/n/a/q] 
$length18; left
$length19; left
a.mmf: 4 errors found, 1 repaired, 3 left
$dirty; left
$length17; left
$length18; left
$length19; left
a.mmf: 4 errors found, 0 repaired, 4 left
END

# quit, by a letter or by the interrupt: what was decided stays so, and no other file is begun
talk 37 yq a.mmf a.mmf
is out <<END
$dirty
  $sync? [y/n/a/q] y
$length17
  $cut? [y/n/a/q] q
a.mmf: cancelled; till then 2 errors found, 1 repaired, 1 left
END
talk 37 'y!' a.mmf a.mmf
is out <<END
$dirty
  $sync? [y/n/a/q] y
$length17
  $cut? [y/n/a/q] ^C
a.mmf: cancelled; till then 2 errors found, 1 repaired, 1 left
END

# --- Reports that come later ---------------------------------------------------------------------

{ echo batch; cat a.mmf; } >held.mmf
talk 5 yna held.mmf
is out <<END
held${dirty#a}
  $sync? [y/n/a/q] y
held${length17#a}
  $cut? [y/n/a/q] n
held${length18#a}
  $cut? [y/n/a/q] a
held${length19#a}; repaired: $cut
held.mmf: 4 errors found, 3 repaired, 1 left
END

# a yes that could not be followed is told; what nobody can be asked for too
store failed.mmf <<'END'
fail
finding BOOL 3 77 flag found 2
finding MAGIC - 0 - found "abcd"
no-repair
finding TAIL 4 88 name found 7
END
talk 4 y failed.mmf
is out <<'END'
failed.mmf: MMFSCK-081: record 3, flag: a bool is neither 0 nor 1: found 2
  write 1, as which it is read? [y/n/a/q] y
failed.mmf: MMFSCK-081: record 3, flag: a bool is neither 0 nor 1: found 2; not repaired
failed.mmf: MMFSCK-001: not an mmapforge file: found "abcd"; left: there is no repair
failed.mmf: MMFSCK-083: record 4, name: bytes behind a string's or bytes' length are not zero: found 7; left
failed.mmf: 3 errors found, 0 repaired, 3 left
  1 cannot be repaired: see mmf-fsck(8)
END

# --- When nobody is asked ------------------------------------------------------------------------

for terminals in 0 1 02 12; do
    NO_COLOR=1 check 4 "$pty" $terminals yyyy "$fsck" a.mmf
    says_not out '[y/n/a/q]'
done
talk 4 yyyy -n a.mmf
says_not out '[y/n/a/q]'
talk 5 yyyy -p a.mmf
says_not out '[y/n/a/q]'
talk 1 yyyy -y a.mmf
says_not out '[y/n/a/q]'
talk 4 yyyy --json a.mmf
says_not out '[y/n/a/q]'
export FAKE_LOG="$work/log"
talk 4 nnnn a.mmf
says log 'flags=1'
rm log
talk 4 nnnn --json a.mmf
says log 'flags=0'

finish
