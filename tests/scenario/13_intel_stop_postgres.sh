#!/bin/bash
# On PostgreSQL a large import, or one whose bytes come as a stream, that is killed is told of (nothing of it is kept); one that is at work, failed or
# was stopped is not, and importing the same again ends it.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | tail -n 1) || true
[ -n "$bin" ] || { echo "no PostgreSQL server is installed"; exit 77; }
home=$(mktemp -d); chmod 711 "$home"; mkdir -m 700 "$home/pg"; [ "$(id -u)" != 0 ] || chown postgres "$home/pg"
pg() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$*"; else sh -c "$*"; fi; }
trap 'kill -9 ${import:-} 2> /dev/null || true; pg "$bin/pg_ctl -D $home/pg/d -m immediate stop" > /dev/null 2>&1 || true; rm -rf "$home"' EXIT
v() { "$VIGIE" --home "$home/i" --lang en --as tester "$@"; }
fail() { echo "$*"; cat "$home/out" "$home/err"; exit 1; }
pg "$bin/initdb -D $home/pg/d -A trust -U vigie -E UTF8 -N && $bin/pg_ctl -D $home/pg/d -w -l $home/pg/log -o '-F -k $home/pg -h \"\"' start" > "$home/out" 2>&1 || fail "no server"
"$VIGIE" --home "$home/i" --lang en init --login tester --db "postgresql:///postgres?host=$home/pg&user=vigie" > "$home/out" 2> "$home/err" || fail "init"
sql() { psql -X -q -A -t -h "$home/pg" -U vigie postgres -c "$1"; }
unfinished() { v intel sources > "$home/out" 2> "$home/err" || fail "no sources"; grep -c "(source $1), begun on .* by tester, did not come to its end: nothing of it is kept, import it again" "$home/err" || true; }
awk 'BEGIN { for (n = 0; n < 300000; n++) printf "host%d.stop.test\n", n }' > "$home/large.txt"
begin() { # until it has said so, and is at work
  "$VIGIE" --home "$home/i" --lang en --as tester intel import "$1" --source "$2" < "${3:-/dev/null}" > "$home/import.out" 2> "$home/import.err" & import=$!
  until [ "$(sql "SELECT COUNT(*) FROM intel_part WHERE name = '$2' AND ended = 0")" = 1 ]; do kill -0 $import || fail "it is over"; sleep .05; done
  sleep 3
}
begin "$home/large.txt" Large
[ "$(unfinished Large)" = 0 ] || fail "one that is at work is told of"
kill -9 $import; wait $import 2> /dev/null || true
until [ "$(unfinished Large)" = 1 ]; do [ $((++looks)) -lt 100 ] || fail "nobody is told that it was killed"; sleep .1; done
[ "$(sql "SELECT COUNT(*) FROM intel_node")" = 0 ] || fail "something is kept"
! grep -q Large "$home/out" || fail "its source is kept"
mkfifo "$home/pipe"; exec 9<> "$home/pipe"
begin - Stream "$home/pipe"; kill -9 $import; wait $import 2> /dev/null || true
until [ "$(unfinished Stream)" = 1 ]; do [ $((++looks)) -lt 100 ] || fail "a stream"; sleep .1; done
begin - Told "$home/pipe"; kill -INT $import; wait $import 2> /dev/null || true
sleep 2; [ "$(unfinished Told)" = 0 ] || fail "one that was told to stop is told of"
{ cat "$home/large.txt"; printf 'type,value\n'; } > "$home/no.csv"
! v intel import "$home/no.csv" --as csv --source No > "$home/out" 2> "$home/err" || fail "that is no table"
[ "$(unfinished No)" = 0 ] || fail "one that failed is told of"
[ "$(unfinished Large)" = 1 ] || fail "the first one is forgotten"
echo "host1.stop.test" > "$home/large.txt"
v intel import "$home/large.txt" --source Large > "$home/out" 2> "$home/err" || fail "the next one"
[ "$(unfinished Large)" = 0 ] || fail "it was imported again, and is told of still"
[ "$(unfinished Stream)" = 1 ] || fail "the other one is told of no more"
v ledger verify > "$home/out" 2> "$home/err" || fail "the ledger is damaged"
