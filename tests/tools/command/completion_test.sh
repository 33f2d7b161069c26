#!/bin/bash
# What Tab gives, asked of bash itself; zsh, where it is installed, reads its script at least.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"

run 0 completion bash
silent err
# shellcheck source=/dev/null
source ./out || fail 'bash does not take it'
complete -p mmf >/dev/null || fail 'it completes nothing'

# completes WORD...: of that line, the last word; the answers are compared with stdin.
completes() {
    COMP_WORDS=(mmf "$@")
    COMP_CWORD=$#
    _mmf
    printf '%s\n' "${COMPREPLY[@]}" | sort >got
    is got
}

touch a.mmf ab.mmf ac.txt 'a b.mmf' a.mmf.json
mkdir adir
completes la <<<layout
completes --ver <<<--version
completes completion b <<<bash
completes completion '' <<'END'
bash
zsh
END
completes help lay <<<layout
completes layout --he <<<--help
completes layout a <<'END'
a b.mmf
a.mmf
a.mmf.json
ab.mmf
ac.txt
adir
END
completes cat a <<'END'
a b.mmf
a.mmf
ab.mmf
adir
END
completes cat --sc <<<--schema
completes cat --schema a <<'END'
a.mmf.json
adir
END
completes cat --schema = a.mmf <<<a.mmf.json
completes cat --schema = <<'END'
a.mmf.json
adir
END
completes cat -n a <<<''
completes cat --where a <<<''
completes nonsense '' <<<''

run 0 completion zsh
silent err
says out '#compdef mmf'
if command -v zsh >/dev/null; then
    zsh -n ./out || fail 'zsh does not take it'
fi
finish
