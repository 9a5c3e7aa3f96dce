#!/bin/bash
# The technology watch against a real server: what is good is read and folded into stories, what is bad is named, costs only itself, and is asked less
# often; politeness is kept.
set -euo pipefail
dir=$(mktemp -d); server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null; rm -rf "$dir"' EXIT
python3 "$SOURCE/tests/scenario/feeds.py" > "$dir/port" & server=$!
for _ in $(seq 100); do [ -s "$dir/port" ] && break; sleep 0.1; done
at=http://127.0.0.1:$(cat "$dir/port")
v() { "$VIGIE" --home "$dir/i" --lang en --as tester "$@"; }
says() { grep -F -- "$1" "$2" > /dev/null || { echo "lacks: $1"; cat "$2"; exit 1; }; }
VIGIE_NOW=2026-11-24T05:00:00Z "$VIGIE" --home "$dir/i" init --login tester > /dev/null
export VIGIE_NOW=2026-11-24T06:00:00Z
for feed in a.xml b.xml moved private/feed.xml broken.xml latin.xml bomb.xml outside.xml huge.xml packed.xml lying.xml later.xml json kev none.xml; do
  v watch add "$at/$feed" > /dev/null
done
v watch add "$at/page" --page --category Pages > /dev/null
status=0; v watch fetch --json > "$dir/out" 2> "$dir/err" || status=$?
[ $status = 3 ] || { echo "status $status"; cat "$dir/err"; exit 1; }
says '"sources":16' "$dir/out"; says '"failed":6' "$dir/out"
says "private/feed.xml: robots.txt forbids" "$dir/err"; says "later.xml: the server answered with an error 503" "$dir/err"
says "huge.xml: the answer is larger" "$dir/err"; says "packed.xml: the answer is larger" "$dir/err"; says "lying.xml:" "$dir/err"; says "none.xml:" "$dir/err"
# two feeds tell one story; nothing of this machine got into a third
v watch list --json > "$dir/list"
sed -n 1p "$dir/list" > "$dir/first"
says '"title":"Ransomware through an updater"' "$dir/first"; says '"items":2,"sources":2' "$dir/first"; says '"cves":1' "$dir/first"
says '"title":"à voir"' "$dir/list"; says "kept though the end is missing" "$dir/list"
! grep "root:" "$dir/list" > /dev/null || { echo "an entity read a file of this machine"; exit 1; }
id=$(sed 's/.*"id":"\([^"]*\)".*/\1/' "$dir/first")
v watch show "$id" > "$dir/out"; says "relay.qq7vzk.net" "$dir/out"; says "sources that tell it" "$dir/out"
v watch promote "$id" > /dev/null; v intel list > "$dir/out"; says "relay.qq7vzk.net" "$dir/out"; says "Feed A" "$dir/out"
v watch mark "$id" --star --note "à montrer"; v watch list --unread --json > "$dir/out"
! grep -F "$id" "$dir/out" > /dev/null || { echo "a read story is listed as unread"; exit 1; }
# an hour later: the unchanged feed answers 304, the page has changed, the moved one is asked where it lives now, those who failed wait
export VIGIE_NOW=2026-11-24T07:01:00Z
status=0; v watch fetch --json > "$dir/out" 2> "$dir/err" || status=$?
says '"unchanged":1' "$dir/out"; says '"items":1,' "$dir/out"
curl -s "$at/asked" > "$dir/asked"
says "'/moved': 1" "$dir/asked"; says "'/here.xml': 2" "$dir/asked"; says "'/later.xml': 1" "$dir/asked"; says "'/robots.txt': 1" "$dir/asked"
! grep private "$dir/asked" > /dev/null || { echo "robots.txt was not respected"; exit 1; }
# the list of sources travels
status=0; v watch sources > "$dir/out" || status=$?; [ $status = 3 ]; says "FAILING" "$dir/out"
v watch opml --export "$dir/o.xml"
VIGIE_NOW=2026-11-24T05:00:00Z "$VIGIE" --home "$dir/j" init --login tester > /dev/null
"$VIGIE" --home "$dir/j" --lang en --as tester watch opml --import "$dir/o.xml" 2> "$dir/err"; says "15 sources added, 0 followed already" "$dir/err"
status=0; "$VIGIE" --home "$dir/j" --lang en --as tester watch opml --import "$SOURCE/LICENSE" 2> "$dir/err" || status=$?
[ $status = 1 ]; says "no OPML" "$dir/err"
status=0; v watch add file:///etc/passwd 2> "$dir/err" || status=$?; [ $status = 2 ]; says "no http or https" "$dir/err"
v ledger verify > /dev/null
