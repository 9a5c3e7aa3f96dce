#!/bin/bash
# A long import that is told to stop (Ctrl-C) or killed leaves nothing of what it had stored so far, and the next one works.
set -euo pipefail
home=$(mktemp -d); trap 'kill "${writer:-}" "${import:-}" "${server:-}" 2>/dev/null || true; rm -rf "$home"' EXIT
v() { "$VIGIE" --home "$home/i" --lang en --as tester "$@"; }
fail() { echo "$*"; cat "$home/out" "$home/err"; exit 1; }
none() { [ -z "$(v intel list --objects --limit 1 --json)" ] || fail "something was kept"; v ledger verify > "$home/out" 2> "$home/err" || fail "the ledger is damaged"; }
"$VIGIE" --home "$home/i" --lang en init --login tester > /dev/null
mkfifo "$home/pipe"
# Objects without end: the first ones at once, the others when the file "more" is there.
cat > "$home/writer.awk" <<'END'
BEGIN {
  for (n = 0; ; n++) {
    printf "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%08x-1111-4111-8111-%012x\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"name\":\"number %d\",\"pattern\":\"[domain-name:value = 'stop%d.test']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\"}\n", n, n, n, n
    if (n == 20000)
      system("until [ -e " more " ]; do sleep .05; done")
  }
}
END
# the import is under way when what it stores no longer fits into the memory of the engine, or has waited long enough in it
begin() {
  rm -f "$home/more"
  awk -v more="$home/more" -f "$home/writer.awk" > "$home/pipe" 2> /dev/null & writer=$!
  "$VIGIE" --home "$home/i" --lang en --as tester intel import - --source long --as stix < "$home/pipe" > "$home/out" 2> "$home/err" & import=$!
  for i in $(seq 100); do
    read -r _ chars < <(grep rchar "/proc/$import/io") || chars=0
    [ "$chars" -lt 5000000 ] || break
    sleep .1
  done
  [ "$chars" -ge 5000000 ] || fail "nothing is read"
}
finish() { local got=0; touch "$home/more"; wait $import || got=$?; wait $writer 2> /dev/null || true; [ $got = "$1" ] || fail "status $got, not $1"; }
begin; kill -INT $import; finish 1
grep -q "nothing of it is kept" "$home/err" || fail "it does not say so"
none
begin; kill -KILL $import; finish 137
none
# A pipe that stays open and says nothing (any more): it is not waited for, whoever reads, by name or as standard input.
silent() {
  local first=$1 as=$2 from=$3 t0 got=0
  exec 9<> "$home/pipe"
  head -c "$first" < <(awk 'BEGIN { for (;;) printf "host%d.stop.test\n", n++ }') >&9
  if [ "$from" = - ]; then
    "$VIGIE" --home "$home/i" --lang en --as tester intel import - --source long $as < "$home/pipe" > "$home/out" 2> "$home/err" & import=$!
  else
    "$VIGIE" --home "$home/i" --lang en --as tester intel import "$home/pipe" --source long $as > "$home/out" 2> "$home/err" & import=$!
  fi
  sleep 1
  kill -0 $import || fail "it did not wait for the pipe"
  t0=$(date +%s%N)
  kill -INT $import
  wait $import || got=$?
  exec 9>&-
  [ $got = 1 ] || fail "a silent pipe: status $got"
  [ $(($(date +%s%N) - t0)) -lt 3000000000 ] || fail "a silent pipe was waited for"
  grep -q "nothing of it is kept" "$home/err" || fail "it does not say so"
  none
}
silent 0 "" -
silent 60000 "" -
silent 60000 "--as text" "$home/pipe"
# behind a first megabyte that another thread reads on from
awk 'BEGIN { for (n = 0; n < 90000; n++) printf "host%d.stop.test\n", n }' > "$home/many.txt"
got=0
(cat "$home/many.txt"; exec sleep 60) > "$home/pipe" & writer=$!
"$VIGIE" --home "$home/i" --lang en --as tester intel import - --source long < "$home/pipe" > "$home/out" 2> "$home/err" & import=$!
for i in $(seq 300); do # until all of it has been read
  read -r _ chars < <(grep rchar "/proc/$import/io") || chars=0
  [ "$chars" -lt "$(stat -c %s "$home/many.txt")" ] || break
  sleep .1
done
kill -INT $import
wait $import || got=$?
kill -0 $writer || fail "the import waited for the writer"
kill $writer
[ $got = 1 ] || fail "a pipe that falls silent: status $got"
none
# Others write meanwhile: the import makes way and is committed in parts, while bytes come and while none do. Stopped or killed then, it still leaves
# nothing.
others() {
  begin
  v org add --name "Meanwhile $1" --kind company --department 75 > "$home/out" 2> "$home/err" || fail "an organisation waited for the import in vain"
  [ -n "$(v intel list --objects --limit 1 --json)" ] || fail "the import did not make way: nothing is committed"
}
nothing() {
  none
  [ -z "$(v intel list --search number --json)$(v intel list --json)" ] || fail "a word or a value was kept"
  ! v intel show stop7.test > "$home/out" 2> "$home/err" || fail "a value was kept"
}
others 1; kill -INT $import; finish 1
grep -q "nothing of it is kept" "$home/err" || fail "it does not say so"
nothing
unfinished() { v intel sources > "$home/out" 2> "$home/err" || fail "no sources"; grep -c "(source $1), begun on .* by tester, did not come to its end: nothing of it is kept, import it again" "$home/err" || true; }
[ "$(unfinished long)" = 1 ] || fail "not the one that was killed, or one that was told to stop"
others 2; kill -KILL $import; finish 137
nothing
[ "$(unfinished long)" = 2 ] || fail "nobody is told that it was killed"
# A running server notices it too, and nobody has to give a command.
"$VIGIE" --home "$home/i" --lang en --as tester --quiet serve --listen 127.0.0.1:0 --json > "$home/listening" 2> "$home/err" & server=$!
until [ -s "$home/listening" ]; do kill -0 $server || fail "no server"; sleep .1; done
others 4; kill -KILL $import; finish 137
for ((looks = 0; looks < 600; looks++)); do
  [ "$(sqlite3 "$home/i/vigie.db" "SELECT COUNT(*) FROM intel_part WHERE ended = 0")" = 0 ] && break
  kill -0 $server || fail "the server ended"; sleep .1
done
[ "$(sqlite3 "$home/i/vigie.db" "SELECT COUNT(*) FROM intel_node")" = 0 ] || fail "the server did not take it back"
kill $server; wait $server || fail "the server ended with $?"
nothing
# What another source says too stays, and is the newest version again.
awk 'BEGIN { printf "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%08x-1111-4111-8111-%012x\",\"created\":\"2025-01-01T00:00:00.000Z\",\"modified\":\"2025-01-01T00:00:00.000Z\",\"name\":\"older\",\"pattern\":\"[domain-name:value = \047older.test\047]\",\"pattern_type\":\"stix\",\"valid_from\":\"2025-01-01T00:00:00Z\"}\n", 7, 7 }' > "$home/older.json"
v intel import "$home/older.json" --as stix --source other > "$home/out" 2> "$home/err" || fail "the older one was refused"
others 3; kill -KILL $import; finish 137
[ "$(v intel list --objects --json | wc -l)" = 1 ] || fail "not one object"
v intel show older.test > "$home/out" 2> "$home/err" || fail "another source's value is gone"
v intel source other --reliability B > "$home/out" 2> "$home/err"; v ledger verify > "$home/out" 2> "$home/err" || fail "the ledger is damaged"
echo "after.test" > "$home/list.txt"
v intel import "$home/list.txt" --source short > "$home/out" 2> "$home/err" || fail "the next import failed"
[ "$(v intel list --json | wc -l)" = 2 ] || fail "not two values"
# One with a large file is told of even if nobody waited and nothing of it was committed; importing the same again ends it.
[ "$(unfinished long)" = 4 ] || fail "not four that were killed"
awk 'BEGIN { for (n = 0; n < 500000; n++) printf "host%d.stop.test\n", n }' > "$home/large.txt"
"$VIGIE" --home "$home/i" --lang en --as tester intel import "$home/large.txt" --source large > "$home/out" 2> "$home/err" & import=$!
until [ "$(sqlite3 "$home/i/vigie.db" "SELECT COUNT(*) FROM intel_part WHERE name = 'large'")" = 1 ]; do kill -0 $import || fail "it has no row"; sleep .05; done
kill -KILL $import; got=0; wait $import || got=$?; [ $got = 137 ] || fail "it ended with $got"
[ "$(unfinished large)" = 1 ] || fail "nobody is told that the large one was killed"
[ "$(v intel list --json | wc -l)" = 2 ] || fail "something of it is kept"
! v intel sources --json 2> /dev/null | grep -q '"source":"large"' || fail "its source is kept"
echo "host1.stop.test" > "$home/large.txt"
v intel import "$home/large.txt" --source large > "$home/out" 2> "$home/err" || fail "the next one failed"
[ "$(unfinished large)" = 0 ] || fail "it was imported again, and is told of still"
[ "$(unfinished long)" = 4 ] || fail "the others are told of no more"
