#!/bin/bash
# An include may only point down the floors, never into another room's private header, never in a circle on one floor.
set -euo pipefail
cd "${SOURCE:-.}"
awk_floors='BEGIN {
  split("base=0 store=1 ledger=1 merge=1 sandbox=1 paper=1 territory=2 casework=2 intel=2 evidence=3 event=3 match=3 similar=3 analysis=4 qualify=5 watch=5 share=6 anticipate=6 evaluation=6 prevention=6 dossier=5 instance=6 cli=7 server=7 worker=7", pairs, " ")
  for (i in pairs) { split(pairs[i], kv, "="); floor[kv[1]] = kv[2] } }'
bad=$(grep -rnoE '^#include "[a-z_]+/[a-z_.]+"' src --include='*.[ch]' --include='*.cc' --include='*.h' | awk -F'[:"]' "$awk_floors"'
{ split($1, path, "/"); from = path[2]; split($4, inc, "/"); to = inc[1]; name = inc[2]
  if (path[3] == "") next                                  # src/main.c and src/cells.c stand above the floors
  if (to == "messages") next
  if (!(from in floor)) { print $1 ": room " from " has no floor"; next }
  if (!(to in floor)) { print $1 ": includes unknown room " to; next }
  if (floor[to] > floor[from]) print $1 ":" $2 ": " from " (floor " floor[from] ") includes " to "/" name " (floor " floor[to] ")"
  if (from != to && to != "base" && name != to ".h") print $1 ":" $2 ": " from " includes the private header " to "/" name
  if (from != to && floor[from] == 7 && floor[to] == 7 && !(from == "cli" && name == to ".h")) print $1 ":" $2 ": doors know nothing of each other"
  if (from != to && floor[from] == floor[to]) print from, to > "/dev/stderr" }' 2> "${TMPDIR:-/tmp}/floor-edges.$$" || true)
circle=$(sort -u "${TMPDIR:-/tmp}/floor-edges.$$" | tsort 2>&1 >/dev/null || true)
rm -f "${TMPDIR:-/tmp}/floor-edges.$$"
[ -z "$bad" ] || { echo "$bad"; exit 1; }
[ -z "$circle" ] || { echo "a circle on one floor: $circle"; exit 1; }
# The check itself can fail: an upward include must be seen.
probe=$(mktemp -d); mkdir -p "$probe/src/base"; echo '#include "cli/cli.h"' > "$probe/src/base/x.c"
[ -n "${FLOORS_PROBE:-}" ] || ! SOURCE=$probe FLOORS_PROBE=1 bash "$0" > /dev/null || { echo "the check sees nothing"; exit 1; }
rm -rf "$probe"
