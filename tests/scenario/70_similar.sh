#!/bin/bash
# Files that are alike are found by their digests, with no instance; lists with bad lines are read past them.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
v() { HOME=$dir "$VIGIE" --lang en "$@"; }
cp "$SOURCE/LICENSE" "$dir/a"
sed 's/Licensor/Licencer/g; 30d' "$dir/a" > "$dir/b"
cp "$VIGIE" "$dir/c"; truncate -s 200000 "$dir/c"
echo short > "$dir/short"
v similar digest --json "$dir/a" "$dir/b" "$dir/c" "$dir/short" > "$dir/out"
[ "$(grep -c '"tlsh":"T1[0-9A-F]\{70\}"' "$dir/out")" = 3 ]
grep '/short","tlsh":null' "$dir/out" > /dev/null
[ "$(v similar digest - < "$dir/a" | cut -c1-72)" = "$(v similar digest "$dir/a" | cut -c1-72)" ]
digest() { v similar digest "$dir/$1" | cut -c1-72; }
a=$(digest a) b=$(digest b) c=$(digest c)
printf 'name,tlsh\nb,%s\nc,%s\nnone,TNULL\nbad,T1XYZ\n' "$b" "$c" > "$dir/known.csv"
echo "$a" > "$dir/new.txt"
v similar --hashes "$dir/known.csv" --queries "$dir/new.txt" --json > "$dir/out" 2> "$dir/err"
grep "\"query\":\"$a\",\"match\":\"$b\",\"distance\":[0-9]*}" "$dir/out" > /dev/null
[ "$(wc -l < "$dir/out")" = 1 ]; grep 'line 5: `T1XYZ` is no TLSH digest' "$dir/err" > /dev/null
[ "$(v similar --hashes "$dir/known.csv" --queries "$dir/new.txt" --max-distance 5000 --json 2> /dev/null | wc -l)" = 2 ]
printf '%s\n' "$a" "$b" "$c" > "$dir/all"
v similar --clusters "$dir/all" --json > "$dir/out"
[ "$(grep -c '"cluster":0}' "$dir/out")" = 2 ]; grep "\"digest\":\"$c\",\"cluster\":null}" "$dir/out" > /dev/null
status=0; v similar --clusters "$dir/short" 2> "$dir/err" || status=$?
[ $status = 1 ]; grep "holds no TLSH digest" "$dir/err" > /dev/null
status=0; v similar 2> /dev/null || status=$?; [ $status = 2 ]
