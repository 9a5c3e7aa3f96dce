#!/bin/bash
# The technology watch over 500 sources from a real local server: a first round (all is new) and a second one (nothing changed), processor time and the
# largest process of the program (it and at most one cell live at once, so that twice this is the most that it holds). feedparser beside, which only
# fetches and parses (PYTHON: an interpreter that has it; PEERS=install puts it into a virtual environment that goes with the scratch).
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d); server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null; rm -rf "$work"' EXIT
python=${PYTHON:-python3} sources=500 items=30
[ -z "${BENCH_SMOKE:-}" ] || { sources=20 items=10; }
if [ "${PEERS:-}" = install ]; then
  python3 -m venv "$work/peers" > /dev/null && "$work/peers/bin/pip" -q install feedparser > /dev/null 2>&1 && python=$work/peers/bin/python || echo "peers: could not be installed"
fi
python3 feeds.py "$items" > "$work/port" & server=$!
until [ -s "$work/port" ]; do kill -0 "$server"; sleep 0.1; done
at=http://127.0.0.1:$(cat "$work/port")
{ echo '<opml version="2.0"><body>'; for n in $(seq 0 $((sources - 1))); do echo "<outline text=\"Feed $n\" xmlUrl=\"$at/feed/$n\"/>"; done; echo '</body></opml>'; } > "$work/o.xml"
v() { "$VIGIE" --home "$work/h" --lang en --as bench "$@"; }
v init --login bench > /dev/null
v watch opml --import "$work/o.xml" 2> /dev/null
round() {
  local name=$1 home=${2:-$work/h}
  shift $(($# < 2 ? $# : 2))
  "$BENCH_BUILD/bench/spent" "$VIGIE" --home "$home" --lang en --as bench watch fetch --all --json "$@" > "$work/out" 2> "$work/used" || [ $? = 3 ]
  awk -v name="$name" -v said="$(cat "$work/out")" -v u="$(tail -n 1 "$work/used")" 'BEGIN { split(u, x, " ")
    printf "%s: %.2f s of processor, largest process %.0f MB, %s\n", name, x[3], x[2] / 1024, said }'
}
round "first round, $sources sources of $items items"
round "second round, nothing changed"
# The same number, seven of ten of them huge, slow, broken, lying, moved, bombs or in an encoding that they do not say.
kinds=(feed feed feed huge slow bomb lying broken latin moved)
{ echo '<opml version="2.0"><body>'; for n in $(seq 0 $((sources - 1))); do echo "<outline text=\"F $n\" xmlUrl=\"$at/${kinds[n % 10]}/$n\"/>"; done; echo '</body></opml>'; } > "$work/hostile.xml"
home=$work/h2
"$VIGIE" --home "$home" --lang en --as bench init --login bench > /dev/null
"$VIGIE" --home "$home" --lang en --as bench watch opml --import "$work/hostile.xml" 2> /dev/null
round "seven of ten hostile, $sources sources" "$home" --timeout 5
"$python" peers.py "$at" "$sources" || true
