#!/bin/bash
# Matching, one core: packs of 1k to 10M values over a log of the generator (../shared/check/match; else one made here), peers beside on a part of
# the same log, each rate with the building of its matcher; gz, zst, xz and bz2 beside their own decompressors; two cores beside one; the worst inputs known.
# Rates are bytes by seconds of processor, so that others on the machine disturb little. BENCH_SMOKE=1: seconds, not minutes. SIZES="1k 1M": only these.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
smoke=${BENCH_SMOKE:-} bytes=512M part=67108864 blob=67108864 limit=300 memory=10000000 search=60
sizes=${SIZES:-1k 10k 100k 1M 10M}
[ -z "$smoke" ] || { bytes=2M part=1000000 blob=1000000 memory=unlimited search=1 sizes="1k 10k"; }
check=../../../shared/check/match/gen_logs.c sets=../../../shared/data/indicators/sets
bench=$BENCH_BUILD/bench/bench_match spent=$BENCH_BUILD/bench/spent
has() { command -v "$1" > /dev/null || { echo "$1: not installed, no peer printed"; return 1; }; }
# rate FILE COMMAND...: MB/s of processor time and peak memory of the whole program, which may take $limit seconds and 10 GB
rate() {
  local size used status=0; size=$(stat -L -c %s "$1"); shift
  (ulimit -v "$memory"; exec timeout "$limit" "$spent" "$@") > "$work/out" 2> "$work/used" || status=$?
  [ $status -lt 2 ] || { echo "- (status $status: over $limit s or 10 GB)"; return; } # 1 of grep and its like: no line
  used=$(tail -n 1 "$work/used")
  awk -v n="$size" -v u="$used" 'BEGIN { split(u, x, " "); printf "%.0f MB/s, %.2f s, %.0f MB", n / 1e6 / (x[3] > 0 ? x[3] : 0.001), x[3], x[2] / 1024 }'
}

# --- lists and a log ------------------------------------------------------------------------------------------------
made() { # made COUNT: a list of that many values
  awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) { h = (i * 2654435761) % 4294967296
    if (i % 10 < 6) printf "domain\tn%x-%d.%s\n", h, i, i % 3 ? "example.com" : "zz" i % 9973 ".net"
    else if (i % 10 < 9) printf "ipv4\t%d.%d.%d.%d\n", 11 + i % 190, int(h / 65536) % 256, int(h / 256) % 256, int(i / 190) % 256
    else printf "sha256\t%08x%08x%08x%08x%08x%08x%08x%08x\n", h, i, h, i, i, h, i, h } }'
}
for s in $sizes; do
  if [ -f "$sets/$s.tsv.zst" ]; then zstd -q -d "$sets/$s.tsv.zst" -o "$work/$s"
  else
    { [ ! -f "$sets/1M.tsv.zst" ] || [ "$s" != 10M ] || zstd -q -dc "$sets/1M.tsv.zst"; made "$(echo "$s" | sed 's/k$/000/; s/M$/000000/')"; } > "$work/$s"
  fi
done
most=$(echo "$sizes" | tr ' ' '\n' | grep -v 10M | tail -n 1); most=${most:-10M}
if [ -f "$check" ]; then
  cc -D_GNU_SOURCE -O2 -w -o "$work/gen_logs" "$check"
  zstd -q -d "$sets/benign_hosts.txt.zst" -o "$work/benign"
  "$work/gen_logs" -i "$work/$most" -p "$work/$most" -w "$work/benign" -s 98765432101234567 -b "$bytes" -r 1000 -n 1000 -o "$work/log" -t "$work/truth" 2> /dev/null
else
  echo "the generator is not beside this tree: a simpler log"
  awk -v most="$(echo "$bytes" | sed 's/M$/000000/')" 'BEGIN { srand(1); while (n < most) { r = rand()
    if (r < .5) l = sprintf("%d.%03d %d 10.%d.%d.%d TCP_MISS/200 %d GET http://www.site%d.example.org/path/%x/index.html?id=%d - HIER_DIRECT/93.184.%d.%d text/html", 15e8 + n / 99, rand() * 999, rand() * 900, rand() * 64, rand() * 256, rand() * 256, rand() * 9e4, rand() * 5e4, rand() * 1e9, rand() * 999, rand() * 256, rand() * 256)
    else l = sprintf("{\"ts\":%d.25,\"id.orig_h\":\"10.%d.%d.%d\",\"id.resp_h\":\"%d.%d.%d.%d\",\"sha256\":\"%08x%08x%08x%08x%08x%08x%08x%08x\",\"server_name\":\"cdn%d.site.example\"}", 15e8 + n / 99, rand() * 64, rand() * 256, rand() * 256, 20 + rand() * 90, rand() * 256, rand() * 256, rand() * 256, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 5e4)
    print l; n += length(l) + 1 } }' > "$work/log"
fi
head -c "$part" "$work/log" > "$work/part"
echo "log: $(stat -c %s "$work/log") bytes, peers read the first $(stat -c %s "$work/part")"

# --- ours -----------------------------------------------------------------------------------------------------------
for s in $sizes; do
  echo "vigie $s, pack: $(rate "$work/$s" "$VIGIE" --quiet intel pack --indicators "$work/$s" -o "$work/$s.pack"), file $(stat -c %s "$work/$s.pack") bytes"
  echo "vigie $s, scan in memory: $("$bench" "$work/$s.pack" "$work/log" best | awk '{ print $2 " MB/s, " $3 " hits" }')"
  echo "vigie $s, whole program: $(rate "$work/log" "$VIGIE" --quiet match --threads 1 --count --pack "$work/$s.pack" "$work/log")"
done
echo "engines, $most:"; "$bench" "$work/$most.pack" "$work/log" | sed 's/^/  /; s/$/ (MB\/s; hits, lines or a byte)/'
# One thread and two in turn, the best of seven of each: others on the machine take from the second core first.
for i in $(seq 7); do for n in 1 2; do echo "$n $("$spent" "$VIGIE" --quiet match --threads $n --count --pack "$work/$most.pack" "$work/log" 2>&1 > /dev/null | tail -n 1)"; done; done |
  awk -v load="$(cut -d ' ' -f 1 /proc/loadavg)" -v cores="$(nproc)" '!($1 in w) || $2 < w[$1] { w[$1] = $2; c[$1] = $4 }
    END { printf "wall, one thread %.3f s (processor %.3f), two %.3f s (%.3f): %.2f times, %d cores, load %s\n", w[1], c[1], w[2], c[2], w[1] / (w[2] > 0 ? w[2] : 0.001), cores, load }'
# Compressed logs: wall and processor seconds of the whole program (the pack is opened, the log is unpacked by one thread and scanned by another) beside
# those of the decompressor into /dev/null; the best of three of each, the two in turn.
timed() { "$spent" "$@" 2>&1 > /dev/null | tail -n 1 | awk '{ print $1, $3 }'; }
for z in gz:gzip zst:zstd xz:xz bz2:bzip2; do
  has "${z#*:}" || continue
  "${z#*:}" -c "$work/part" > "$work/part.${z%:*}"
  for i in 1 2 3; do
    echo "ours $(timed "$VIGIE" --quiet match --count --pack "$work/$most.pack" "$work/part.${z%:*}")"
    echo "theirs $(timed "${z#*:}" -dc "$work/part.${z%:*}")"
  done | awk -v z="$z" '!($1 in w) || $2 < w[$1] { w[$1] = $2; c[$1] = $3 } END { split(z, x, ":"); printf "log.%s: vigie %.2f s wall, %.2f s processor; %s alone %.2f s, %.2f s\n", x[1], w["ours"], c["ours"], x[2], w["theirs"], c["theirs"] }'
done
# A longer one: the opening of the pack weighs less.
if has zstd; then
  zstd -q -c "$work/log" > "$work/log.zst"
  for i in 1 2 3; do echo "ours $(timed "$VIGIE" --quiet match --count --pack "$work/$most.pack" "$work/log.zst")"; echo "theirs $(timed zstd -dc "$work/log.zst")"; done |
    awk '!($1 in w) || $2 < w[$1] { w[$1] = $2 } END { printf "the whole log.zst: vigie %.2f s wall, zstd alone %.2f s\n", w["ours"], w["theirs"] }'
  rm "$work/log.zst"
fi
echo "load $(cut -d ' ' -f 1 /proc/loadavg)"

# --- peers, whole program: building included ------------------------------------------------------------------------
if pkg-config --exists libhs 2> /dev/null; then cc -O2 -o "$work/peer_hs" peer_hs.c $(pkg-config --cflags --libs libhs); else echo "hyperscan or vectorscan: no headers (libhyperscan-dev), no peer printed"; fi
for s in $sizes; do
  [ "$s" != 10M ] || continue
  cut -f 2 "$work/$s" > "$work/values"
  echo "grep -F $s: $(rate "$work/part" grep -cFf "$work/values" "$work/part")"
  ! has rg || echo "ripgrep $s: $(rate "$work/part" rg -j1 -cFf "$work/values" "$work/part")"
  ! has awk || echo "awk hash join $s: $(rate "$work/part" awk 'NR == FNR { v[$0]; next } { n = split(tolower($0), w, /[^a-z0-9.:_-]+/); for (i = 1; i <= n; i++) if (w[i] in v) { hits++; break } } END { print hits }' "$work/values" "$work/part")"
  [ ! -x "$work/peer_hs" ] || timeout "$limit" "$work/peer_hs" "$work/values" "$work/part" | sed "s/^/hyperscan $s: /" || echo "hyperscan $s: - (over $limit s)"
  case $s in 1M) echo "yara $s: - (does not build)"; continue ;; esac
  ! has yara || { awk '{ gsub(/\\/, "\\\\"); gsub(/"/, "\\\"") } NR % 9000 == 1 { if (NR > 1) print "condition: any of them }"; print "rule r" int(NR / 9000) " { strings:" } { print "$s" NR " = \"" $0 "\"" } END { print "condition: any of them }" }' "$work/values" > "$work/y"
    echo "yara $s: $(rate "$work/part" yara "$work/y" "$work/part")"; }
done

# --- the worst that is known ----------------------------------------------------------------------------------------
shape() { (set +o pipefail; yes -- "$1" | tr -d '\n' | head -c "$blob" > "$work/shape"); echo "input of \"$1\": $("$bench" "$work/$most.pack" "$work/shape" best | awk '{ print $2 " MB/s, " $3 " hits" }')"; }
value=$(awk -F '\t' '$1 == "domain" { print $2; exit }' "$work/$most"); address=$(awk -F '\t' '$1 == "ipv4" { print $2; exit }' "$work/$most"); file=$(awk -F '\t' '$1 == "domain" && $2 ~ /^[^.]*\.(sh|cc|zip)$/ { print $2; exit }' "$work/$most"); url=$(awk -F '\t' '$1 == "url" { print $2; exit }' "$work/$most")
for s in a . a. ' a.b' ':' '::' '1:' '1:2:3:4:5:6:7' '[.]' 'a[.' '(dot' 'a.b[.]c ' 'a{.}b ' $'\xc3\xa9.a ' '\' '%2e' 'a%d' '%c3%a9' '06 12 34 ' 1. ' 1.2.3.4' '0123456789abcdef' $'\xc3\xa9.' ' http://' 'a@a.' " $value" "x.$value." " $address" "/${file:-none}#" "${url:+ http://$url}" "${url:+ http://$url/z}"; do [ -z "$s" ] || shape "$s"; done; shape $'ga\xc3\xa91.8'"${value#*.}/@" # letters of another script before a listed name, no space
head -c "$blob" /dev/urandom > "$work/shape"; echo "random bytes: $("$bench" "$work/$most.pack" "$work/shape" best | awk '{ print $2 " MB/s" }')"
head -c "$((blob / 2))" "$work/log" | tr -d '\200-\377' | iconv -f ASCII -t UTF-16LE > "$work/shape"; echo "the log as UTF-16LE: $("$bench" "$work/$most.pack" "$work/shape" best | awk '{ print $2 " MB/s, " $3 " hits" }')"
(set +o pipefail; cat /usr/bin/* /usr/lib/*/*.so* 2> /dev/null | head -c "$blob" > "$work/shape"); echo "programs of this machine: $("$bench" "$work/$most.pack" "$work/shape" best | awk '{ print $2 " MB/s, " $3 " hits" }')"
echo "the worst that a search of $search s finds, at 1, 8 and 64 MB (the same when the cost is linear):"; "$BENCH_BUILD/bench/worst_input" "$work/$most.pack" "$search" "$value" "$address" ${url:+"${url#*//}"} | sed 's/^/  /'
