#!/bin/sh
# make_disk.sh OUTDIR: makes OUTDIR/poste-compta.img and OUTDIR/poste-compta.expected.json, the seized disk of the story.
# A real raw disk: MBR, one NTFS and one ext4 volume, made by the usual tools on plain files; nothing is mounted, no root
# is needed, no network. The times on the disk count back from SOURCE_DATE_EPOCH, or from now.
# The environment may name the tools: NTFS_TREE (demo/tools), MKNTFS NTFSCP MKE2FS DEBUGFS SFDISK.
set -eu
LC_ALL=C.UTF-8 PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
umask 022

[ $# -eq 1 ] || { echo "usage: make_disk.sh OUTDIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
: "${NTFS_TREE:=$out/ntfs_tree}" "${MKNTFS:=mkntfs}" "${NTFSCP:=ntfscp}" "${MKE2FS:=mke2fs}" "${DEBUGFS:=debugfs}" "${SFDISK:=sfdisk}"
for tool in "$NTFS_TREE" "$MKNTFS" "$NTFSCP" "$MKE2FS" "$DEBUGFS" "$SFDISK"; do
  command -v "$tool" >/dev/null || { echo "make_disk.sh: $tool is missing (packages: ntfs-3g e2fsprogs fdisk)" >&2; exit 1; }
done
now=${SOURCE_DATE_EPOCH:-$(date +%s)}
work=$(mktemp -d "$out/.poste-compta.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

mib=1048576
ntfs_at=$mib ext_at=$((41 * mib)) volume_size=$((40 * mib))
ntfs=$work/ntfs ext=$work/ext planted=$work/planted.tsv
mkdir "$ntfs" "$ext"
: >"$planted"
: >"$work/ntfs.script"

# run COMMAND...: quiet while it succeeds, everything it said when it fails
run() {
  if ! "$@" >"$work/said" 2>&1; then
    echo "make_disk.sh: this failed: $*" >&2
    cat "$work/said" >&2
    exit 1
  fi
}

# plant VOLUME PATH STATE AGE INDICATORS RULES < content
#   STATE is kept or deleted; AGE in seconds before now; INDICATORS "type=value type=value" and RULES "a b", "-" for none
plant() {
  root=$ntfs
  [ "$1" = ntfs ] || root=$ext
  mkdir -p "$root${2%/*}"
  cat >"$root$2"
  touch -d "@$((now - $4))" "$root$2"
  sum=$(sha256sum <"$root$2")
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$(wc -c <"$root$2" | tr -d ' ')" "${sum%% *}" "$5" "$6" >>"$planted"
  if [ "$1" = ntfs ]; then
    printf 'time\t%s\t%d\t%d\t%d\n' "$2" $((now - $4)) $((now - $4)) $((now - $4 + 60)) >>"$work/ntfs.script"
  fi
}

# stamp AGE FORMAT: a time of the story as text
stamp() { date -u -d "@$((now - $1))" "+$2"; }

# --- several hundred ordinary files of this machine, none of which mentions a listed value
wanted=420
cut -d, -f2 "$here/intel/zone-list.csv" | sed 1d >"$work/avoid"
cat >>"$work/avoid" <<'END'
vqx7dzrelais
hk3wzqlmur
pzt9xwqend
xk4tzwqvoru
84.205.
93.175.
posteo.net
me-doc.com
mssecsvc
tasksche
perfc.dat
wnry
bitcoin
eicar
wevtutil
vssadmin
shadowcopy
deletejournal
Clear-EventLog
AutoOpen
Document_Open
Workbook_Open
END
: >"$work/all"
for dir in /usr/share/doc /usr/share/common-licenses /usr/share/man /usr/share/perl /usr/share/perl5 /usr/include /usr/share; do
  [ "$(wc -l <"$work/all")" -lt "$wanted" ] || break
  [ -d "$dir" ] || continue
  find "$dir" -type f -readable -size +0 -size -65 ! -name '*[]:*?"<>|\\[[:space:][]*' 2>/dev/null | LC_ALL=C sort | head -n 4000 >"$work/seen"
  xargs -r -d '\n' grep -LFiaf "$work/avoid" -- <"$work/seen" >>"$work/all" 2>/dev/null || true
done
LC_ALL=C sort -u -o "$work/all" "$work/all"
awk -v want="$wanted" '{ line[NR] = $0 } END {
  step = NR > want ? NR / want : 1
  for (i = 0; i < want && int(i * step) < NR; i++) print line[int(i * step) + 1]
}' "$work/all" >"$work/chosen"
[ "$(wc -l <"$work/chosen")" -ge 300 ] || { echo "make_disk.sh: fewer than 300 readable files under /usr/share and /usr/include" >&2; exit 1; }
mkdir -p "$ntfs/Users/compta/Documents/Notices" "$ntfs/Users/Public/Aide" "$ntfs/Program Files/Gestion" "$ext/nas/notices/a" "$ext/nas/notices/b"
n=0
while IFS= read -r file; do
  n=$((n + 1))
  name=$(printf '%03d-%s' "$n" "${file##*/}" | cut -c1-120)
  case $((n % 5)) in
    0) to=$ntfs/Users/compta/Documents/Notices ;;
    1) to=$ext/nas/notices/a ;;
    2) to=$ntfs/Users/Public/Aide ;;
    3) to=$ext/nas/notices/b ;;
    4) if [ $((n % 2)) -eq 0 ]; then to="$ntfs/Program Files/Gestion"; else to=$ext/nas/notices/a; fi ;;
  esac
  cp "$file" "$to/$name"
  touch -d "@$((now - 8640000 - n * 40961))" "$to/$name"
done <"$work/chosen"

# --- what the story puts there
. "$here/disk_story.sh"

# --- the NTFS volume: folders one by one (an empty file that becomes a folder), files, then times and deletions
truncate -s "$volume_size" "$work/ntfs.img"
run "$MKNTFS" -q -Q -F -s 512 -c 4096 -p $((ntfs_at / 512)) -H 255 -S 63 -L Windows "$work/ntfs.img"
: >"$work/empty"
(cd "$ntfs" && find . -mindepth 1 -type d | sed 's/^\.//' | LC_ALL=C sort) >"$work/dirs"
while IFS= read -r dir; do
  run "$NTFSCP" -q "$work/ntfs.img" "$work/empty" "$dir"
  printf 'mkdir\t%s\n' "$dir" | "$NTFS_TREE" "$work/ntfs.img"
done <"$work/dirs"
(cd "$ntfs" && find . -type f | sed 's/^\.//' | LC_ALL=C sort) >"$work/files"
while IFS= read -r file; do
  run "$NTFSCP" -q -t "$work/ntfs.img" "$ntfs$file" "$file"
done <"$work/files"
{
  printf 'serial\t5A1E561E20180001\nage\t%d\t%d\n' $((now - 864000)) 31536000
  cat "$work/ntfs.script"
  awk -F '\t' '$1 == "ntfs" && $3 == "deleted" { print "rm\t" $2 }' "$planted"
} | "$NTFS_TREE" "$work/ntfs.img"

# --- the ext4 volume: mke2fs fills it, debugfs deletes
ln -s ../notices "$ext/nas/compta/notices"
truncate -s "$volume_size" "$work/ext.img"
uuid=5a1e561e-2018-4001-8e56-76696769654d
E2FSPROGS_FAKE_TIME=$((now - 172800))
export E2FSPROGS_FAKE_TIME
run "$MKE2FS" -q -F -t ext4 -b 4096 -N 2048 -L SAUVEGARDE -U "$uuid" -E "root_owner=0:0,hash_seed=$uuid,lazy_itable_init=0" -d "$ext" "$work/ext.img"
awk -F '\t' '$1 == "ext4" && $3 == "deleted" { print "rm \"" $2 "\"" }' "$planted" >"$work/rm"
run "$DEBUGFS" -w -f "$work/rm" "$work/ext.img"
if grep -q 'not found' "$work/said"; then cat "$work/said" >&2; exit 1; fi
unset E2FSPROGS_FAKE_TIME

# --- the disk
truncate -s $((82 * mib)) "$work/disk.img"
printf 'label: dos\nlabel-id: 0x56494749\nunit: sectors\n%d,%d,7,*\n%d,%d,83\n' $((ntfs_at / 512)) $((volume_size / 512)) \
  $((ext_at / 512)) $((volume_size / 512)) >"$work/table"
run sh -c '"$1" -q --no-reread --no-tell-kernel "$2" <"$3"' sh "$SFDISK" "$work/disk.img" "$work/table"
run dd if="$work/ntfs.img" of="$work/disk.img" bs=$mib seek=1 conv=notrunc,sparse
run dd if="$work/ext.img" of="$work/disk.img" bs=$mib seek=41 conv=notrunc,sparse

# --- what a right analysis finds
count() { (cd "$1" && find . -mindepth 1 -type "$2" | wc -l | tr -d ' '); }
gone() { awk -F '\t' -v v="$1" '$1 == v && $3 == "deleted"' "$planted" | wc -l | tr -d ' '; }
sum=$(sha256sum <"$work/disk.img")
{
  printf '{"image":"poste-compta.img","bytes":%d,"sha256":"%s","sector_size":512,"base_time":%d,\n' $((82 * mib)) "${sum%% *}" "$now"
  printf ' "volumes":[\n  {"volume":%d,"bytes":%d,"file_system":"ntfs","label":"Windows","files":%d,"directories":%d,"deleted":%d},\n' \
    "$ntfs_at" "$volume_size" $(($(count "$ntfs" f) - $(gone ntfs))) "$(count "$ntfs" d)" "$(gone ntfs)"
  printf '  {"volume":%d,"bytes":%d,"file_system":"ext4","label":"SAUVEGARDE","files":%d,"directories":%d,"deleted":%d}],\n "planted":[\n' \
    "$ext_at" "$volume_size" $(($(count "$ext" f) - $(gone ext4))) "$(count "$ext" d)" "$(gone ext4)"
  awk -F '\t' -v ntfs="$ntfs_at" -v ext="$ext_at" -v odd="$odd_path_b64" '
    function list(text, pairs,   part, n, i, at, s) {
      n = text == "-" ? 0 : split(text, part, " ")
      for (i = 1; i <= n; i++) {
        s = s (i > 1 ? "," : "")
        at = index(part[i], "=")
        s = s (pairs ? "{\"type\":\"" substr(part[i], 1, at - 1) "\",\"value\":\"" substr(part[i], at + 1) "\"}" : "\"" part[i] "\"")
      }
      return "[" s "]"
    }
    {
      path = "\"path\":\"" $2 "\""
      if ($2 ~ /\.zip$/) path = path ",\"packed\":true"
      if ($2 ~ /ODD/) path = "\"path\":null,\"path_b64\":\"" odd "\""
      printf "%s  {\"volume\":%d,\"file_system\":\"%s\",%s,\"deleted\":%s,\"size\":%d,\"sha256\":\"%s\",\"indicators\":%s,\"rules\":%s}",
        (NR > 1 ? ",\n" : ""), ($1 == "ntfs" ? ntfs : ext), $1, path, ($3 == "deleted" ? "true" : "false"), $4, $5, list($6, 1), list($7, 0)
    }
    END { print "]}" }' "$planted"
} >"$work/expected.json"

chmod 0644 "$work/disk.img" "$work/expected.json"
mv -f "$work/disk.img" "$out/poste-compta.img"
mv -f "$work/expected.json" "$out/poste-compta.expected.json"
