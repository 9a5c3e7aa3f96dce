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
least() { # the least of three: seconds of the whole program
  local from to
  for _ in 1 2 3; do
    from=$(date +%s.%N); "$@" > "$work/out"; to=$(date +%s.%N)
    awk -v a="$from" -v b="$to" 'BEGIN { printf "%.3f\n", b - a }'
  done | sort -n | sed -n 1p
}
best=$(least "$VIGIE" similar --clusters "$digests" --json)
echo "vigie, clusters of $(wc -l < "$work/out") digests: $best s, the whole program"
head -c "$bytes" /dev/urandom > "$work/blob"
ours=$(least "$VIGIE" similar digest "$work/blob")
echo "vigie, digest of $bytes bytes: $ours s"
if ! "$python" -c 'import tlsh' 2> /dev/null; then
  echo "py-tlsh: not installed ($python), no peer printed"
  exit 0
fi
"$VIGIE" similar --clusters "$digests" --json | sed 's/.*"cluster":\(null\|[0-9]*\).*/\1/; s/null/-1/' > "$work/ours"
theirs=$("$python" hact.py "$digests" 2>&1 > "$work/theirs")
cmp -s "$work/ours" "$work/theirs" && same=identical || same=DIFFERENT
echo "py-tlsh, clusters: $theirs s without reading the file; memberships $same"
"$python" - "$work/blob" <<'END'
import sys, time, tlsh
data = open(sys.argv[1], "rb").read()
began = time.time(); tlsh.hash(data); print(f"py-tlsh, digest: {time.time() - began:.3f} s")
END
[ "$same" = identical ]
