#!/bin/bash
# The pages: nobody without an account, every listed page with one, safe headers, a clean stop.
set -eu
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
password=$("$VIGIE" init --home "$dir/h" | grep -oE '[a-z0-9]{20}$')
"$VIGIE" --home "$dir/h" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
get() { curl -sk -b "$dir/jar" "$@"; }
get -i "$at/journal" > "$dir/anonymous"
grep -q 'name="password"' "$dir/anonymous"
grep -q "default-src 'self'" "$dir/anonymous"
send() { curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' "$@" --data-urlencode "login=$(id -un)" "$at/login"; }
[ "$(send --data-urlencode password=wrong)" = 403 ]
[ "$(send --data-urlencode "password=$password" -H 'Origin: https://other.test')" = 403 ]
[ "$(send --data-urlencode "password=$password")" = 303 ]
for page in / /alertes /renseignement /zones /journal; do
  [ "$(get -o "$dir/page" -w '%{http_code}' "$at$page")" = 200 ]
  ! grep -q 'name="password"' "$dir/page"
done
[ "$(get -o /dev/null -w '%{http_code}' "$at/nothing")" = 404 ]
kill -TERM "$pid"; wait "$pid"; pid=
