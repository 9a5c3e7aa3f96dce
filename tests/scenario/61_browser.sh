#!/bin/bash
# The pages in a real browser on the demonstration data: see tests/web/pages.mjs.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
command -v chromium > /dev/null || command -v chromium-browser > /dev/null || { echo "no Chromium on this machine"; exit 77; }
[ -d "$here/web/node_modules/playwright-core" ] || { echo "web/node_modules has no playwright-core"; exit 77; }
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
"$VIGIE" --home "$dir/h" --lang en demo > "$dir/demo"
password=$(grep -oE '[a-z0-9]{20}$' "$dir/demo" | tail -n 1)
echo "second-pair-of-eyes" > "$dir/second"; chmod 600 "$dir/second"
"$VIGIE" --home "$dir/h" referent add --name "Paul Kermarrec" --zone OUEST --role analyst --login paul --password-file "$dir/second" > /dev/null
"$VIGIE" --home "$dir/h" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 200); do [ -s "$dir/out" ] && break; sleep 0.1; done
node "$here/tests/web/pages.mjs" "$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")" "$(id -un)" "$password" paul second-pair-of-eyes
kill -TERM "$pid"; wait "$pid"; pid=
