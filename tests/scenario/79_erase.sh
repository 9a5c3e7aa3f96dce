#!/bin/bash
# A case is erased with proof: only when its time is over or by an order, by an administrator, with a motive; its texts are nowhere in the store's files
# after it, both chains prove as before, its number is not given again, and the other laptops erase it at the next merge, whatever comes first.
set -eu
. "$(dirname "$0")/merge.bash"
id() { sed "s/.*\"id\":\"\($1--[^\"]*\)\".*/\1/"; }
export VIGIE_NOW=2016-03-01T10:00:00Z
names="one two three"
for h in $names; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
export VIGIE_NOW=2016-03-02T10:00:00Z
for h in $names; do for o in $names; do [ $h = $o ] || on $h merge trust $o --key "$(key $o)" 2>/dev/null; done; done
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" 2>/dev/null; }
take() { on "$1" merge import "$dir/$2.events" >"$dir/out" 2>&1 || [ $? = 3 ] || { cat "$dir/out" >&2; fail "$1 does not take $2"; }; }
# A word of its own in each text that a case may hold: quw01, quw02, ...
words="zerbrocken Quibervel lamproie estragoncle vertugade ramponneau turlupinade $(seq -f quw%02g 1 46)"
gone() { # gone HOME: none of the words is in any file of the store, nor folded, nor as an image of a free page
  for w in $words; do
    if grep -rqai "$w" "$dir/$1"/vigie.db*; then grep -rlai "$w" "$dir/$1" >&2; fail "$w is still on disk of $1"; fi
  done
}
for h in one two; do on $h org add --name Lynx --siren 732829320 --department 35 --naf C --size PME >/dev/null; done
on one org add --name Loutre --siren 000560011 --department 35 --naf C --size PME >/dev/null
on one referent add --name Jeanne --zone EST --role investigator --login jeanne --from 2016-01-01T00:00:00Z >/dev/null
export VIGIE_NOW=2016-03-04T10:00:00Z
i=$(on one --json incident intake --org Lynx --kind ransomware --summary "zerbrocken files" --contact "quw01" --happened 2016-03-04T06:00:00Z --known 2016-03-04T08:00:00Z | id incident)
c=$(on one --json case open --incident "$i" --frame flagrance --offence CP323-2-1 | id case)
ref=$(on one --json case show "$c" | sed 's/.*"ref":"\([^"]*\)".*/\1/;q')
on one case party "$c" --category witness --basis fact --name "Quibervel Marchand" --detail "quw02 of quw03.net" >/dev/null
on one case finding "$c" --type declared --source quw04 --text "a lamproie in the pond, evil.net" >/dev/null
f=$(on one --json case finding "$c" --type declared --source quw05 --text quw06 | id finding)
on one case withdraw "$f" --reason quw07 >/dev/null
r=$(on one --json incident refer "$i" --to bank --reason quw08 | id referral)
on one incident outcome "$r" --text quw09 >/dev/null
on one incident clock "$i" CNIL72 --reopen --reason quw10 >/dev/null
t=$(on one --json task add --about "$ref" --what quw11 --to quw12 | id task)
on one task set "$t" --state done --outcome quw13 >/dev/null
a=$(on one --json act plan --case "$c" --kind search --place quw14 --object quw15 | id act)
on one act authority "$a" --by opj --ref quw16 --name quw17 >/dev/null
on one act attend "$a" --role occupant --name quw18 --quality quw19 --signature signed >/dev/null
on one act start "$a" --quality opj --motive quw20 >/dev/null
on one act end "$a" --result quw21 >/dev/null
a=$(on one --json act plan --case "$c" --kind requisition --to quw22 --object quw23 --article quw24 | id act)
on one act authority "$a" --by opj --ref quw25 >/dev/null
on one act start "$a" --quality opj >/dev/null
on one act answer "$a" --text quw26 >/dev/null
a=$(on one --json act plan --case "$c" --kind requisition --to quw27 --object quw28 | id act)
on one act cancel "$a" --reason quw29 >/dev/null
n=$(on one --json case note "$c" --text "call the estragoncle" | id note)
on one case note "$c" --revise "$n" --text "call the vertugade" >/dev/null
e=$(on one --json exhibit add --case "$c" --description "ramponneau laptop" --medium disk --serial quw30 --seal quw31 | id exhibit)
on one exhibit move "$e" --what transferred --to quw32 --place quw33 --reason quw34 >/dev/null
"$VIGIE" --home "$dir/one" --lang en --as jeanne case ask "$ref" --motive quw35 >/dev/null
on one case decide "$(on one --json case access "$ref" | id access)" --grant --motive quw36 >/dev/null
on one ledger consult "$c" --motive quw37 >/dev/null 2>&1
mkdir -p "$dir/files/quw39"; echo "to quw38.net" >"$dir/files/quw39/quw40.txt"; echo quw38.net >"$dir/list"
on one intel pack --indicators "$dir/list" -o "$dir/pack" 2>/dev/null
on one analyse "$dir/files" --pack "$dir/pack" --case "$ref" --exhibit "$ref/1" >/dev/null 2>&1
# Another case has one of its marks: what is said of the two of them stands in the other one's journal.
o=$(on one --json incident add --org Loutre --kind fraud --summary "another" --happened 2016-03-04T06:00:00Z --known 2016-03-04T08:00:00Z | id incident)
o=$(on one --json case open --incident "$o" --frame flagrance --offence CP323-2-1 | id case)
on one case finding "$o" --type observed --text "evil.net" >/dev/null
on one case strike "$(on one --json case links "$ref" | id link)" --reason quw41 >/dev/null
q=$(on one --json qualify open --type case --value "$ref" --question "whose turlupinade?" | id qualification)
on one qualify answer "$q" --verdict malicious --admiralty B2 --text quw42 >/dev/null
on one qualify decide "$q" --verdict malicious --motive quw43 >/dev/null
on one case state "$c" --to transmitted --reason quw44 --recipient quw45 >/dev/null 2>&1
on one case document "$c" --kind summary -o "$dir/summary.pdf" >/dev/null 2>&1 || true
if command -v sqlite3 >/dev/null; then # a copy that stayed where it is
  sqlite3 "$dir/one/vigie.db" "INSERT INTO evidence_image (pid, case_ref, exhibit_ref, path, segments, bytes, sector_size, md5, sha1, sha256, sha512, bad_sectors, made, made_by, away)
    VALUES ('image--01900000-0000-7000-8000-00000000abcd', '$ref', '', CAST('/evidence/disk1.E01' AS BLOB), 1, 512, 512, '', '', 'ab12', '', 0, 1, 'x', 1)"
fi
give one; take two one
looks two "$c"
has "$(on two --json case show "$c")" "Quibervel"
# Two writes about it and does not know yet; three has heard nothing.
on two case note "$c" --text "vertugade, says two" >/dev/null
give two
# Not before its time, not without a motive, not while it is held.
refused one case erase "$c" --motive "tidy"
has "$(cat "$dir/out")" "is not over"
on one case state "$c" --to closed --reason quw46 >/dev/null 2>&1
refused one case erase "$c" --motive "tidy"
[ -z "$(on one --json case due)" ] || fail "due at once"
export VIGIE_NOW=2024-06-01T10:00:00Z
has "$(on one --json case due)" "\"id\":\"$c\""
has "$("$VIGIE" --home "$dir/one" --lang fr --as anne case due)" "enquête de flagrance"
refused one ledger hold "$c-typed-wrong" --until 2024-06-02T00:00:00Z --motive "a hearing"
has "$(cat "$dir/out")" "the ledger says nothing about"
on one ledger hold "$ref" --until 2024-06-02T00:00:00Z --motive "a hearing" >/dev/null # a case by its number
refused one case erase "$c" --motive "time over"
has "$(cat "$dir/out")" "is held"
export VIGIE_NOW=2024-06-03T10:00:00Z
refused one case erase "$c"
if "$VIGIE" --home "$dir/one" --lang en --as jeanne case erase "$c" --motive x >"$dir/out" 2>&1; then fail "a referent erases"; fi
for w in $words; do grep -qai "$w" "$dir/one"/vigie.db* || fail "$w is not on disk to begin with: this proves nothing"; done
on one case erase "$c" --motive "time over, review of June" -o "$dir/proof.pdf" >/dev/null
gone one
[ "$(on one --json ledger list --subject "$o" | grep -c '"kind":"case.link')" = 2 ] || fail "the other case lost entries"
lacks "$(on one --json ledger list --subject "$o")" "$ref"
on one case show "$o" >/dev/null
refused one case show "$c" --motive "is it gone"
refused one qualify show "$q"
[ "$(head -c 4 "$dir/proof.pdf")" = %PDF ] || fail "no proof"
on one case erased "$ref" -o "$dir/proof.txt"
proof=$(cat "$dir/proof.txt")
for w in "$ref" "time over, review of June" anne "SHA-256"; do has "$proof" "$w"; done
command -v sqlite3 >/dev/null && has "$proof" "/evidence/disk1.E01"
for w in $words; do case $proof in *"$w"*) fail "$w in the proof" ;; esac; done
has "$(on one --json case erased)" '"rule":"retention"'
has "$(on one --json ledger list --act erase)" '"kind":"case.erased"'
on one ledger verify >/dev/null
# The file still proves its chain, and the text is not in it; what two wrote meanwhile does not come in.
give one
for w in $words; do if grep -qa "$w" "$dir/one.events"; then fail "$w leaves again"; fi; done
take one two
gone one
# Two erases when it learns; three hears of two's old file first, or last.
cp -r "$dir/three" "$dir/other"
take two one
gone two
refused two case show "$c" --motive "is it gone"
has "$(on two --json case erased)" "\"id\":\"$c\""
take three two; take three one
gone three
take other one; take other two
gone other
refused other case show "$c" --motive "is it gone"
for h in $names other; do on $h ledger verify >/dev/null; done
# A case that went on elsewhere stays there; it goes when its time is over there too.
export VIGIE_NOW=2024-06-03T11:00:00Z
j=$(on one --json incident add --org Lynx --kind ransomware --summary "goes on" --happened 2024-06-03T06:00:00Z --known 2024-06-03T08:00:00Z | id incident)
k=$(on one --json case open --incident "$j" --frame flagrance --offence CP323-2-1 | id case)
on one case state "$k" --to closed --reason "done" >/dev/null 2>&1
give one; take two one; take three one
export VIGIE_NOW=2029-01-01T10:00:00Z
on two case state "$k" --to reopened --reason "new facts" >/dev/null
export VIGIE_NOW=2032-06-03T10:00:00Z
on one case erase "$k" --motive "time over" >/dev/null
give one; take two one; take three one
on two case show "$k" --motive "is it there" >/dev/null || fail "a case that goes on is erased from elsewhere"
refused three case show "$k" --motive "is it gone"
export VIGIE_NOW=2049-06-03T10:00:00Z
take two one
refused two case show "$k" --motive "is it gone"
on two ledger verify >/dev/null
export VIGIE_NOW=2024-06-03T12:00:00Z
# Where copies lie does not travel; a file for one zone tells of the end all the same.
if grep -qa "disk1.E01" "$dir/one.events"; then fail "the path of a copy travels"; fi
on one merge export --for EST -o "$dir/east.events" 2>/dev/null
grep -qa '"kind":"case.erased"' "$dir/east.events" || fail "the zone does not learn of the erasure"
# The number is not given again.
i2=$(on one --json incident add --org Lynx --kind ransomware --summary "another" --happened 2024-06-03T06:00:00Z --known 2024-06-03T08:00:00Z | id incident)
refused one case open --incident "$i2" --frame flagrance --offence CP323-2-1 --ref "$ref"
# By an order, at once.
c2=$(on one --json case open --incident "$i2" --frame flagrance --offence CP323-2-1 | id case)
give one; take two one; take three one
on one case erase "$c2" --motive "decision" --order "TJ Rennes 24/113" >/dev/null
has "$(on one --json case erased)" 'TJ Rennes 24/113'
# An order is carried out where the case came from the instance that orders; from another one it waits for a person, unless its orders are to hold there.
give one; take two one; take three one
for h in two three; do refused $h case show "$c2" --motive "is it gone"; done
i3=$(on one --json incident add --org Lynx --kind fraud --summary "whose order" --happened 2024-06-03T06:00:00Z --known 2024-06-03T08:00:00Z | id incident)
c3=$(on one --json case open --incident "$i3" --frame flagrance --offence CP323-2-1 | id case)
c4=$(on one --json case open --incident "$i3" --again "another suspect" --frame flagrance --offence CP323-2-1 | id case)
give one; take two one; cp "$dir/one.events" "$dir/late.events"
on three merge trust two --key "$(key two)" --orders 2>/dev/null
has "$(on three --json merge status)" '"orders":true'
for x in "$c3" "$c4"; do on two case erase "$x" --motive "so said the court" --order "TJ Brest 9" >/dev/null; done
give two; take one two
on one case show "$c3" --motive "is it there" >/dev/null || fail "another instance's order erases what it did not open"
due=$(on one --json case due)
for w in "$c3" '"here":true' '"from":"two"' "TJ Brest 9" "so said the court"; do has "$due" "$w"; done
has "$(on one case due)" "two, TJ Brest 9"
refused one case erase "$c3" --motive "seen"
on one case erase "$c3" --motive "seen" --order "TJ Brest 9" >/dev/null
lacks "$(on one --json case due)" "$c3"
on one ledger hold "$c4" --until 2025-01-01T00:00:00Z --motive "we keep it" >/dev/null
take one two
on one case show "$c4" --motive "is it there" >/dev/null || fail "an order is carried out later"
# Three was told by an instance whose orders hold there before it had the case: what comes of it later does not come in. Other has neither: it waits there.
take three two; take three late
refused three case show "$c4" --motive "is it gone"
take other two; take other late
on other case show "$c4" --motive "is it there" >/dev/null || fail "an order of somebody keeps a case away that he did not open"
has "$(on other --json case due)" "$c4"
on other ledger verify >/dev/null
# While a server has the store open, what is erased is not left in the engine's log either: a contact, a case
# that another instance's file ends.
"$VIGIE" --home "$dir/two" serve --listen 127.0.0.1:0 --json >"$dir/at" & pid=$!
trap 'kill $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 100); do [ -s "$dir/at" ] && break; sleep 0.1; done
left() { grep -qa "$1" "$dir/two"/vigie.db*; }
on two org contact Lynx --name "Quowal Martin" --email quowal@example.org >/dev/null
left quowal || fail "no contact on disk: this proves nothing"
on two org contact Lynx --name "Quowal Martin" --erase >/dev/null
if left quowal; then fail "an erased contact is still on disk"; fi
i5=$(on one --json incident add --org Lynx --kind fraud --summary quolog --happened 2024-06-03T06:00:00Z --known 2024-06-03T08:00:00Z | id incident)
c5=$(on one --json case open --incident "$i5" --frame flagrance --offence CP323-2-1 --again "a third one" | id case)
on one case note "$c5" --text quonote >/dev/null
give one; take two one
left quonote || fail "no note on disk: this proves nothing"
on one case erase "$c5" --motive "decision" --order "TJ Rennes 24/114" >/dev/null
give one; take two one
if left quonote; then fail "what a file erases is still on disk"; fi
left Lynx || fail "the company is gone too"
kill $pid; wait $pid || true
