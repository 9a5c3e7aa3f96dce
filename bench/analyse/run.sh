#!/bin/bash
# An analysis of an ext4 image full of a machine's own files: names, times, three hashes, type, values listed and not, YARA rules, free space. Beside
# it, on the same image in the same run, The Sleuth Kit's tools with the usual ones for the rest: fls, tsk_recover to a directory, then md5sum,
# sha1sum, sha256sum, file, grep -F and yara over that, each with both processors where it can. Best of three (REPEAT).
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
megabytes=${MEGABYTES:-700} repeat=${REPEAT:-3} values=1000
[ -z "${BENCH_SMOKE:-}" ] || { megabytes=16 repeat=1 values=50; }
for tool in fls tsk_recover yara mke2fs file; do
  command -v $tool > /dev/null || { echo "skip: $tool is not installed"; exit 77; }
done
mkdir -p "$work/tree"
find /usr/share /usr/lib/x86_64-linux-gnu /usr/lib/python3 -type f -readable -size -20M 2> /dev/null | awk 'NR % 3 == 0' > "$work/names"
sum=0
while IFS= read -r f; do
  size=$(stat -c %s "$f"); sum=$((sum + size))
  [ $sum -lt $((megabytes * 800000)) ] || break
  echo "$f"
done < "$work/names" > "$work/some"
cpio -pdm --quiet "$work/tree" < "$work/some" 2> /dev/null || xargs -d '\n' cp --parents -t "$work/tree" < "$work/some" 2> /dev/null
truncate -s "${megabytes}M" "$work/disk.img"
mke2fs -q -F -t ext4 -N $((2 * $(wc -l < "$work/some") + 1000)) -d "$work/tree" "$work/disk.img"
rm -rf "$work/tree"
awk -v n="$values" 'BEGIN { for (i = 0; i < n; i++) print "host" i * 7919 % 100003 ".listed-" i ".net" }' > "$work/values"
"$VIGIE" --lang en intel pack --indicators "$work/values" -o "$work/pack" > /dev/null 2>&1
cat "$SOURCE"/demo/rules/*.yar > "$work/rules.yar"

timed() { # NAME COMMAND...: seconds and the most memory of one process, in files
  local name=$1; shift
  local from to; from=$(date +%s.%N)
  "$@" > "$work/out.$name" 2> /dev/null || true
  to=$(date +%s.%N)
  awk -v a="$from" -v b="$to" 'BEGIN { printf "%.2f\n", b - a }' >> "$work/t.$name"
}
best() { sort -n "$work/t.$1" | sed -n 1p; }
ours() { "$VIGIE" --lang en --json analyse "$work/disk.img" --pack "$work/pack" --rules "$work/rules.yar"; }
bare() { "$VIGIE" --lang en --json analyse "$work/disk.img" --only file; }
files() { find "$work/got" -type f -print0; }
for _ in $(seq "$repeat"); do
  timed ours ours
  timed bare bare
  timed fls fls -r -p -m / "$work/disk.img"
  rm -rf "$work/got"; mkdir "$work/got"
  timed recover tsk_recover -e "$work/disk.img" "$work/got"
  for sum in md5sum sha1sum sha256sum; do timed $sum bash -c "find '$work/got' -type f -print0 | xargs -0 -P 2 -n 64 $sum"; done
  timed file bash -c "find '$work/got' -type f -print0 | xargs -0 -P 2 -n 64 file -b --mime-type"
  timed grep bash -c "find '$work/got' -type f -print0 | LC_ALL=C xargs -0 -P 2 -n 64 grep -aoFf '$work/values'"
  timed yara yara -r -p 2 "$work/rules.yar" "$work/got"
done
peer=0
echo "image of $megabytes MB, $(grep -c '"kind":"file"' "$work/out.ours") files"
for t in fls recover md5sum sha1sum sha256sum file grep yara; do
  s=$(best $t); peer=$(awk -v a="$peer" -v b="$s" 'BEGIN { print a + b }')
  printf '  %-10s %8.2f s\n' "$t" "$s"
done
printf 'peers, together %8.2f s\n' "$peer"
printf 'vigie, all      %8.2f s   %.1f times faster (and free space, values not listed)\n' "$(best ours)" "$(awk -v a="$peer" -v b="$(best ours)" 'BEGIN { print a / b }')"
names=$(awk -v a="$(best fls)" -v b="$(best recover)" -v c="$(best md5sum)" -v d="$(best sha1sum)" -v e="$(best sha256sum)" -v f="$(best file)" 'BEGIN { print a + b + c + d + e + f }')
printf 'vigie, files only (names, times, hashes, type) %.2f s; peers for the same %.2f s\n' "$(best bare)" "$names"
