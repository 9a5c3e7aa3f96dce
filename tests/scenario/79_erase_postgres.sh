#!/bin/bash
# On PostgreSQL an erased incident is in no dump, and after what the command says is to be run its words are in no file of the tables.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -n "$bin" ] || { echo "no PostgreSQL server is installed"; exit 77; }
dir=$(mktemp -d); chmod 755 "$dir"; mkdir -m 700 "$dir/pg"
as() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$*"; else sh -c "$*"; fi; }
[ "$(id -u)" != 0 ] || chown postgres "$dir/pg"
trap 'as "$bin/pg_ctl -D $dir/pg/d -m immediate stop" >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT
as "$bin/initdb -D $dir/pg/d -A trust -U vigie -E UTF8 --locale=C -N" >/dev/null
as "$bin/pg_ctl -D $dir/pg/d -w -l $dir/pg/log -o '-F -k $dir/pg -h \"\"' start" >/dev/null
sql() { "$bin/psql" -h "$dir/pg" -U vigie postgres -qc "$1" >/dev/null; }
on() { "$VIGIE" --home "$dir/h" --lang en --as anne "$@"; }
words='zerbrocken\|Quibervel\|estragoncle'
VIGIE_NOW=2016-03-01T10:00:00Z "$VIGIE" --home "$dir/h" init --login anne --db "postgresql:///postgres?host=$dir/pg&user=vigie" >/dev/null
export VIGIE_NOW=2016-03-02T13:00:00Z
on org add --name Lynx --siren 732829320 --department 35 >/dev/null
i=$(on --json incident intake --org Lynx --kind ransomware --summary "zerbrocken files" --contact Quibervel --happened 2016-03-02T06:00:00Z --known 2016-03-02T12:00:00Z | sed 's/.*"id":"\(incident--[^"]*\)".*/\1/')
on incident route "$i" >/dev/null
on incident refer "$i" --to bank --reason estragoncle >/dev/null
sql checkpoint
grep -rqai "$words" "$dir/pg/d/base" || { echo "the words are not where they are sought"; exit 1; }
export VIGIE_NOW=2019-03-05T10:00:00Z
on case erase "$i" --motive "time over" >/dev/null 2>"$dir/said"
grep -q 'VACUUM FULL' "$dir/said"
if "$bin/pg_dump" -h "$dir/pg" -U vigie postgres | grep -qi "$words"; then echo "in the dump"; exit 1; fi
sql 'VACUUM FULL'; sql checkpoint
if grep -rlai "$words" "$dir/pg/d/base"; then echo "in the tables"; exit 1; fi
on ledger verify >/dev/null
# The page of the erasure says it too.
password=$(on --json referent password anne | sed 's/.*"password":"\([^"]*\)".*/\1/')
"$VIGIE" --home "$dir/h" --lang en --as anne serve --listen 127.0.0.1:0 --json >"$dir/out" & server=$! # no function: its shell would be what is ended
trap 'kill "$server" 2>/dev/null || true; as "$bin/pg_ctl -D $dir/pg/d -m immediate stop" >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT
for _ in $(seq 200); do [ -s "$dir/out" ] && break; sleep 0.1; done
base=$(grep -o 'https://[^"]*' "$dir/out")
curl -sk -c "$dir/jar" -o /dev/null --data-urlencode login=anne --data-urlencode "password=$password" "$base/login"
page() { curl -sk -b "$dir/jar" "$base$1"; }
proof=$(page /effacement | grep -o 'href="/effacement/[^"?]*"' | head -n 1 | cut -d'"' -f2)
page "$proof" | grep -q 'VACUUM FULL' || { echo "the page $proof does not tell what PostgreSQL keeps"; exit 1; }
kill -TERM "$server"; wait "$server"
