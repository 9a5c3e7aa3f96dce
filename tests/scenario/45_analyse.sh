#!/bin/bash
# What an analysis lists is what The Sleuth Kit lists, file by file and hash by hash; every planted trace is found, and nothing else;
# damage is named and the rest goes on.
set -euo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export HOME="$d/nobody"; unset VIGIE_HOME
DEMO=${DEMO:-$(dirname "$VIGIE")/demo}
v() { "$VIGIE" --lang en "$@"; }
status() { local want=$1; shift; local got=0; "$@" > "$d/out" 2> "$d/err" || got=$?; [ $got = "$want" ] || { echo "status $got, not $want: $*"; tail -n 20 "$d/out" "$d/err"; exit 1; }; }
says() { grep -qF -- "$1" "$d/err" || { echo "stderr lacks: $1"; cat "$d/err"; exit 1; }; }
same() { cmp -s "$1" "$2" || { echo "$3 differ:"; diff "$1" "$2" | head -n 20; exit 1; }; }
plain() { tr '\r' '^' | LC_ALL=C sed -E 's/[\x80-\xff]+/?/g' | LC_ALL=C sort; } # fls writes ^ for a control character

# Against fls and icat, one image: names, inodes, deleted or not, and each content's SHA-256.
agrees() {
  local image=$1 volume at
  "$VIGIE" --lang en --json analyse "$image" > "$d/all" 2> /dev/null || [ $? = 3 ]
  jq -r 'select(.kind == "volume" and .file_system) | .volume' "$d/all" > "$d/volumes"
  [ -s "$d/volumes" ] || { echo "no volume in $image"; exit 1; }
  while read -r volume; do
    at=$((volume / 512))
    fls -r -p -o $at "$image" | LC_ALL=C sed -E 's/^[^ ]+ (\* )?([^(:]+)(\(realloc\))?:\t(.*)$/\2\t\/\4\t\1/' | plain > "$d/fls"
    jq -r --argjson v "$volume" 'select(.kind == "file" and .volume == $v) | .inode + "\t" + .path + "\t" + (if .allocated then "" else "* " end)' "$d/all" | plain > "$d/ours"
    same "$d/fls" "$d/ours" "files of $image at $volume"
    jq -r --argjson v "$volume" 'select(.kind == "file" and .volume == $v and .sha256) | .inode + "\t" + .sha256' "$d/all" | sort -u > "$d/hashes"
    while IFS=$'\t' read -r inode sha; do
      [ "$(icat -o $at "$image" "$inode" 2> /dev/null | sha256sum | cut -c1-64)" = "$sha" ] || { echo "$image: inode $inode differs from icat"; exit 1; }
    done < "$d/hashes"
    compared=$((compared + $(wc -l < "$d/fls"))) hashed=$((hashed + $(wc -l < "$d/hashes")))
  done < "$d/volumes"
}
compared=0 hashed=0
if command -v fls > /dev/null; then
  agrees "$DEMO/poste-compta.img"
  media=$SOURCE/../shared/data/media/images
  [ -d "$media" ] || media=$SOURCE/../../shared/data/media/images
  if [ -d "$media" ] && command -v unzip > /dev/null; then
    for z in "$media"/*.zip; do unzip -oq "$z" -d "$d/$(basename "$z" .zip)"; done
    for z in "$media"/*.raw.gz; do zcat "$z" > "$d/$(basename "$z" .gz)"; done
    while IFS= read -r image; do agrees "$image"; done < <(find "$d" -name '*.dd' -o -name '*.raw'; ls "$media"/*.raw "$media"/*.dd "$media"/*.E01)
  else echo "skip: the shared images or unzip are not here"; fi
  echo "$compared files and $hashed contents agree with fls and icat"
else echo "skip: sleuthkit is not installed"; fi

# What was planted on the demonstration disk: size, hash, deleted or not, rules, and exactly the listed values.
v --home "$d/home" init > /dev/null
for f in "$DEMO"/intel/*.json "$DEMO"/intel/*.csv; do v --home "$d/home" intel import "$f" > /dev/null 2>&1; done
v --home "$d/home" intel pack -o "$d/pack" > /dev/null
status 0 v --json analyse "$DEMO/poste-compta.img" --pack "$d/pack" --rules "$DEMO/rules"
cp "$d/out" "$d/found"
says "no instance"
jq -c '.planted[] | {volume, path: (.path // (.path_b64 | @base64d)), allocated: (.deleted | not), size, sha256}' "$DEMO/poste-compta.expected.json" | sort > "$d/want"
jq -c --slurpfile e "$DEMO/poste-compta.expected.json" '($e[0].planted | map(.path // (.path_b64 | @base64d))) as $p
  | select(.kind == "file") | select(.path as $x | $p | index($x)) | {volume, path, allocated, size, sha256}' "$d/found" | sort > "$d/got"
same "$d/want" "$d/got" "planted files"
jq -r '.planted[] | select(.packed | not) | (.path // "latin") as $p | (.indicators[].value, .rules[]) | [$p, .] | @tsv' "$DEMO/poste-compta.expected.json" | sort -u > "$d/want"
cut -f 1 "$d/want" | sort -u > "$d/paths"
jq -r 'select(.kind == "hit" and .path) | [.path, .rule // .indicator] | @tsv' "$d/found" | sort -u | awk -F '\t' 'NR == FNR { p[$1]; next } $1 in p' "$d/paths" - > "$d/got"
same "$d/want" "$d/got" "values and rules in planted files"
[ "$(jq -s '[.[] | select(.kind == "file" and .entry == "file" and .path[0:2] != "/$" and .allocated)] | length' "$d/found")" = "$(jq '[.volumes[].files] | add' "$DEMO/poste-compta.expected.json")" ]
jq -e -s '[.[] | select(.kind == "hit" and .path == "/Users/compta/Documents/Archives/inventaire.dat") | .offset] == [1048559]' "$d/found" > /dev/null
jq -e -s '[.[] | select(.kind == "hit" and .place == "unallocated")] | length > 0' "$d/found" > /dev/null
jq -e -s '[.[] | select(.kind == "indicator" and .path == "/Users/compta/AppData/Local/Mail/Facture_2017-0612.eml" and .type == "url") | [.value, .count]] | sort
  == [["http://depot-factures.hk3wzqlmur.com/f/2017-0612.html", 2], ["http://maj-securite-poste.vqx7dzrelais.net/kb/4012598/poste.php", 1]]' "$d/found" > /dev/null
jq -e -s '[.[] | select(.path_b64)] | length > 0' "$d/found" > /dev/null
jq -e -s '[.[] | select(.kind == "event" and .path == "/nas/compta/vide")] | length > 0' "$d/found" > /dev/null

# Damage is named, the rest goes on.
status 3 v --json analyse "$DEMO/bad/damaged-table.img"
[ "$(jq -s -c '[.[] | select(.kind == "volume") | .volume]' "$d/out")" = '[1048576,42991616]' ]
[ "$(jq -s '[.[] | select(.kind == "file" and .sha256)] | length' "$d/out")" = "$(jq -s '[.[] | select(.kind == "file" and .sha256)] | length' "$d/found")" ]
status 3 v --json analyse "$DEMO/bad/truncated.img"
jq -e -s '[.[] | select(.problem == "analysis.volume_beyond")] | length == 1' "$d/out" > /dev/null
jq -e -s '[.[] | select(.kind == "file" and .sha256)] | length > 10' "$d/out" > /dev/null
status 3 v --json analyse "$DEMO/bad/not-a-disk.img"
[ "$(jq -r 'select(.kind == "file") | .sha256' "$d/out")" = "$(sha256sum < "$DEMO/bad/not-a-disk.img" | cut -c1-64)" ]
printf 'rule broken { condition: nothing }\n' > "$d/broken.yar"
status 3 v --json analyse "$DEMO/bad/not-a-disk.img" --rules "$d/broken.yar" --rules "$DEMO/rules"
jq -e -s '[.[] | select(.problem == "analysis.bad_rules" and (.message | test("broken.yar.*line 1")))] | length == 1' "$d/out" > /dev/null
# rules are told the name of the file that they look at
printf 'rule vqx_name { condition: filename == "Not-a-disk.IMG" and extension == ".img" and filepath == "/in" and owner == "" }\n' > "$d/named.yar"; mkdir -p "$d/named/in"; cp "$DEMO/bad/not-a-disk.img" "$d/named/in/Not-a-disk.IMG"; cp "$DEMO/bad/not-a-disk.img" "$d/named/in/other.img"
v --json analyse "$d/named" --rules "$d/named.yar" > "$d/out"
[ "$(jq -r 'select(.rule == "vqx_name") | .path' "$d/out" | grep -c Not-a-disk.IMG)" = 1 ]; [ "$(jq -r 'select(.rule == "vqx_name") | .path' "$d/out" | wc -l)" = 1 ]
head -c 30000 /dev/urandom > "$d/cut.E01"; printf 'EVF\t\r\n\377\0' | dd of="$d/cut.E01" conv=notrunc status=none
status 1 v analyse "$d/cut.E01"; says "cut or damaged E01"
status 1 v analyse "$d/nothing"; says "No such file"
status 2 v analyse; status 2 v analyse "$d/pack" --only pictures; status 2 v analyse "$d/pack" --case X

# A plain file, and a directory with a link to itself, a pipe and a deep tree.
mkdir -p "$d/dir/sub"; echo 'see maj-securite-poste.vqx7dzrelais.net' > "$d/dir/note.txt"; : > "$d/dir/empty"
ln -s . "$d/dir/loop"; mkfifo "$d/dir/pipe"; printf 'm\0a\0j\0-\0s\0e\0c\0u\0r\0i\0t\0e\0-\0p\0o\0s\0t\0e\0.\0v\0q\0x\0007\0d\0z\0r\0e\0l\0a\0i\0s\0.\0n\0e\0t\0' > "$d/dir/sub/wide"
status 0 v --json analyse "$d/dir/note.txt" --pack "$d/pack"
jq -e -s '[.[] | select(.kind == "hit") | .offset] == [4]' "$d/out" > /dev/null
(cd "$d/dir/sub" && for i in $(seq 300); do mkdir x && cd x; done)
status 0 v --json analyse "$d/dir" --pack "$d/pack" --skip event
[ "$(jq -s '[.[] | select(.kind == "file")] | length' "$d/out")" = 306 ]
[ "$(jq -r 'select(.kind == "hit" and .place == "content") | .path' "$d/out" | sort | tr '\n' ' ')" = '/note.txt /sub/wide ' ]

# A directory that contains itself ends, is named, and hides nothing that stands beside it; so does a file longer than any disk.
mkdir -p "$d/made/a/b"; echo after > "$d/made/a/z"; echo deep > "$d/made/a/b/y"; truncate -s 3T "$d/made/long"
truncate -s 4M "$d/loop.img"; mke2fs -q -F -t ext4 -d "$d/made" "$d/loop.img"
printf 'ln <12> /loop\nln a /a/b/again\nln a /a/me\n' > "$d/commands"; debugfs -w -f "$d/commands" "$d/loop.img" > /dev/null 2>&1
status 3 v --json analyse "$d/loop.img"
jq -e -s '[.[] | select(.problem == "analysis.loop")] | length >= 1' "$d/out" > /dev/null
jq -e -s '[.[] | select(.problem == "analysis.too_long" and .path == "/long")] | length == 1' "$d/out" > /dev/null
jq -e -s '[.[] | select(.kind == "file" and .path == "/a/z" and .sha256)] | length == 1' "$d/out" > /dev/null

# Recorded: rows, sightings of the case's organisation, one entry in the ledger that stays intact; a wrong reference fails before the work.
h() { v --home "$d/home" "$@"; }
h org add --name Essai --siren 000560011 --department 56 --naf C > /dev/null
incident=$(h --json incident add --org Essai --kind intrusion --summary essai --happened 2026-11-20 --known 2026-11-21 | jq -r .id)
h case open --incident "$incident" --ref T-1 --frame flagrance --offence CP323-2-1 > /dev/null
h exhibit add --case T-1 --description Disque --medium disque --serial 1 --seal T-1-01 > /dev/null
status 1 h analyse "$DEMO/poste-compta.img" --case T-2 --exhibit T-1/1
status 0 h analyse "$DEMO/poste-compta.img" --rules "$DEMO/rules" --case T-1 --exhibit T-1/1
says "analysis recorded"
grep 'maj-securite-poste.vqx7dzrelais.net' "$d/out" > /dev/null # the instance's own values, without a pack
[ -z "$(ls "$d/home/packs")" ]
# The timeline is what mactime makes of the body file.
h timeline --case T-1 | awk '{ print substr($0, 1, 20) "\t" substr($0, 23, 4) "\t" substr($0, 29) }' | plain > "$d/ours"
[ "$(wc -l < "$d/ours")" -gt 1000 ]
cut -c 1-20 "$d/ours" | sort -c
if command -v mactime > /dev/null; then
  h timeline --case T-1 --body | LC_ALL=C grep -av ":[\$]" > "$d/body"
  mactime -b "$d/body" -y -d | sed 1d | LC_ALL=C sed -E 's/^([^,]+),[^,]*,([^,]+),[^"]*"(.*)"$/\1\t\2\t\3/; s/ \(deleted\)$//' | plain > "$d/theirs"
  same "$d/theirs" "$d/ours" "events of mactime and of the timeline"
fi
[ "$(h timeline --case T-1 --from 2100-01-01 | wc -l)" = 0 ]
status 1 h timeline --case T-2
h --json ledger list | grep '"analysis.done"' > /dev/null
h --json ledger verify | grep '"ok":true' > /dev/null
echo ok
