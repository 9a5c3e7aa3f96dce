#!/bin/bash
# Forensic copies: Vigie beside ewfacquire + ewfverify and dd + sha256sum, on the same medium in the same run, each the best of three.
# The medium (512 MiB) is a fifth zeroes, a fifth noise, the rest programs and libraries of this machine. Vigie's time includes reading the
# copy back from the disk; ewfacquire's does not, so ewfverify's time is added. MIB, RUNS and TMPDIR change the set-up.
set -euo pipefail
mib=${MIB:-512} runs=${RUNS:-3}
[ -z "${BENCH_SMOKE:-}" ] || { mib=8 runs=1; }
spent=$BENCH_BUILD/bench/spent
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
unset VIGIE_HOME; export HOME=$d # nobody's instance takes part
part=$((mib / 5))
{
  head -c "${part}M" /dev/zero
  head -c "${part}M" /dev/urandom
  cat /usr/bin/* /usr/lib/*/*.so* 2> /dev/null | head -c "$((mib - 2 * part))M" || true
} > "$d/disk.raw"
truncate -s "${mib}M" "$d/disk.raw"
digests=md5,sha1,sha256
best() { # best COMMAND...: wall seconds, kilobytes and seconds of processor of the fastest run into $seconds, $kb, $cpu
  local s k c
  seconds= kb= cpu=
  for _ in $(seq "$runs"); do
    rm -f "$d"/out*
    "$@" > /dev/null 2> "$d/err" || { cat "$d/err"; exit 1; }
    read -r s k c < <(tail -n 1 "$d/err")
    if [ -z "$seconds" ] || awk "BEGIN { exit !($s < $seconds) }"; then seconds=$s kb=$k cpu=$c; fi
  done
}
line() { # line NAME SECONDS KB BYTES CPU
  awk -v n="$1" -v s="$2" -v k="$3" -v m="$mib" -v b="$4" -v c="$5" \
    'BEGIN { printf "%-46s %7.2f s %7.0f MB/s %7.2f s %6.0f MB %7.0f MB\n", n, s, m * 1.048576 / s, c, k / 1024, b / 1e6 }'
}
size() { cat "$d"/out*.E* "$d"/out*.raw "$d"/out*.aff4 "$d"/out*.gz 2> /dev/null | wc -c || true; }
sum() { awk "BEGIN { print $1 + $2 }"; }
echo "medium $mib MiB, $(nproc) cores, digests $digests"
printf '%-46s %9s %12s %9s %9s %10s\n' "" wall rate processor "peak RSS" written
vigie() { "$spent" "$VIGIE" --quiet acquire "$d/disk.raw" --to "$d/out" --hash $digests "$@"; }
check() { "$spent" "$VIGIE" --quiet verify "$1"; }
for level in none fast best; do
  best vigie --level $level; line "vigie acquire e01 $level (copy and read back)" "$seconds" "$kb" "$(size)" "$cpu"
  mv "$d/out.E01" "$d/kept-$level.E01"; mv "$d/out.vigie.json" "$d/kept-$level.vigie.json"
done
for level in none fast best; do
  best vigie --format aff4 --level $level; line "vigie acquire aff4 $level (copy and read back)" "$seconds" "$kb" "$(size)" "$cpu"
  [ $level = none ] || mv "$d/out.aff4" "$d/aff4-$level.aff4"
done
best check "$d/aff4-fast.aff4"; line "vigie verify, its fast AFF4 (md5 sha1 sha256)" "$seconds" "$kb" 0 "$cpu"
best vigie --format raw; line "vigie acquire raw (copy and read back)" "$seconds" "$kb" "$(size)" "$cpu"
best check "$d/kept-fast.E01"; line "vigie verify, its fast E01 (md5 sha1 sha256)" "$seconds" "$kb" 0 "$cpu"
raw() { "$spent" bash -c "dd if='$d/disk.raw' of='$d/out.raw' bs=1M conv=fsync status=none && sha256sum '$d/out.raw'"; }
best raw; line "dd + sha256sum of the copy (no md5, no sha1)" "$seconds" "$kb" "$(size)" "$cpu"
if command -v ewfacquire > /dev/null; then
  for level in none fast best; do
    copy() { "$spent" ewfacquire -q -u -t "$d/out" -f encase6 -c $level -S 7E -d sha1,sha256 "$d/disk.raw"; }
    best copy; copied=$seconds copied_cpu=$cpu bytes=$(size)
    test_it() { "$spent" ewfverify -q -d sha1,sha256 "$d/out.E01"; }
    mv "$d/out.E01" "$d/peer-$level.E01"
    peer() { "$spent" ewfverify -q -d sha1,sha256 "$d/peer-$level.E01"; }
    best peer; line "ewfacquire $level + ewfverify" "$(sum "$copied" "$seconds")" "$kb" "$bytes" "$(sum "$copied_cpu" "$cpu")"
    line "  of which ewfverify" "$seconds" "$kb" 0 "$cpu"
  done
  best check "$d/peer-fast.E01"; line "vigie verify, ewfacquire's fast E01" "$seconds" "$kb" 0 "$cpu"
else echo "ewfacquire is not installed"; fi
if command -v pigz > /dev/null; then
  packed() { "$spent" bash -c "set -o pipefail; tee >(md5sum > '$d/m') >(sha1sum > '$d/s') >(sha256sum > '$d/t') < '$d/disk.raw' | pigz -1 > '$d/out.gz'"; }
  best packed; line "md5sum, sha1sum, sha256sum | pigz -1, no check" "$seconds" "$kb" "$(size)" "$cpu"
fi
