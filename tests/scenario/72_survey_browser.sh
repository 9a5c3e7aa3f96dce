#!/bin/bash
# A survey in a real browser, by who answers it and by who evaluates: see tests/web/survey.mjs.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
command -v chromium > /dev/null || command -v chromium-browser > /dev/null || { echo "no Chromium on this machine"; exit 77; }
[ -d "$here/web/node_modules/playwright-core" ] || { echo "web/node_modules has no playwright-core"; exit 77; }
d=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; wait; rm -rf "$d"' EXIT
export VIGIE_HOME=$d/i
password=$("$VIGIE" --lang en init --login anne | grep -oE '[a-z0-9]{20}$')
v() { "$VIGIE" --quiet --lang fr --json --as anne "$@"; }
plan=$(v evaluate plan "$here/demo/evaluation/plan.json" | jq -r .id)
v evaluate open "$plan"
mapfile -t token < <(v evaluate token "$plan" --group referents --count 2 | jq -r .token)
"$VIGIE" serve --listen 127.0.0.1:0 --json > "$d/out" & pid=$!
for _ in $(seq 200); do [ -s "$d/out" ] && break; sleep 0.1; done
node "$here/tests/web/survey.mjs" "$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$d/out")" "${token[0]}" "${token[1]}" anne "$password" "$plan"
kill -TERM "$pid"; wait "$pid"; pid=
"$VIGIE" --quiet ledger verify > /dev/null
