#!/bin/bash
# 100,000 companies and as many cases (BENCH_SMOKE=1: 600; BENCH_N: as many) in a new instance, then every kind of page that a zone's referent, an
# officer of another zone and an administrator may open, and the commands that list and search: processor time, the dearest pages first. BENCH_DB: the
# URL of an empty PostgreSQL database, whose server's time counts too when BENCH_DB_PID names it. The machine's load stands beside the figures.
set -euo pipefail
n=${BENCH_N:-100000}; [ -z "${BENCH_SMOKE:-}" ] || { n=600; export BENCH_TIMES=1 BENCH_ROWS=5; }
cd "$(dirname "$0")"
d=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null; rm -rf "$d"' EXIT
v() { "$VIGIE" --home "$d/h" --lang en --as bench "$@"; }
"$VIGIE" --home "$d/h" init --login bench ${BENCH_DB:+--db "$BENCH_DB"} > /dev/null
(umask 077; echo measure-measure > "$d/pw")
v referent password bench --password-file "$d/pw" > /dev/null
v referent add --name "A Referent" --role referent --zone EST --from 2020-01-01 --login referent --password-file "$d/pw" > /dev/null
v referent add --name "An Officer" --role investigator --zone OUEST --from 2020-01-01 --login officer --password-file "$d/pw" > /dev/null
TIMEFORMAT="$n companies and cases made: %U s of processor"; time "$BENCH_BUILD/bench/make_network" "$d/h" "$n"
spent() { # spent LABEL COMMAND...
  local label=$1; shift
  TIMEFORMAT="%U %S"; { time v "$@" > "$d/out" 2> "$d/err"; } 2> "$d/time" || { cat "$d/err"; exit 1; }
  awk -v l="$label" '{ printf "%-44s %6.3f s of processor\n", l, $1 + $2 }' "$d/time"
}
spent "case list (newest 1,000)" case list
spent "case list --search, a rare word" case list --search "aiguille rare" --motive measuring
spent "case list --search, a word of one in six" case list --search fichiers --motive measuring
spent "incident list" incident list
spent "incident due" incident due
spent "zone show EST" zone show EST
spent "ledger list" ledger list
spent "ledger due" ledger due
"$VIGIE" --home "$d/h" serve --http --listen 127.0.0.1:0 --json > "$d/at" & pid=$!
until [ -s "$d/at" ]; do kill -0 "$pid"; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$d/at")
for who in referent officer bench; do python3 pages.py "$at" "$who" measure-measure "$pid" ${BENCH_DB_PID:+"$BENCH_DB_PID"}; done
