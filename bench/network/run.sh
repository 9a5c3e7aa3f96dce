#!/bin/bash
# 100,000 companies and as many cases (BENCH_SMOKE=1: 600; BENCH_N: as many) in a new instance, then every kind of page that a zone's referent, an
# officer of another zone, an analyst, a responder, a reservist, a partner, a company and an administrator may open, and the commands that list and search: processor
# time, the dearest pages first, and what the server holds in memory over BENCH_REQUESTS (20,000) requests. More than BENCH_MOST (100) ms, or a command
# that takes more than twice that, ends it with status 1, when all is told. BENCH_DB: the
# URL of an empty PostgreSQL database, whose server's time counts too when BENCH_DB_PID names it. The machine's load stands beside the figures.
set -euo pipefail
n=${BENCH_N:-100000} requests=${BENCH_REQUESTS:-20000}
if [ -n "${BENCH_SMOKE:-}" ]; then n=600 requests=400; export BENCH_TIMES=1 BENCH_ROWS=5; else export BENCH_MOST=${BENCH_MOST:-100}; fi
cd "$(dirname "$0")"
d=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null; rm -rf "$d"' EXIT
v() { "$VIGIE" --home "$d/h" --lang en --as bench "$@"; }
"$VIGIE" --home "$d/h" init --login bench ${BENCH_DB:+--db "$BENCH_DB"} > /dev/null
(umask 077; echo measure-measure > "$d/pw")
v referent password bench --password-file "$d/pw" > /dev/null
v referent add --name "A Referent" --role referent --zone EST --from 2020-01-01 --login referent --password-file "$d/pw" > /dev/null
v referent add --name "An Officer" --role investigator --zone OUEST --from 2020-01-01 --login officer --password-file "$d/pw" > /dev/null
v referent add --name "An Analyst" --role analyst --from 2020-01-01 --login analyst --password-file "$d/pw" > /dev/null
v referent add --name "A Responder" --role responder --zone EST --from 2020-01-01 --login responder --password-file "$d/pw" > /dev/null
v referent add --name "A Reservist" --role reservist --zone EST --from 2020-01-01 --login reservist --password-file "$d/pw" > /dev/null
TIMEFORMAT="$n companies and cases made: %U s of processor"; time "$BENCH_BUILD/bench/make_network" "$d/h" "$n"
v org add --name "A Partner" --kind partner --naf K > /dev/null
v referent add --name "Of A Partner" --role partner --org "A Partner" --from 2020-01-01 --login partner --password-file "$d/pw" > /dev/null
v referent add --name "Of A Company" --role company --org "Menuiserie Martin 0" --from 2020-01-01 --login company --password-file "$d/pw" > /dev/null
status=0
spent() { # spent LABEL COMMAND...
  local label=$1; shift
  TIMEFORMAT="%U %S"; { time v "$@" > "$d/out" 2> "$d/err"; } 2> "$d/time" || { cat "$d/err"; exit 1; }
  awk -v l="$label" -v most="${BENCH_MOST:-1e9}" '{ printf "%-44s %6.3f s of processor\n", l, $1 + $2; exit $1 + $2 > 2 * most / 1000 }' "$d/time" || status=1
}
spent "case list (newest 1,000)" case list
spent "case list --search, a rare word" case list --search "aiguille rare" --motive measuring
spent "case list --search, a word of one in six" case list --search fichiers --motive measuring
spent "incident list (last 1,000)" incident list
spent "org list (first 1,000)" org list
spent "exhibit list (last 1,000)" exhibit list --motive measuring
spent "incident due (first 1,000)" incident due
spent "zone show EST" zone show EST
spent "ledger list" ledger list
spent "ledger list --act combine" ledger list --act combine
spent "ledger due" ledger due
"$VIGIE" --home "$d/h" serve --http --listen 127.0.0.1:0 --json > "$d/at" & pid=$!
until [ -s "$d/at" ]; do kill -0 "$pid"; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$d/at")
for who in referent officer analyst responder reservist partner company bench; do
  python3 pages.py "$at" "$who" measure-measure "$pid" ${BENCH_DB_PID:+"$BENCH_DB_PID"} || status=1
done
python3 load.py "$at" officer measure-measure "$pid" "$requests"
exit $status
