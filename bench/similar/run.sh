#!/bin/bash
# Likeness: nearest of a million digests, clusters, and digests of files, beside TLSH's authors' own module in Python (py-tlsh from
# PyPI; set PYTHON to an interpreter that has it). Digests: DIGESTS=file.csv, else those shared with the project, else made here.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python=${PYTHON:-python3} count=1000000 bytes=67108864
shared=../../../shared/data/similarity/trendmicro+tlsh/tlshCluster/dataDir/mb_10K.csv
digests=${DIGESTS:-$shared}
[ -z "$BENCH_SMOKE" ] || { count=2000 bytes=1048576 digests=; }
if [ ! -f "$digests" ]; then
  find /usr/share/common-licenses /usr/share/doc /usr/include -type f -size +1k > "$work/files" 2> /dev/null || true
  { echo tlsh; head -n 2000 "$work/files" | xargs -d '\n' "$VIGIE" --lang en similar digest | sed -n 's/^\(T1[0-9A-F]*\) .*/\1/p'; } > "$work/d.csv"
  digests=$work/d.csv
fi
"$BENCH_BUILD/bench/bench_similar" "$digests" "$count"
# seconds of processor time everywhere, so that a busy machine does not show
bench=$BENCH_BUILD/bench/bench_similar
ours=$("$bench" "$digests" clusters)
"$VIGIE" similar --clusters "$digests" --json | sed 's/.*"cluster":\(null\|[0-9]*\).*/\1/; s/null/-1/' > "$work/ours"
TIMEFORMAT='%U %S'
whole=$({ time "$VIGIE" similar --clusters "$digests" --json > "$work/out"; } 2>&1 | awk '{ print $1 + $2 }')
echo "vigie, clusters of $(wc -l < "$work/out") digests: $ours s; the whole program with reading and printing: $whole s"
head -c "$bytes" /dev/urandom > "$work/blob"
digest=$("$bench" "$work/blob" digest)
echo "vigie, digest of $bytes bytes: $digest s"
if ! "$python" -c 'import tlsh' 2> /dev/null; then
  echo "py-tlsh: not installed ($python), no peer printed"
  exit 0
fi
theirs=$("$python" hact.py "$digests" 2>&1 > "$work/theirs")
cmp -s "$work/ours" "$work/theirs" && same=identical || same=DIFFERENT
echo "py-tlsh, clusters: $theirs s without reading the file, $(awk "BEGIN { printf \"%.0f\", $theirs / $ours }") times vigie's; memberships $same"
"$python" - "$work/blob" "$digest" <<'END'
import sys, time, tlsh
data = open(sys.argv[1], "rb").read()
best = 1e9
for _ in range(5):
    began = time.process_time(); tlsh.hash(data); best = min(best, time.process_time() - began)
print(f"py-tlsh, digest: {best:.4f} s, {best / float(sys.argv[2]):.2f} times vigie's")
END
[ "$same" = identical ]
