#!/bin/bash
# The hits are the truth: a generated log with planted values and near misses, every form, no row missed and none too many; the same from a pipe, from gzip
# and from parts read by several threads. Larger sets and logs: EXACT_SETS="1k 1M" EXACT_BYTES=256M.
set -eu
check=$SOURCE/../shared/check/match/gen_logs.c data=$SOURCE/../shared/data/indicators/sets
[ -f "$check" ] && [ -d "$data" ] || { echo "skipped: no generator of logs beside this tree ($check)"; exit 77; }
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
cc -D_GNU_SOURCE -O2 -w -o gen_logs "$check" # without the macro the generator's memmem() loses half its pointer
zstd -q -d "$data/benign_hosts.txt.zst" -o benign
cat > compare.py <<'P'
import sys, json, collections
short = {'domain-name': 'domain', 'ipv4-addr': 'ipv4', 'ipv6-addr': 'ipv6', 'email-addr': 'email'}
want, near = {}, collections.Counter()
for row in open(sys.argv[1], errors='replace').read().split('\n')[1:]:
    if row:
        line, _, _, _, expected, kind, form, value = row.split('\t')
        if expected == '1': want[int(line), kind, value.lower()] = kind + ' ' + form
        else: near[kind + ' ' + form] += 1
got = set()
for row in open(sys.argv[2], errors='replace'):
    h = json.loads(row)
    got.add((h['line'], short.get(h['type'], h['type']), h['indicator'].lower()))
missed, extra, forms = want.keys() - got, got - want.keys(), collections.Counter(want.values())
print(sys.argv[3], ':', len(want), 'planted in', len(forms), 'forms,', sum(near.values()), 'near misses in', len(near), 'forms,', len(missed), 'missed,', len(extra), 'too many')
for k in list(missed)[:5]: print('  missed', k, want[k])
for k in list(extra)[:5]: print('  too many', k)
sys.exit(bool(missed or extra) or len(forms) < 25 or len(near) < 15)
P
for set in ${EXACT_SETS:-10k}; do
  zstd -q -d -f "$data/$set.tsv.zst" -o list
  "$VIGIE" --quiet intel pack --indicators list -o p > /dev/null 2>&1
  for seed in 11 98765432101234567; do
    ./gen_logs -i list -p list -w benign -s $seed -b "${EXACT_BYTES:-10M}" -r 40000 -n 40000 -o log -t truth 2> /dev/null
    "$VIGIE" --quiet --json match --threads 1 --pack p log > one
    python3 compare.py truth one "$set, seed $seed"
    "$VIGIE" --quiet --json match --pack p - < log | sed 's/"file":"-"/"file":"log"/' | cmp - one
    gzip -1 -k -f log; "$VIGIE" --quiet --json match --pack p log.gz | sed 's/"file":"log.gz"/"file":"log"/' | cmp - one
  done
  cat log log log log > log.2 # large enough to be shared out
  "$VIGIE" --quiet --json match --threads 1 --pack p log.2 > one
  "$VIGIE" --quiet --json match --threads 3 --pack p log.2 | cmp - one
done
