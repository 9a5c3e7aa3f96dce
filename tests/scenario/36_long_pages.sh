#!/bin/bash
# A zone with more companies than a page shows: those touched of late first, each company on one page only, all of them in the table as a file. An officer of
# another zone is not told which were touched. The tasks and the review queue open at any place without harm.
set -eu
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$dir/h" --lang en --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
"$VIGIE" --home "$dir/h" init --login anne > /dev/null
{
  echo 'siret,statutDiffusionEtablissement,trancheEffectifsEtablissement,etablissementSiege,codeCommuneEtablissement,etatAdministratifEtablissement,activitePrincipaleEtablissement,enseigne1Etablissement,denominationUsuelleEtablissement,denominationUniteLegale'
  python3 - << 'PY'
def luhn(s):
    t = 0
    for i, c in enumerate(reversed(s)):
        n = int(c) * (2 if i % 2 else 1)
        t += n - 9 if n > 9 else n
    return t % 10 == 0
n = 100000000
for i in range(250):
    n += 1
    while not luhn(str(n)):
        n += 1
    e = n * 100000 + 10
    while not luhn(str(e)):
        e += 1
    print(f"{e},O,12,true,{67482 if i < 249 else 35238},A,16.23Z,,,Company {i:03d}")
PY
} > "$dir/stock.csv"
v org import "$dir/stock.csv" --as sirene > /dev/null 2> "$dir/err" || { cat "$dir/err"; fail "the companies are not in"; }
at=$(date -u -d "2 hours ago" +%FT%TZ)
for n in 240 230; do v incident add --org "Company $n" --kind fraud --summary x --happened "$at" --known "$at" > /dev/null; done
echo measure-measure > "$dir/pw"
v referent add --name Luc --role investigator --zone OUEST --from 2020-01-01 --login luc --password-file "$dir/pw" > /dev/null
v referent password anne --password-file "$dir/pw" > /dev/null
"$VIGIE" --home "$dir/h" serve --http --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
for who in anne luc; do curl -s -c "$dir/$who" -o /dev/null -d "login=$who&password=measure-measure" "$at/login"; done
get() { curl -sf -b "$dir/$1" -b lang=en "$at$2"; }
names() { grep -o '>Company [0-9]*<' | tr -d '<>'; }
get anne /zones/EST > "$dir/1"
next=$(grep -o 'rel="next" href="[^"#]*' "$dir/1" | sed 's/.*href="//'); [ "$next" = "/zones/EST?de=200" ] || fail "next: $next"
companies() { sed 's/.*id="companies"//' "$1" | names; }
companies "$dir/1" > "$dir/n1"
[ "$(wc -l < "$dir/n1")" = 200 ] || fail "$(wc -l < "$dir/n1") on the first page"
[ "$(head -2 "$dir/n1" | tr '\n' ,)" = "Company 230,Company 240," ] || fail "first: $(head -3 "$dir/n1")"
[ "$(sed -n 3p "$dir/n1")" = "Company 000" ]
get anne "$next" > "$dir/2"; companies "$dir/2" > "$dir/n2"
[ "$(wc -l < "$dir/n2")" = 49 ] || fail "$(wc -l < "$dir/n2") on the second page"
[ "$(cat "$dir/n1" "$dir/n2" | sort -u | wc -l)" = 249 ] || fail "not each once"
! grep -q 'rel="next"' "$dir/2" || fail "there is no third page"
grep -q 'class="btn" href="/zones/EST"' "$dir/2" || fail "no way back"
get anne "/zones/EST?de=1" > "$dir/3"; [ "$(companies "$dir/3" | head -2 | tr '\n' ,)" = "Company 240,Company 000," ] || fail "from the second"
[ "$(get anne '/zones/EST?de=200&csv=entreprises' | grep -c '^Company [0-9]')" = 249 ] || fail "the file has not all"
get luc /zones/EST > "$dir/4"; [ "$(companies "$dir/4" | head -1)" = "Company 000" ] || fail "an officer of another zone is told who was touched"
for page in /taches '/taches?pour=tous&finies=1&de=200' '/taches?de=-1' /effacement '/effacement?de=200&signalements-de=200' '/effacement?de=x' '/zones/EST?de=99999'; do
  get anne "$page" > /dev/null || fail "no page $page"
done
