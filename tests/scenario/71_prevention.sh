#!/bin/bash
# The chain: a referent visits a company, diagnoses it, follows the adoption; scores are intervals, conflicts and ended mandates close doors.
set -eu
home=$(mktemp -d)/h
trap 'rm -rf "${home%/h}"' EXIT
v() { "$VIGIE" --home "$home" --lang en "$@"; }
a() { v --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
refused() { if v "$@" >"$home.out" 2>&1; then fail "accepted: $*"; fi; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
id() { sed 's/.*"id":"\([a-z]*--[^"]*\)".*/\1/'; }
v init --login anne >/dev/null
a org add --name Lynx --department 35 --naf C --size PME >/dev/null
a org add --name Other --department 67 --naf G --size PME >/dev/null
a referent add --name Jeanne --zone OUEST --login jeanne --from 2018-03-01 >/dev/null
a referent add --name Paul --zone OUEST --login paul --from 2018-03-01 --to 2020-01-01 >/dev/null
visit=$(a --json action add --title visit --org Lynx --referent jeanne --at 2024-03-02T09:00:00Z | id)
refused --as anne action add --title visit --org Lynx --referent paul --at 2024-03-02T09:00:00Z
refused --as anne action add --title visit --kind party --at 2024-03-02
refused --as anne action done "$visit" --people "C:PME:12" --people "C:PME:3"
refused --as anne action done "$visit" --people "Z:PME:12"
a action done "$visit" --people C:PME:12 --people C:ETI:3 2>/dev/null
refused --as anne action done "$visit"
has "$(a --json action list)" '"state":"done","people":15'
# A diagnosis with nothing known says nothing: from 0 to 1, coverage 0, and what it asks for is to find out.
refused --as anne diagnose open --org Other --action "$visit"
d=$(v --as jeanne --json diagnose open --org Lynx --action "$visit" | id)
has "$(a --json diagnose show "$d")" '"low":0,"high":1,"coverage":0'
has "$(a --json diagnose show "$d")" '"find_out":true'
refused --as anne diagnose answer "$d" 43=yes
refused --as anne diagnose answer "$d" 1=maybe
has "$(a --json diagnose show "$d")" '"coverage":0'
# One good answer is not a good score.
one=$(a --json diagnose answer "$d" 37=yes)
has "$one" '"high":1,"coverage":0.0'
all=$(for n in $(seq 1 42); do printf '%s=yes ' "$n"; done)
# shellcheck disable=SC2086
has "$(a --json diagnose answer "$d" $all)" '"low":1,"high":1,"coverage":1'
has "$(a --json diagnose answer "$d" 13=no 40=n/a)" '"rank":1,"measure":13'
# What is reported around the company moves the ranking, and the term shows.
before=$(a --json diagnose show "$d" | sed 's/.*"measure":13,[^}]*"value":\([0-9.]*\).*/\1/')
for n in 1 2 3; do
  a incident add --org Lynx --kind ransomware --summary "wave $n" --happened "$(date -u -d '2 days ago' +%FT%TZ)" --known "$(date -u -d '1 day ago' +%FT%TZ)" >/dev/null
done
after=$(a --json diagnose show "$d" | sed 's/.*"measure":13,[^}]*"value":\([0-9.]*\).*/\1/')
[ "$(printf '%s\n%s\n' "$before" "$after" | sort -g | tail -n 1)" = "$after" ] && [ "$before" != "$after" ] || fail "$before then $after"
# Adoption: a refusal has a reason; done answers the measure.
refused --as anne diagnose adopt "$d" 13 --state refused
has "$(a --json diagnose adopt "$d" 13 --state refused --reason "change of provider")" '"adoption":"refused"'
has "$(a --json diagnose adopt "$d" 13 --state done)" '"low":1,"high":1'
refused --as anne diagnose adopt "$d" 99 --state done
has "$(a --json diagnose list)" '"follow_up":'
# Another framework, under its version: what stands there never changes.
cat >"$home.json" <<'JSON'
{"code":"essential","version":"2","name":"Three first steps","lang":"en","source":"ours","measures":[
 {"ref":"1.1","theme":"Save","title":"Back up off line","benefit":3,"effort":1,"counters":"ransomware"},
 {"ref":"1.2","theme":"Save","title":"Try to restore","benefit":2,"effort":2},
 {"ref":"2.1","theme":"Close","title":"Second factor","benefit":3,"effort":2,"counters":"phishing fraud"}]}
JSON
a diagnose import "$home.json" 2>/dev/null
refused --as anne diagnose import "$home.json"
sed 's/"version":"2"/"version":"3"/; s/"benefit":2/"benefit":9/' "$home.json" >"$home.bad"
refused --as anne diagnose import "$home.bad"
grep -q 'measure 2' "$home.out" || fail "the bad measure is not named"
has "$(a --json diagnose frameworks)" '"framework":"essential/2","name":"Three first steps","lang":"en","measures":3'
f=$(a --json diagnose open --org Other --framework essential/2 | id)
refused --as anne diagnose open --org Other --framework essential/3
refused --as anne diagnose answer "$f" 4=yes
has "$(a --json diagnose answer "$f" 1=yes 2=no 3=n/a)" '"low":0.6,"high":0.6,"coverage":1'
# A library of CISO Assistant (YAML), read in a cell: themes by its headings, terms beside it, hostile forms refused whole.
data=$SOURCE/tests/data
a diagnose import "$data/ciso-library.yaml" --locale en 2>"$home.out"
grep -q 'for 3 measures effort or benefit is said nowhere' "$home.out" || fail "what a library does not say: $(cat "$home.out")"
has "$(a --json diagnose frameworks)" '"framework":"Premiers-pas/3","name":"First steps","lang":"en","measures":3,"source":"Vigie, Licence Ouverte"'
f=$(a --json diagnose open --org Other --framework Premiers-pas/3 | id)
shown=$(a --json diagnose answer "$f" 1=yes 2=no)
has "$(a diagnose show "$f")" ') / 2*'; has "$(a diagnose show "$f")" 'it is 2 by default'
has "$shown" '"ref":"1.1","theme":"1 Back up","title":"Back up off line","answer":"yes"'
has "$shown" '"ref":"2.1","theme":"2 Fermer","title":"Second facteur","answer":"unknown"'
has "$shown" '"low":0.428571' # 3 of 3 + 2 + 2 in place, 2 unknown
has "$shown" '"high":0.714285'
refused --as anne diagnose import "$data/ciso-library.yaml"
sed 's/^version: 3/version: 4/' "$data/ciso-library.yaml" >"$home.yaml"
printf 'ref,effort,counters\n2.1,1,phishing fraud\n9.9,1,\n' >"$home.csv"
refused --as anne diagnose import "$home.yaml" --terms "$home.csv"
grep -q 'row 3' "$home.out" || fail "the row of a measure that is not there is not named"
printf 'ref,benefit,effort,counters\n2.1,2,1,phishing fraud\n' >"$home.csv"
a diagnose import "$home.yaml" --terms "$home.csv" 2>"$home.out"
grep -q 'for 2 measures effort' "$home.out" || fail "what the terms leave unsaid: $(cat "$home.out")"
g=$(a --json diagnose open --org Other --framework Premiers-pas/4 | id)
has "$(a --json diagnose answer "$g" 3=no)" '"ref":"2.1","theme":"2 Fermer","title":"Second facteur","answer":"no","adoption":"","find_out":false,"conflict":false,"benefit":2,"effort":1'
for bad in bomb deep twice loop; do
  file=$SOURCE/tests/fuzz/corpus/library/$bad.yaml
  if [ "$bad" = loop ]; then
    refused --as anne diagnose import "$file" # headings in a circle end; what it lacks is a code
    grep -q 'code' "$home.out" || fail "loop: $(cat "$home.out")"
  else
    refused --as anne diagnose import "$file"
    grep -qE 'alias|depth|second document' "$home.out" || fail "$bad: $(cat "$home.out")"
  fi
done
head -c 9000000 /dev/zero | tr '\0' '[' >"$home.yaml"
refused --as anne diagnose import "$home.yaml"
# A conflict declared later closes the diagnosis too; who has no mandate now opens nothing.
a referent conflict jeanne --org Lynx --reason "former employer" >/dev/null
refused --as jeanne diagnose show "$d"
refused --as jeanne diagnose answer "$d" 1=no
refused --as anne action add --title again --org Lynx --referent jeanne --at 2024-03-03T09:00:00Z
refused --as paul diagnose show "$d"
case "$(v --as jeanne --json diagnose list; v --as jeanne --json action list)" in *Lynx*) fail "lists tell of a company that a conflict hides" ;; esac
for kind in action.planned action.done diagnosis.opened diagnosis.answered diagnosis.adoption; do
  v --as anne --json ledger list 2>/dev/null | grep "\"kind\":\"$kind\"" >/dev/null || fail "ledger: $kind"
done
v ledger verify >/dev/null
# The next visit says in words what has changed since.
a org add --name Before --department 35 --naf C --size PME >/dev/null
b=$(a --json diagnose open --org Before | id)
a diagnose answer "$b" 1=no 2=no 3=no 4=no 5=no 6=partly 7=yes >/dev/null
case $(a --json diagnose show "$b") in *since*) fail "there is nothing before the first" ;; esac
next=$(a --json diagnose open --org Before | id)
a diagnose answer "$next" 1=yes 2=yes 3=yes 4=yes 5=yes 6=yes 7=yes 8=yes >/dev/null
has "$(a --json diagnose show "$next")" "\"since\":{\"before\":\"$b\",\"answered_both\":7,\"gained\":6,\"lost\":0,\"exact_p\":0.03125"
has "$(a diagnose show "$next")" 'This is real progress: with nothing changed, such a difference would come about in 3 % of cases only'
# The sheet for who runs the company: two at most, an interval in words, three to seven measures, who to call, the visit; the annex holds the rest.
all=$(for n in $(seq 1 42); do printf '%s=no ' "$n"; done)
# shellcheck disable=SC2086
a diagnose answer "$next" $all 41=unknown >/dev/null
a diagnose adopt "$next" 12 --state refused --reason "leased" >/dev/null
a diagnose summary "$next" -o "$home.pdf" 2>/dev/null
[ "$(pdfinfo "$home.pdf" | sed -n 's/^Pages: *//p')" -le 2 ] || fail "more than two sheets"
a diagnose summary "$next" -o "$home.txt" 2>/dev/null
text=$(cat "$home.txt")
has "$text" 'Between 0% and 1% of the protection expected'
has "$text" 'an answer to 41 questions of 42'
has "$text" '17cyber.gouv.fr'
has "$text" 'Next visit'
n=$(grep -cE '^[0-9]+\. .* \| (low: hours|medium: days|high: a project) \| ' "$home.txt")
[ "$n" -ge 3 ] && [ "$n" -le 7 ] || fail "$n measures to do first"
case $text in *"12. Change the default"*) fail "a refused measure is proposed again" ;; *Annex:*) fail "the annex stands there unasked" ;; esac
a diagnose summary "$next" --annex -o "$home.txt" 2>/dev/null
grep -q '^12 | Change the default .* | no | refused | ' "$home.txt" || fail "the annex lacks a measure"
refused --as jeanne diagnose summary "$d" -o "$home.pdf"
refused --as anne diagnose summary "$next" -o "$home.docx"
a action add --title again --org Before --at "$(date -u -d '+20 days' +%FT09:00:00Z)" >/dev/null
a diagnose summary "$next" -o "$home.txt" 2>/dev/null
grep -q 'It is planned for' "$home.txt" || fail "the planned visit is not told"
# The visit of six months is due until one is planned or made; elsewhere it is nobody's.
a org add --name Calm --department 35 --naf C --size PME >/dev/null
a referent add --name Erik --zone EST --login erik --from 2018-03-01 >/dev/null
c=$(a --json diagnose open --org Calm | id)
in_days() { VIGIE_NOW=$(date -u -d "+$1 days" +%FT%TZ) "$VIGIE" --home "$home" --as "$2" --json diagnose list --due; }
case "$(in_days 120 jeanne)" in *Calm*) fail "due two months early" ;; esac
has "$(in_days 175 jeanne)" "$c"
case "$(in_days 175 erik)" in *Calm*) fail "another zone's visit" ;; esac
a action add --title again --org Calm --at "$(date -u -d '+190 days' +%FT09:00:00Z)" >/dev/null
case "$(in_days 175 jeanne)" in *Calm*) fail "due though it is planned" ;; esac
has "$(in_days 200 jeanne)" "$c"
