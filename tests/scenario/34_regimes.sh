#!/bin/bash
# Prevention and investigation are never brought together silently: in links, searches, a company's sheet and questions about a case it is asked for with a
# motive, the journal keeps it, it stands for an hour for who asked, and each row says its regime. Partners never do.
set -eu
dir=$(mktemp -d); home=$dir/h; pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en "$@"; }
a() { v --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
refused() { if v "$@" > "$dir/out" 2> "$dir/err"; then fail "accepted: $*"; fi; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
lacks() { case $1 in *"$2"*) fail "$2 in: $1" ;; *) ;; esac; }
id() { sed 's/.*"id":"\([^"]*\)".*/\1/'; }
v init --login anne > /dev/null
a org add --name Lynx --department 35 --naf C --size PME > /dev/null
a org add --name Ours --department 67 --naf C --size PME > /dev/null
a org contact Lynx --name "Mme Le Goff" --email g@lynx.example > /dev/null 2>&1 || true
case_of() { # ORG FRAME SUMMARY REF
  a case open --incident "$(a --json incident add --org "$1" --kind ransomware --summary "$3" --happened 2026-03-02T07:00:00Z --known 2026-03-02T08:00:00Z | id)" \
    --ref "$4" --frame "$2" --offence CP323-2-1 > /dev/null
}
case_of Lynx flagrance "inquiry zebra" INQ
case_of Lynx prevention "advice zebra" PREV
case_of Ours flagrance "other zebra" INQ2
for ref in INQ PREV INQ2; do a case finding "$ref" --text "it calls hxxp://same.zzqx-relay[.]net/a" --type observed > /dev/null; done
# Links: cases of one regime are told of each other, not those of two.
has "$(a --json case links INQ)" '"other":"INQ2"'
lacks "$(a --json case links INQ)" PREV
[ -z "$(a --json case links PREV)" ]
refused --as anne case links --regime both --motive x
refused --as anne case links INQ --regime both --motive " "
across=$(a --json case links INQ --regime both --motive "same sender, order of the prosecutor" | grep '"other":"PREV"')
has "$across" '"regime":"investigation","other_regime":"prevention"'
case=$(a --json case show INQ | sed 's/^{"id":"\([^"]*\)".*/\1/')
has "$(a --json ledger list --act combine --subject "$case")" '"motive":"same sender, order of the prosecutor"'
has "$(a --json case links INQ)" PREV
[ -z "$(a --json case links PREV)" ] # asked for about that case alone
[ -z "$(VIGIE_NOW=2099-01-01T00:00:00Z a --json case links INQ | grep PREV)" ] # and for an hour
# Searches look in one regime.
[ "$(a --json case list --search zebra --motive "same word" | sed 's/.*"ref":"\([^"]*\)".*"regime":"\([^"]*\)".*/\1 \2/' | sort | paste -sd,)" = "INQ investigation,INQ2 investigation" ]
[ "$(a --json case list --search zebra --regime prevention | sed 's/.*"ref":"\([^"]*\)".*/\1/')" = PREV ]
refused --as anne case list --search zebra --regime both
refused --as anne case list --search zebra --regime all
[ "$(a --json case list --search zebra --regime both --motive "joint picture for the prefect" | wc -l)" = 3 ]
has "$(a --json ledger list --act combine)" "joint picture for the prefect"
# Links of what was entered before there were any.
has "$(a --json case links --rebuild)" '"cases":3,"marks":0,"links":0'
sqlite3 "$home/vigie.db" "DELETE FROM casework_link; DELETE FROM casework_mark"
[ -z "$(a --json case links)" ]
has "$(a --json case links --rebuild)" '"cases":3,"marks":'
has "$(a --json case links INQ)" '"other":"INQ2"'
lacks "$(a --json case links INQ2)" PREV
# A company's sheet.
sheet=$(a --json org show Lynx)
has "$sheet" '"regime":"prevention"'
lacks "$sheet" '"ref":"INQ"'
has "$sheet" '"ref":"PREV"'
has "$sheet" '"apart":2'
sheet=$(a --json org show Lynx --regime investigation)
has "$sheet" '"ref":"INQ"'
lacks "$sheet" '"ref":"PREV"'
lacks "$sheet" '"contacts"'
refused --as anne org show Lynx --regime both
sheet=$(a --json org show Lynx --regime both --motive "visit before the hearing")
has "$sheet" '"ref":"INQ","frame":"flagrance","regime":"investigation"'
has "$sheet" '"ref":"PREV","frame":"prevention","regime":"prevention"'
# A question about a case is asked under its regime.
ask=$(a --json qualify open --type case --value INQ2 --question "whose work?" | id)
refused --as anne qualify terms "$ask" --basis prevention
grep -q "not brought together silently" "$dir/err"
a qualify terms "$ask" --basis rogatory > /dev/null
# Campaigns: the analyses of an inquiry join nothing under prevention, and nothing of prevention's joins them.
for x in Lynx Ours; do a intel sight only.zzqx-prevention.example --org $x --first 2026-03-02T08:00:00Z > /dev/null; done
for x in 1 2 3; do # what is common says nothing
  a org add --name "Alone$x" --department 35 --naf C --size PME > /dev/null
  a intel sight alone$x.example --org "Alone$x" --first 2026-03-02T08:00:00Z > /dev/null
done
has "$(a --json anticipate links --least .1)" '"regime":"prevention"'
[ -z "$(a --json anticipate links --least .1 --regime investigation --motive "same sender")" ]
refused --as anne anticipate links --regime both
refused --as anne anticipate links --motive x
# Pages.
password=$(a --json referent password anne | sed 's/.*"password":"\([^"]*\)".*/\1/')
"$VIGIE" --home "$home" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
[ "$(curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' --data-urlencode login=anne --data-urlencode "password=$password" "$at/login")" = 303 ]
get() { curl -sk -b "$dir/jar" -o "$dir/page" -w '%{http_code}' "$@"; }
org=$(a --json org show Ours | sed 's/^{"id":"\([^"]*\)".*/\1/')
case_of Ours prevention "advice to the bear" BEAR
get "$at/entreprises/$org" > /dev/null
grep -q "/affaires/BEAR" "$dir/page"
! grep -q "/affaires/INQ2" "$dir/page" || fail "the sheet joins"
get "$at/entreprises/$org?regime=both" > /dev/null
! grep -q "/affaires/INQ2" "$dir/page" || fail "the sheet joins without a motive"
csrf=$(sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' "$dir/page" | head -1)
[ "$(get --data-urlencode "csrf=$csrf" --data-urlencode what=combine --data-urlencode combine-motive= "$at/entreprises/$org")" = 422 ]
[ "$(get --data-urlencode "csrf=$csrf" --data-urlencode what=combine --data-urlencode "combine-motive=joint visit" "$at/entreprises/$org")" = 303 ]
get "$at/entreprises/$org?regime=both" > /dev/null
grep -q "/affaires/INQ2" "$dir/page"
grep -q "/affaires/BEAR" "$dir/page"
get "$at/affaires?mots=zebra" > /dev/null # the motive that the commands above were told serves here too
grep -q "/affaires/INQ" "$dir/page"
! grep -q "/affaires/PREV" "$dir/page" || fail "the search joins"
get "$at/affaires?mots=zebra&regime=both" > /dev/null # the search above was asked for within the hour
grep -q "/affaires/PREV" "$dir/page"
[ "$(get "$at/campagnes")" = 200 ]
grep -q 'campagnes?regime=both' "$dir/page" || fail "campaigns have no door"
[ "$(get "$at/campagnes?regime=investigation")" = 200 ]
! grep -q only.zzqx-prevention.example "$dir/page" || fail "campaigns join"
get "$at/recherche?q=zebra" > /dev/null
grep -q "/affaires/INQ" "$dir/page"
! grep -q "/affaires/PREV" "$dir/page" || fail "the search of everything joins"
