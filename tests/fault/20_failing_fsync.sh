#!/bin/bash
# The disk refuses to make a write durable (fsync says EIO): the command fails and says so, and what was told before is still there.
set -euo pipefail
command -v strace > /dev/null || { echo "strace is not installed"; exit 77; }
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$dir/i" --lang en --as tester "$@"; }
"$VIGIE" --home "$dir/i" init --login tester > /dev/null
v org add --name "Avant" --department 67 > /dev/null
# Tracing and the leak sanitizer exclude each other.
export ASAN_OPTIONS=detect_leaks=0
strace -f -o "$dir/trace" -e trace=fsync,fdatasync "$VIGIE" --home "$dir/i" --lang en --as tester org add --name "Essai" --department 67 > /dev/null
syncs=$(grep -c 'sync(' "$dir/trace")
[ "$syncs" -ge 1 ] || { echo "no commit was synced"; exit 1; }
for n in $(seq 1 "$syncs"); do
  for call in fsync fdatasync; do
    status=0
    strace -f -o "$dir/trace" -e trace=$call -e inject=$call:error=EIO:when=$n \
      "$VIGIE" --home "$dir/i" --lang en --as tester org add --name "Perdu $n $call" --department 67 > "$dir/out" 2> "$dir/err" || status=$?
    injected=$(grep -c INJECTED "$dir/trace" || true)
    kept=$(v org list --json | grep -c "\"name\":\"Perdu $n $call\"" || true)
    [ "$injected" = 0 ] || echo "$call $n: status $status, kept $kept: $(head -n 1 "$dir/err")"
    # A success was really kept; a failure says so in one line and left nothing.
    if [ $status = 0 ]; then [ "$kept" = 1 ]; else [ $status = 1 ] && [ "$kept" = 0 ] && [ "$(wc -l < "$dir/err")" = 1 ]; fi
  done
done
v org list --json | grep '"name":"Avant"' > /dev/null
v ledger verify --json | grep '"ok":true' > /dev/null
