#!/bin/bash
# bench.sh BUILD [NAME]: runs bench/NAME/run.sh, or every bench, against the release program in BUILD. Each prints its own table with the peer
# beside. BENCH_SMOKE=1 (as the tests set it) asks for the smallest work that still goes through every step.
set -euo pipefail
cd "$(dirname "$0")/.."
export VIGIE=$PWD/$1/vigie BENCH_BUILD=$PWD/$1 SOURCE=$PWD BENCH_SMOKE=${BENCH_SMOKE:-}
for b in bench/${2:-*}/run.sh; do
  [ -f "$b" ] || { echo "no bench here: ${2:-none yet}" >&2; exit 1; }
  echo "== $(basename "$(dirname "$b")")"
  bash "$b"
done
