#!/bin/bash
# A backup of an instance in use is that instance again: what was acknowledged is in it, what was erased is not, and it never stands half under its name.
set -euo pipefail
home=$(mktemp -d); chmod 711 "$home"
trap 'kill ${writer:-} 2> /dev/null || true; ! mountpoint -q "$home/small" || umount "$home/small"; [ ! -d "$home/pg" ] || pg "$bin/pg_ctl -D $home/pg/d -m immediate stop" > /dev/null 2>&1 || true; rm -rf "$home"' EXIT
v() { "$VIGIE" --home "$home/i" --lang en --as tester "$@"; }
r() { "$VIGIE" --home "$home/b" --lang en --as tester "$@"; }
fail() { echo "$*"; cat "$home/out" "$home/err" 2> /dev/null || true; exit 1; }
says() { grep -qF -- "$1" "$home/err" || fail "not said: $1"; }
refused() { local want=$1; shift; local got=0; "$@" > "$home/out" 2> "$home/err" || got=$?; [ $got = "$want" ] || fail "status $got, not $want: $*"; }
"$VIGIE" --home "$home/i" --quiet --lang en init --login tester > /dev/null
v org add --name Lynx --department 35 --naf C --size PME --kind company > /dev/null
v org contact Lynx --name "Zoe Quimper" --role other > /dev/null 2>&1 || v org contact Lynx --name "Zoe Quimper" > /dev/null
mkdir "$home/i/evidence"; head -c 300000 /dev/urandom > "$home/i/evidence/a b.E01"; touch "$home/i/evidence/half.part"; mkdir "$home/i/upload"; touch "$home/i/upload/x"
# while another writes
(for i in $(seq 40); do v org add --name "Company $i" --department 35 --naf C --size PME --kind company > /dev/null; echo $i > "$home/acknowledged"; done) & writer=$!
until [ -s "$home/acknowledged" ]; do sleep .05; done
before=$(cat "$home/acknowledged")
v --json backup -o "$home/b" > "$home/out"; wait $writer; writer=
jq -e '.files == 4 and .ledger > 0 and .bytes > 300000' "$home/out" > /dev/null || fail "$(cat "$home/out"; find "$home/b")"
(cd "$home/b" && sha256sum --quiet -c SHA256SUMS) || fail "sums"
[ "$(find "$home/b" -type f -perm /077 | wc -l)" = 0 ] || fail "others can read it"
[ ! -e "$home/b/evidence/half.part" ] && [ ! -e "$home/b/upload" ] || fail "what is not finished is in it"
cmp "$home/i/evidence/a b.E01" "$home/b/evidence/a b.E01"
r org list > "$home/out"; [ "$(grep -c '^Company' "$home/out")" -ge "$before" ] || fail "an acknowledged write is missing"
r ledger verify > /dev/null; v ledger verify > /dev/null
[ "$(v --json ledger list --count 1000 | jq -r .kind | grep -c '^instance.backed_up$')" = 1 ] || fail "the ledger does not tell of it"
r org add --name After --department 35 --naf C --size PME --kind company > /dev/null   # and it goes on from there
# refusals: nothing is overwritten, nothing left
refused 1 v backup -o "$home/b"; says "takes a new directory"
refused 2 v backup -o "$home/i/b"; says "inside of the instance itself"
mkdir "$home/old.part"; touch "$home/old.part/keep"; refused 1 v backup -o "$home/old"; says "left of a backup"; [ -e "$home/old.part/keep" ]
refused 1 v backup -o "$home/none/b"; refused 2 v backup
v referent add --login agent --name Agent --role analyst > /dev/null
refused 1 "$VIGIE" --home "$home/i" --lang en --as agent backup -o "$home/c"; says "only an administrator"
if mkdir "$home/small" && mount -t tmpfs -o size=400k none "$home/small" 2> /dev/null; then
  refused 1 v backup -o "$home/small/b"; [ -z "$(ls -A "$home/small")" ] || fail "a full disk leaves: $(ls -A "$home/small")"
else echo "skip: a full disk needs root to mount a small tmpfs"; fi
# damage is not copied as if it were sound
cp -r "$home/b" "$home/d"; "$VIGIE" --home "$home/d" --quiet --as tester org list > /dev/null
size=$(stat -c %s "$home/d/vigie.db"); rm -f "$home/d"/vigie.db-*
dd if=/dev/zero of="$home/d/vigie.db" bs=1 seek=$((size / 2)) count=$((size / 4)) conv=notrunc status=none
refused 1 "$VIGIE" --home "$home/d" --lang en --as tester backup -o "$home/e"; [ ! -e "$home/e" ] && [ ! -e "$home/e.part" ] || fail "a damaged one"
# PostgreSQL: an archive that its own program restores
bin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | tail -n 1) || true
[ -n "$bin" ] || { echo "no PostgreSQL server is installed: its half was not run"; exit 0; }
pg() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$*"; else sh -c "$*"; fi; }
mkdir -m 700 "$home/pg"; [ "$(id -u)" != 0 ] || chown postgres "$home/pg"
pg "$bin/initdb -D $home/pg/d -A trust -U vigie -E UTF8 -N && $bin/pg_ctl -D $home/pg/d -w -l $home/pg/log -o '-F -k $home/pg -h \"\"' start" > "$home/out" 2>&1 || fail "no server"
url="postgresql:///postgres?host=$home/pg&user=vigie"
"$VIGIE" --home "$home/p" --quiet --lang en init --login tester --db "$url" > /dev/null
"$VIGIE" --home "$home/p" --as tester org add --name Lynx --department 35 --naf C --size PME --kind company > /dev/null
"$VIGIE" --home "$home/p" --as tester backup -o "$home/pb" > "$home/out" 2> "$home/err" || fail "no backup"
(cd "$home/pb" && sha256sum --quiet -c SHA256SUMS) || fail "sums"
psql -X -q -h "$home/pg" -U vigie postgres -c 'CREATE DATABASE again'
pg_restore -h "$home/pg" -U vigie --dbname again "$home/pb/vigie.dump"
sed -i 's|/postgres?|/again?|' "$home/pb/vigie.json"
"$VIGIE" --home "$home/pb" --as tester org list > "$home/out"; grep -q Lynx "$home/out" || fail "the company is missing"
"$VIGIE" --home "$home/pb" ledger verify > /dev/null
