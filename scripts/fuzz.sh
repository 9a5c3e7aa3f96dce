#!/bin/bash
# fuzz.sh SECONDS|smoke: every libFuzzer target over its corpus, then on for SECONDS each; smoke: on for a fixed number of inputs from a
# fixed seed, so that the same commit gets the same answer. As many side by side as there are processors; what each said stands in
# build-fuzz/log. Needs clang.
set -euo pipefail
cd "$(dirname "$0")/.."
how=${1:-60}
case $how in
  smoke) bound=(-seed=1 -runs=3000 -max_total_time=60) ;;
  *) bound=(-max_total_time="$how") ;;
esac
clang=$(command -v clang-14 || command -v clang) || { echo "no clang on this machine"; exit 77; }
[ -f build-fuzz/build.ninja ] || CC=$clang CXX=${clang/clang/clang++} meson setup build-fuzz -Dbuildtype=debug -Doptimization=1 \
  -Db_sanitize=address,undefined -Db_lundef=false -Dfuzz=true -Ddemo=false > /dev/null
ninja -C build-fuzz --quiet fuzzers
if [ "$how" = smoke ]; then # the tests, the benches and main() are not built by clang, but it warns of them too
  (cd build-fuzz && ninja -t commands | grep -E ' -c \.\./(tests/unit/|bench/|src/main\.c)' | sed -E 's/ -M[DQF]( [^ ]+\.o(\.d)?)?//g; s/ -o [^ ]+ -c / -fsyntax-only /' |
    xargs -d '\n' -P "$(nproc)" -I{} sh -c {})
fi
rm -rf build-fuzz/log; mkdir -p build-fuzz/log

run() { # run TARGET WORDS...
  local target=$1; shift
  "$target" -rss_limit_mb=2048 -timeout=25 -verbosity=0 -print_final_stats=0 -artifact_prefix=build-fuzz/ "$@"
}
one() { # one TARGET
  local name new known
  name=$(basename "$1"); new=build-fuzz/corpus/$name; known=tests/fuzz/corpus/${name#fuzz_}
  mkdir -p "$new"; [ -d "$known" ] || { echo "$name: $known is missing: give it at least one good input"; return 1; }
  if [ "$name" = fuzz_image ] && [ "$how" = smoke ]; then # what mutated images do to libtsk is what the cell is for
    run "$1" -runs=0 $known
  elif [ "$name" = fuzz_image ]; then # what kills or stops libtsk is kept and counted, the search goes on
    run "$1" "${bound[@]}" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 "$new" $known || echo "$name: last job ended with status $?"
  else
    run "$1" "${bound[@]}" "$new" $known
  fi
}
for target in build-fuzz/tests/fuzz/fuzz_*; do
  [ -x "$target" ] && [ -f "$target" ] || continue
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
  { one "$target" > "build-fuzz/log/$(basename "$target")" 2>&1 && echo "ok $(basename "$target")"; } || touch "build-fuzz/log/$(basename "$target").failed" &
done
wait
failed=0
for f in build-fuzz/log/*.failed; do
  [ -e "$f" ] || continue
  failed=1; echo "--- ${f%.failed}"; tail -n 40 "${f%.failed}"
done
exit $failed
