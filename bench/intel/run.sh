#!/bin/bash
# A million indicators out of STIX JSON into SQLite: how long, how much memory; 100,000 more into that store; what one look at it costs; files made to be slow. Beside it the same
# file through jq, Python's json, the stix2 library when PYTHON names an interpreter that has it, and sqlite3 .import of the bare values. Times
# are CPU seconds (user + system) and, behind them, what the clock says: other work on the machine counts in the second only.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
all=1000000 more=100000 lists=200000 looks=300
[ -z "${BENCH_SMOKE:-}" ] || { all=3000 more=1000 lists=1000 looks=5; }
v() { "$VIGIE" --home "$work/home" --lang en --as bench "$@"; }
# name, then the command: "CPU s, clock s, MB resident"
measure() {
  local name=$1; shift
  /usr/bin/time -o "$work/time" -f '%U %S %e %M' "$@" > "$work/out" 2> "$work/err" || { echo "$name: failed"; cat "$work/err"; return 1; }
  awk -v name="$name" '{ printf "%-52s %8.2f s CPU %8.2f s clock %6d MB\n", name, $1 + $2, $3, $4 / 1024 }' "$work/time"
}
command -v /usr/bin/time > /dev/null || { echo "GNU time is not installed: nothing measured"; exit 77; }
"$BENCH_BUILD/bench/make_stix" $all 7 > "$work/all.json"
"$BENCH_BUILD/bench/make_stix" $more 9 > "$work/more.json"
"$VIGIE" --home "$work/home" --lang en init --login bench > /dev/null
echo "$all indicators, $(stat -c %s "$work/all.json") bytes of STIX JSON"
measure "vigie intel import, $all" "$VIGIE" --home "$work/home" --as bench intel import --source A "$work/all.json"
an_object() { awk -v n="$1" '{ printf "%.2f us CPU, %.2f clock", ($1 + $2) * 1e6 / n, $3 * 1e6 / n }' "$work/time"; }
first=$(an_object $all)
measure "vigie intel import, $more into that store" "$VIGIE" --home "$work/home" --as bench intel import --source B "$work/more.json"
second=$(an_object $more)
echo "an object: $first into the empty store; $second into the full one"
measure "vigie intel import, $more again (nothing new)" "$VIGIE" --home "$work/home" --as bench intel import --source B "$work/more.json"
"$BENCH_BUILD/bench/make_stix" $all 7 relations > "$work/relations.json"
measure "vigie intel import, $((all / 10)) relationships between them" "$VIGIE" --home "$work/home" --as bench intel import --source C "$work/relations.json"
du -h "$work/home/vigie.db" | awk '{ print "the store on disk: " $1 }'
"$BENCH_BUILD/bench/bench_intel" "$work/home/vigie.db" $looks "$work/more.json"
# ten thousand patterns over as many observables, of which one in a hundred is meant
awk 'BEGIN { for (i = 0; i < 10000; i++) { m = i % 4
  if (m == 0) printf "[url:value = '"'"'http://host%d.example/x'"'"']\n", i * 100
  else if (m == 1) printf "[url:value LIKE '"'"'http://%%host%d.example/%%'"'"']\n", i * 100
  else if (m == 2) printf "[url:value MATCHES '"'"'^https?://([a-z]+[.])?host%d[.]example/'"'"']\n", i * 100
  else printf "[domain-name:value LIKE '"'"'evil%d-%%'"'"' OR domain-name:value = '"'"'bad%d.example'"'"']\n", i, i } }' > "$work/patterns"
awk -v n="${BENCH_SMOKE:+500}" 'BEGIN { if (!n) n = 10000; print "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":["
  for (i = 0; i < n; i++) { id = sprintf("%08x-1111-4111-8111-111111111111", i)
    printf "%s{\"type\":\"observed-data\",\"spec_version\":\"2.1\",\"id\":\"observed-data--%s\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"first_observed\":\"2026-01-01T00:00:00Z\",\"last_observed\":\"2026-01-01T00:00:00Z\",\"number_observed\":1,\"object_refs\":[\"url--%s\"]},{\"type\":\"url\",\"id\":\"url--%s\",\"value\":\"http://host%d.example/x\"}", i ? "," : "", id, id, id, i } print "]}" }' > "$work/seen.json"
measure "vigie intel match-pattern, 10000 patterns" "$VIGIE" --lang en intel match-pattern --file "$work/patterns" "$work/seen.json"
sed 's/^/  /' "$work/out" | tail -n 1
for form in stix csv text misp; do # each into a store of its own
  "$BENCH_BUILD/bench/make_stix" $lists 11 $form > "$work/list.$form"
  "$VIGIE" --home "$work/$form" --lang en init --login bench > /dev/null
  measure "vigie intel import --as $form, $lists" "$VIGIE" --home "$work/$form" --as bench intel import --source L --as $form "$work/list.$form"
  awk -v n=$lists '{ printf "  %.0f objects a CPU second, %.0f by the clock\n", n / ($1 + $2), n / $3 }' "$work/time"
  measure "the same again (nothing new)" "$VIGIE" --home "$work/$form" --as bench intel import --source L --as $form "$work/list.$form"
done
sizes="10000 20000 40000"; [ -z "${BENCH_SMOKE:-}" ] || sizes="100 200 400"
if command -v python3 > /dev/null; then # twice as many must take twice as long, each into a store of its own
  for form in plain alike versions older contents said-anew relations sightings labels one-value names values refs nested misp misp-same repeats repeats-dated; do
    for n in $sizes; do
      python3 hostile.py $form "$n" > "$work/hostile.json"
      rm -rf "$work/hostile"
      "$VIGIE" --home "$work/hostile" --lang en init --login bench > /dev/null
      measure "made to be slow: $form, $n" "$VIGIE" --home "$work/hostile" --as bench intel import --source L "$work/hostile.json"
    done
  done
fi
echo "peers, the same file (parsing only, where not said otherwise):"
command -v jq > /dev/null && measure "jq --stream, length" jq -c '.objects | length' "$work/all.json"
head -c 1 "$work/all.json" > /dev/null
if command -v python3 > /dev/null; then
  measure "python json.load" python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["objects"]))' "$work/all.json"
  "${PYTHON:-python3}" -c 'import stix2' 2> /dev/null && measure "python stix2.parse, of the $more" "${PYTHON:-python3}" -c 'import stix2, sys; print(len(stix2.parse(open(sys.argv[1]).read(), allow_custom=True).objects))' "$work/more.json" || echo "python stix2: not on this machine"
  python3 -c 'import json, sys
for o in json.load(open(sys.argv[1]))["objects"]: print(o["id"], o["modified"], o["pattern"], sep="\t")' "$work/all.json" > "$work/bare.tsv"
fi
if command -v sqlite3 > /dev/null && [ -s "$work/bare.tsv" ]; then
  printf 'create table t (id text primary key, modified text, pattern text);\ncreate index p on t (pattern);\n.mode tabs\n.import %s t\n' "$work/bare.tsv" > "$work/script"
  measure "sqlite3 .import of id, modified, pattern (2 indexes)" sqlite3 "$work/peer.db" ".read $work/script"
fi
