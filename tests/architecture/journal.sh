#!/bin/bash
# The journal's acts: docs/journal.md and the program name the same kinds with the same acts, and something writes each of them.
set -eu
cd "$SOURCE"
program=$(sed -n '/} table\[\]/,/};/p' src/ledger/journal.c | grep -oE '"[a-z_]+\.[a-z_]+", +LEDGER_[A-Z]+' | sed -E 's/"([^"]+)", +LEDGER_(.*)/\L\2 \1/' | sort)
page=$(sed -nE 's/^\| (collect|alter|consult|disclose|combine|erase) \| `([^`]+)` .*/\1 \2/p' docs/journal.md | sort)
[ -n "$program" ] || { echo "no kinds found in src/ledger/journal.c"; exit 1; }
[ "$program" = "$page" ] || { echo "docs/journal.md and src/ledger/journal.c differ:"; diff <(echo "$program") <(echo "$page"); exit 1; }
for act in collect consult disclose combine erase; do grep -q "^$act " <<< "$page" || { echo "nothing makes $act"; exit 1; }; done
for kind in $(cut -d' ' -f2 <<< "$page"); do
  git grep -qF "\"$kind\"" -- src ':!src/ledger/journal.c' ':!src/messages' || { echo "nothing writes $kind"; exit 1; }
done
