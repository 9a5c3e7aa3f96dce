# For the scenarios of the merge (sourced): instances in $dir that are named by a word each, and what is said of them.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "$*" >&2; exit 1; }
on() { local h=$1; shift; "$VIGIE" --home "$dir/$h" --lang en --as anne "$@"; }
refused() { if on "$@" >"$dir/out" 2>&1; then fail "accepted: $*"; fi; }
has() { case $1 in *"$2"*) ;; *) fail "line ${BASH_LINENO[0]}: no $2 in: ${1:0:3000}" ;; esac; }
lacks() { case $1 in *"$2"*) fail "line ${BASH_LINENO[0]}: $2 in: ${1:0:3000}" ;; esac; }
key() { on "$1" --json merge status | head -n 1 | sed 's/.*"key":"\([0-9a-f]*\)".*/\1/'; }
looks() { on "$1" ledger consult "$2" --motive "what came by the merge" >/dev/null; } # HOME CASE: who is not in charge of it there says why he reads it
