#!/bin/bash
# test.sh: builds with sanitizers and runs every test; ends with one line "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")/.."
export CI=${CI:-} VIGIE_LANG=en
passed=0 failed=0 skipped=0 failures=()
log=build-test/log
scripts/build.sh build-test -Dbuildtype=debug -Doptimization=1 -Db_sanitize=address,undefined || exit 1
mkdir -p $log
one() { # one NAME COMMAND...: exit 77 is a skip, whose last line says why
  local name=$1; shift
  "$@" > "$log/$name" 2>&1
  local status=$?
  if [ $status = 0 ]; then passed=$((passed + 1)); echo "ok      $name"
  elif [ $status = 77 ]; then skipped=$((skipped + 1)); echo "skipped $name: $(tail -n 1 "$log/$name")"
  else failed=$((failed + 1)); failures+=("$name"); echo "FAILED  $name (status $status)"; fi
}
unit() { # unit PROGRAM [NAME [BUILD]]: a cmocka program: each of its tests counts
  local name=${2:-$1}
  "${3:-build-test}/tests/unit/$1" > "$log/$name" 2>&1
  local status=$? p f s
  p=$(grep -c '^\[       OK \]' "$log/$name"); f=$(grep -c '^\[  FAILED  \] [a-z_0-9]*$' "$log/$name"); s=$(grep -c '^\[  SKIPPED \] [a-z_0-9]*$' "$log/$name")
  [ $status = 0 ] || [ "$f" -gt 0 ] || f=1
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  [ "$f" = 0 ] && echo "ok      $name ($p)" || { echo "FAILED  $name ($f of $((p + f)))"; failures+=("$name"); }
}
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export VIGIE=$PWD/build-test/vigie DEMO=$PWD/build-test/demo SOURCE=$PWD
for t in build-test/tests/unit/test_*; do [ -x "$t" ] && [ -f "$t" ] && unit "$(basename "$t")"; done
# What stands on the common world runs on PostgreSQL too.
for t in $(grep -l 'VIGIE_TEST_PG\|"world.h"' tests/unit/test_*.c); do t=$(basename "$t" .c); VIGIE_TEST_PG=1 unit "$t" "$t-postgres"; done
# What users get is built too: the optimiser warns of more.
one release-build scripts/build.sh build
# What has threads runs under the thread sanitizer too.
threaded=(test_analysis test_base test_evidence test_match test_server)
for i in "${!threaded[@]}"; do [ -f "tests/unit/${threaded[$i]}.c" ] || unset "threaded[$i]"; done
TARGETS="${threaded[*]/#/tests/unit/}" scripts/build.sh build-tsan -Dbuildtype=debug -Db_sanitize=thread -Ddemo=false || exit 1
for t in "${threaded[@]}"; do unit "$t" "$t-tsan" build-tsan; done
for t in tests/architecture/*.sh tests/scenario/*.sh tests/fault/*.sh; do [ -f "$t" ] && one "$(basename "$t" .sh)" bash "$t"; done
for b in bench/*/run.sh; do [ -f "$b" ] && BENCH_SMOKE=1 BENCH_BUILD=$PWD/build-test one "bench-smoke-$(basename "$(dirname "$b")")" bash "$b"; done
one fuzz-smoke scripts/fuzz.sh smoke
for f in "${failures[@]:-}"; do [ -n "$f" ] && { echo "--- $f"; tail -n 40 "$log/$f"; }; done
if [ $skipped -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
[ $failed = 0 ]
