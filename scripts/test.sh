#!/bin/bash
# test.sh: builds with sanitizers and runs every test, as many side by side as there are processors; ends with one line
# "N passed, N failed, N skipped". What a test printed stands in build-test/log/NAME; the slowest are named before the end.
set -uo pipefail
cd "$(dirname "$0")/.."
export CI=${CI:-} VIGIE_LANG=en
log=build-test/log
scripts/build.sh build-test -Dbuildtype=debug -Doptimization=1 -Db_sanitize=address,undefined || exit 1
rm -rf "$log"; mkdir -p "$log"
count() { echo "$2 $3 $4 $((SECONDS - $5))" > "$log/$1.count"; } # count NAME PASSED FAILED SKIPPED BEGAN
one() { # one NAME COMMAND...: exit 77 is a skip, whose last line says why
  local name=$1 began=$SECONDS; shift
  "$@" > "$log/$name" 2>&1
  local status=$?
  if [ $status = 0 ]; then count "$name" 1 0 0 $began; echo "ok      $name"
  elif [ $status = 77 ]; then count "$name" 0 0 1 $began; echo "skipped $name: $(tail -n 1 "$log/$name")"
  else count "$name" 0 1 0 $began; echo "FAILED  $name (status $status)"; fi
}
unit() { # unit PROGRAM [NAME [BUILD]]: a cmocka program: each of its tests counts
  local name=${2:-$1} began=$SECONDS
  "${3:-build-test}/tests/unit/$1" > "$log/$name" 2>&1
  local status=$? p f s
  p=$(grep -c '^\[       OK \]' "$log/$name")
  f=$(grep '^\[  FAILED  \] [a-z_0-9]*$' "$log/$name" | sort -u | wc -l); s=$(grep '^\[  SKIPPED \] [a-z_0-9]*$' "$log/$name" | sort -u | wc -l) # each is named twice
  [ $status = 0 ] || [ "$f" -gt 0 ] || f=1
  count "$name" "$p" "$f" "$s" $began
  if [ "$f" = 0 ]; then echo "ok      $name ($p)"; else echo "FAILED  $name ($f of $((p + f)))"; fi
}
beside() { # beside COMMAND...: as soon as a processor is free; a failed test is told by its count, not by a status
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
  "$@" &
}
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export VIGIE=$PWD/build-test/vigie DEMO=$PWD/build-test/demo SOURCE=$PWD
for t in build-test/tests/unit/test_*; do [ -x "$t" ] && [ -f "$t" ] && beside unit "$(basename "$t")"; done
# What stands on the common world runs on PostgreSQL too.
for t in $(grep -l 'VIGIE_TEST_PG\|pg_or(\|"world.h"' tests/unit/test_*.c); do t=$(basename "$t" .c); VIGIE_TEST_PG=1 beside unit "$t" "$t-postgres"; done
wait
# What users get is built too: the optimiser warns of more.
one release-build scripts/build.sh build
# What has threads runs under the thread sanitizer too.
threaded=(test_analysis test_base test_evidence test_intel_pipe test_match test_server)
TARGETS="${threaded[*]/#/tests/unit/}" scripts/build.sh build-tsan -Dbuildtype=debug -Db_sanitize=thread -Ddemo=false || exit 1
for t in "${threaded[@]}"; do beside unit "$t" "$t-tsan" build-tsan; done
for t in tests/architecture/*.sh tests/scenario/*.sh tests/fault/*.sh; do beside one "$(basename "$t" .sh)" bash "$t"; done
for b in bench/*/run.sh; do BENCH_SMOKE=1 BENCH_BUILD=$PWD/build-test beside one "bench-smoke-$(basename "$(dirname "$b")")" bash "$b"; done
wait
one fuzz-smoke scripts/fuzz.sh smoke
for f in $(awk '$2 > 0 {print FILENAME}' "$log"/*.count); do f=${f%.count}; echo "--- $(basename "$f")"; tail -n 40 "$f"; done
awk '{name = FILENAME; sub(/.*\//, "", name); sub(/\.count$/, "", name); print $4, "s", name}' "$log"/*.count | sort -rn | head -n 12 | paste -sd, | sed 's/^/slowest: /; s/,/, /g'
awk '{p += $1; f += $2; s += $3} END {printf "%d passed, %d failed", p, f; if (s) printf ", %d skipped", s; print ""; exit (f > 0)}' "$log"/*.count
