#!/bin/bash
# 100,000 cases (BENCH_SMOKE=1: 1,000): how long the import, a list, a search and a draft take, in seconds of CPU. Beside: SQLite alone reading one
# such table from end to end, the floor of a search without an index.
set -euo pipefail
n=100000; [ -z "${BENCH_SMOKE:-}" ] || n=1000
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
v() { "$VIGIE" --home "$d/h" --lang en --as bench "$@"; }
"$VIGIE" --home "$d/h" init --login bench > /dev/null
v org add --name "Menuiserie du Golfe" --department 56 --naf C --size PME > /dev/null
awk -v n="$n" 'BEGIN { for (i = 1; i <= n; i++) printf "{\"number\":%d,\"title\":\"case %d of a %s\",\"startDate\":%.0f}\n", i, i, i % 997 ? "phishing wave" : "rare needle", 1600000000000 + i * 60000 }' > "$d/cases.jsonl"
spent() { # spent LABEL COMMAND...
  local label=$1; shift
  TIMEFORMAT="%U %S"; { time "$@" > "$d/out" 2> "$d/err"; } 2> "$d/time" || { cat "$d/err"; exit 1; }
  awk -v l="$label" '{ printf "%-44s %6.3f s CPU\n", l, $1 + $2 }' "$d/time"
}
spent "import of $n cases (TheHive, JSON Lines)" v case import "$d/cases.jsonl" --form thehive --org "Menuiserie du Golfe"
spent "list of the newest 1,000" v case list
spent "search, $((n / 997)) found" v case list --search "rare needle" --motive "measuring"
spent "search of a word in nearly all (newest 1,000)" v case list --search "PHÎSHING wa" --motive "measuring"
spent "search, none found" v case list --search "no such words" --motive "measuring"
spent "draft of a summary (PDF)" v case document "THEHIVE-$n" --kind summary -o "$d/s.pdf"
spent "the program's start alone (act rules)" v act rules
! command -v sqlite3 > /dev/null || spent "peer: sqlite3 reads the table once" sqlite3 "$d/h/vigie.db" "SELECT COUNT(*) FROM casework_incident WHERE summary LIKE '%no such words%'"
