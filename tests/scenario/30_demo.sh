#!/bin/bash
# The demonstration runs to its end, twice into two homes, and its ledger is intact.
set -euo pipefail
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
"$VIGIE" --home "$home/a" --json demo > "$home/out"
[ "$(grep -c '"ok":true' "$home/out")" = "$(wc -l < "$home/out")" ] || { cat "$home/out"; exit 1; }
"$VIGIE" --home "$home/a" --json ledger verify | grep '"ok":true' > /dev/null
# both sources of a value stay asserted
[ "$("$VIGIE" --home "$home/a" --json intel show iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com | wc -l)" = 2 ]
"$VIGIE" --home "$home/a" --json intel show 9.9.9.9 | grep '"benign":"public-resolver"' > /dev/null
status=0; "$VIGIE" --home "$home/a" demo > /dev/null 2>&1 || status=$?
[ $status = 1 ]
"$VIGIE" --home "$home/b" --lang en demo > /dev/null
