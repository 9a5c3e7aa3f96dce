#!/bin/bash
# Reading what an inquiry holds is an entry of the journal, with its motive: asked once in twelve hours and case, by pages and commands together, of who is not in charge of it; the page of
# the case says who looked. A case of prevention is of the other regime: nothing is asked.
set -eu
d=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null || true; rm -rf "$d"' EXIT
export VIGIE_HOME=$d/i
password=$("$VIGIE" init --login anne | grep -oE '[a-z0-9]{20}$')
v() { "$VIGIE" --quiet --lang en --json --as "${as-anne}" "$@"; }
is() { [ "$1" = "$2" ] || { echo "line ${BASH_LINENO[0]}: $1 is not $2"; exit 1; }; }
says() { grep -F -- "$1" "$d/page" > /dev/null || { echo "line ${BASH_LINENO[0]}: the page lacks: $1"; sed 's/<[^>]*>/ /g' "$d/page" | tr -s ' \n' | head -60; exit 1; }; }
hides() { ! grep -F -- "$1" "$d/page" > /dev/null || { echo "line ${BASH_LINENO[0]}: the page shows: $1"; exit 1; }; }
v org add --name "Brasserie du Ried" --naf C --size PME --department 68 > /dev/null
(umask 077; echo twelve-letters > "$d/pw")
for who in paul rosa; do v referent add --name $who --zone EST --role investigator --from 2020-01-01 --login $who --password-file "$d/pw" > /dev/null; done
incident=$(v incident add --org "Brasserie du Ried" --kind ransomware --summary "Locked servers" --happened 2026-11-01 --known 2026-11-02 | jq -r .id)
ref=$(v case open --incident "$incident" --frame flagrance --offence CP323-1-1 | jq -r .ref)
known=$(v case list | jq -r .id)
talk=$(v case open --incident "$incident" --frame prevention --offence CP323-1-1 --again "advice to the brewery" | jq -r .ref); [ -n "$talk" ]
exhibit=$(v exhibit add --case "$ref" --description "Disk" | jq -r .ref)
# what an analysis of it found, and what a partner saw at the same company and at another
echo inquiry.zzqx-relay.net > "$d/list"; v intel import "$d/list" --as text --source Veille > /dev/null; v intel pack -o "$d/pack" > /dev/null
mkdir "$d/medium"; echo "GET http://inquiry.zzqx-relay.net/" > "$d/medium/debtsbook"
"$VIGIE" --quiet --lang en --as anne analyse "$d/medium" --case "$ref" --exhibit "$exhibit" --pack "$d/pack" > /dev/null
v org add --name "Verrerie de l'Ill" --naf C --size PME --department 67 > /dev/null
v intel sight inquiry.zzqx-relay.net --type domain-name --org "Verrerie de l'Ill" > /dev/null
v case document "$ref" --kind summary -o "$d/summary.pdf" > /dev/null
document=$(v case document "$ref" --kind summary -o "$d/summary2.pdf" | jq -r .id)
"$VIGIE" serve --http --listen 127.0.0.1:0 --json > "$d/served" & pid=$!
for _ in $(seq 200); do [ -s "$d/served" ] && break; sleep 0.1; done
at=$(jq -r .listening "$d/served")
get() { curl -s -b "$d/$1.jar" -b lang=en "${@:3}" "$at$2"; }
enter() { : > "$d/$1.jar"; curl -s -c "$d/$1.jar" -o /dev/null -w '%{http_code}' --data-urlencode "login=$1" --data-urlencode "password=$2" "$at/login"; }
csrf() { get "$1" /compte | sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' | head -1; }
motive() { curl -s -b "$d/$1.jar" -b lang=en -o "$d/page" -w '%{http_code} %{redirect_url}' --data-urlencode "csrf=$(csrf "$1")" --data-urlencode "case=$ref" --data-urlencode "back=$2" --data-urlencode "motive=$3" "$at/consultation"; }
consulted() { v ledger list --act consult --count 100 | jq -r '"\(.subject | sub("--.*"; "")) \(.body.motive)"' | sort | paste -sd';'; }
is "$(enter anne "$password")" 303; is "$(enter paul twelve-letters)" 303; is "$(enter rosa twelve-letters)" 303

# who opened it is in charge: told once, by commands (the documents above) or a page; not asked
is "$(consulted)" "case in charge of the case"
get anne "/affaires/$ref" > "$d/page"; says "Locked servers"
get anne "/affaires/$ref" > "$d/page"; says "Who looked, and why"
is "$(consulted)" "case in charge of the case"
get anne "/affaires/$talk" > "$d/page"; says "$talk"
is "$(consulted)" "case in charge of the case"

# another is asked, on every page that holds something of it, and sees nothing before
for page in "/affaires/$ref" "/scelles/$exhibit" "/chronologie/$ref" "/documents/$document" "/affaires/$ref?csv=objets"; do
  get paul "$page" > "$d/page"; hides "Locked servers"; hides "Disk"
done
# every route, and every list of the API, before a motive: nothing of what the inquiry holds. The register (number, company, state) is no secret.
org=$(v org list | jq -r 'select(.name == "Brasserie du Ried") | .id')
run=$(sqlite3 "$d/i/vigie.db" "SELECT pid FROM analysis_run")
event=$(v event open --name wave --kind ransomware --since 2026-10-01 | jq -r .id); v event join "$event" --regime investigation --motive "joint desk" > /dev/null
object=$(v intel list | jq -r .id | head -1)
value="type=domain-name&valeur=inquiry.zzqx-relay.net"
request=$(v qualify open --type exhibit --value "$exhibit" --question "Is the Disk known?" | jq -r .id)
noted=$(v ledger list --count 500 --subject "$incident" | jq -r 'select(.kind == "incident.added") | .index')
id_of() {
  case $1 in
  /affaires/ | /chronologie/) echo "$ref" ;; /signalements/) echo "$incident" ;; /scelles/) echo "$exhibit" ;; /documents/) echo "$document" ;; /analyses/) echo "$run" ;;
  /entreprises/) echo "$org" ;; /evenements/) echo "$event" ;; /renseignement/objet/) echo "$object" ;; /evaluation/chiffres/) echo incidents ;; /zones/) echo EST ;; /api/v1/) echo cases ;; /qualification/) echo "$request" ;; /journal/) echo "$noted" ;; *) echo none ;;
  esac
}
{
  while read -r path; do case $path in /assets/ | /logout | /lang/ | /taxii2/) ;; */) [ "$path" = / ] && echo / || echo "$path$(id_of "$path")" ;; *) echo "$path" ;; esac; done < <("$VIGIE" serve --routes --json | jq -r .path | sort -u)
  for q in "/recherche?q=Locked" "/recherche?q=Dis" "/affaires?mots=Locked" "/affaires?mots=Locked&regime=both" "/graphe?$value" "/graphe?$value&regime=investigation" "/graphe?regime=both" "/indicateur?$value" \
    "/indicateur?$value&regime=investigation" "/entreprises/$org?regime=investigation" "/evenements/$event?regime=investigation" "/evaluation/chiffres/incidents?regime=investigation" "/evaluation/chiffres/cases" "/scelles?csv=scelles"; do echo "$q"; done
  v ledger list --count 500 | jq -r '"/journal/\(.index)"'
  for list in analyses cases clocks exhibits images incidents requisitions; do for of in "" prevention investigation both; do echo "/api/v1/$list?regime=$of"; done; done
} > "$d/walk"
[ "$(wc -l < "$d/walk")" -gt 100 ]
while read -r path; do
  get paul "$path" > "$d/page"
  for secret in "Locked servers" "Disk" "debtsbook" "$run\""; do ! grep -F -- "$secret" "$d/page" > /dev/null || { case $path in /analyses/* | /journal*) [ "$secret" = "$run\"" ] && continue ;; esac; echo "$path shows $secret"; exit 1; }; done
done < "$d/walk"
is "$(v ledger list --act consult --count 500 | jq -r .actor | sort -u | wc -l)" 1   # nobody but anne read anything
# the register stands without one, and of an entry of the journal who, when, what, its hash and its proof
get paul "/journal/$noted" > "$d/page"; says "It is asked once in twelve hours and case"; says "incident recorded"; says "$incident"; says 'class="copyable"'; says "Proof of inclusion"
get paul /affaires > "$d/page"; says "$ref"
# the list of many: one motive in twelve hours, each search an entry; both regimes for the journal's motive alone
get paul "/recherche?q=Locked" > "$d/page"; says "Why look at inquiries?"
many() { curl -s -b "$d/$1.jar" -b lang=en -o "$d/page" -w '%{http_code} %{redirect_url}' --data-urlencode "csrf=$(csrf "$1")" --data-urlencode "back=$2" --data-urlencode "motive=$3" "$at/consultation"; }
api() { get rosa "/api/v1/$1" -o "$d/page" -w '%{http_code}'; }
is "$(many rosa "/recherche?q=Locked" " ")" "422 "
is "$(api "exhibits?regime=investigation")" 403; says "add &motive="
is "$(api "exhibits?regime=nonsense")" 422
is "$(api "exhibits?regime=investigation&motive=+")" 403
is "$(api "exhibits?regime=investigation&motive=seen+at+a+search")" 200; is "$(jq -r '.data[].description' "$d/page")" Disk; is "$(jq -r '.data[].regime' "$d/page")" investigation
is "$(api "incidents?regime=investigation")" 200; is "$(jq -r '.data[].summary' "$d/page")" "Locked servers"
is "$(api cases)" 200; is "$(jq -r '[.regime, .data[].ref] | join(" ")' "$d/page")" "prevention $talk"
is "$(api "cases?regime=both")" 403; is "$(api "cases?regime=both&motive=joint+picture")" 200; is "$(jq -r '.data | length' "$d/page")" 2
is "$(api "cases?regime=both")" 200
get rosa "/recherche?q=Locked" > "$d/page"; says "$ref"
get rosa "/recherche?q=Locked" > "$d/page"
get rosa "/graphe?$value" > "$d/page"; says "Verrerie"; hides "/entreprises/$org"
get rosa "/graphe?$value&regime=investigation" > "$d/page"; says "/entreprises/$org"; hides "Verrerie"
get rosa "/graphe?$value&regime=both" > "$d/page"; says "/entreprises/$org"; says "Verrerie"
get rosa "/indicateur?$value" > "$d/page"; says "Verrerie"; hides "debtsbook"; says "of 1 it is an inquiry that says so"
get rosa "/indicateur?$value&regime=investigation" > "$d/page"; says "debtsbook"; hides "Verrerie"
get rosa "/evenements/$event" > "$d/page"; hides "/signalements/$incident"; says "of the other regime"
get rosa "/evenements/$event?regime=investigation" > "$d/page"; says "/signalements/$incident"
get rosa "/evaluation/chiffres/incidents" > "$d/page"; hides "/signalements/$incident"
get rosa "/evaluation/chiffres/incidents?regime=investigation" > "$d/page"; says "/signalements/$incident"
is "$(v ledger list --act consult --count 500 | jq -r ".body.with // empty" | grep -c "recherche?q=Locked")" 1
is "$(v ledger list --act combine --count 10 | jq -r .body.motive)" "joint picture"
get rosa "/signalements/$incident" > "$d/page"; says "Why look at $ref?"; hides "Locked"
# the same with commands
is "$(v event show "$event" | jq -c '[.regime, (.incidents | length), .apart]')" '["prevention",0,1]'
is "$(v event show "$event" --regime investigation --motive "joint desk" | jq '.incidents | length')" 1
is "$(v evaluate rows incidents --from 2026-01-01 | jq -r '"\(.ref) \(.apart)"')" " true"
is "$(v evaluate rows incidents --from 2026-01-01 --regime investigation | jq -r .ref)" "$incident"
"$VIGIE" --quiet --as anne timeline --regime prevention > "$d/page"; hides debtsbook
"$VIGIE" --quiet --as anne timeline > "$d/page"; says debtsbook
! "$VIGIE" --quiet --as anne timeline --regime both > "$d/page" 2> "$d/err" || exit 1
"$VIGIE" --quiet --as anne timeline --regime both --motive "joint picture" > "$d/page"; says debtsbook
enter rosa twelve-letters > /dev/null
get paul "/affaires/$ref" > "$d/page"; says "Why look at $ref?"
is "$(motive paul "/affaires/$ref" "   ")" "422 "; says 'aria-invalid="true"'
is "$(motive paul "//evil.test/" "same relay in my case")" "303 $at/affaires/$ref"
is "$(motive paul $'/x\r\nSet-Cookie: a=b' "same relay in my case")" "303 $at/affaires/$ref"
is "$(motive paul "/scelles/$exhibit" "same relay in my case")" "303 $at/scelles/$exhibit"
get paul "/affaires/$ref" > "$d/page"; says "Locked servers"; says "same relay in my case"
get paul "/journal/$noted" > "$d/page"; says "Locked servers"
get paul /journal > "$d/page"; hides "same relay in my case"; says "Why look at inquiries?"
before=$(v ledger list --act consult --count 100 | jq -s length)
get paul "/scelles/$exhibit" > "$d/page"; says "Disk"
get paul "/scelles/$exhibit" > "$d/page"
get paul "/chronologie/$ref" > "$d/page"
is "$(v ledger list --act consult --count 100 | jq -s length)" $((before + 1))   # the exhibit, once
v ledger list --act consult --count 100 | jq -r .subject | grep '^exhibit--' > /dev/null
get paul "/qualification/$request" > "$d/page"; says "Is the Disk known?"
# within twelve hours neither a new session nor a command asks again, or tells twice; afterwards one does; a task makes it one's own
is "$(enter paul twelve-letters)" 303
before=$(v ledger list --act consult --count 100 | jq -s length)
get paul "/affaires/$ref" > "$d/page"; says "Locked servers"
paul() { "$VIGIE" --quiet --json --as paul "$@"; }
is "$(paul case show "$ref" | head -n 1 | jq -r .ref)" "$ref"
is "$(v ledger list --act consult --count 100 | jq -s length)" "$before"
later=$(date -u -d '+13 hours' +%FT%TZ)
! VIGIE_NOW=$later paul case show "$ref" > "$d/page" 2> "$d/err" || exit 1
v task add --about "$ref" --what "Read the disk" --to paul > /dev/null
VIGIE_NOW=$later paul case show "$ref" > "$d/page"
# and what a command was told, of one case or of many, serves the pages
get rosa "/affaires/$ref" > "$d/page"; says "Why look at $ref?"
"$VIGIE" --quiet --as rosa case show "$ref" --motive "the same relay" > /dev/null
get rosa "/affaires/$ref" > "$d/page"; says "Locked servers"; says "the same relay"
get paul "/recherche?q=Locked" > "$d/page"; says "Why look at inquiries?"
paul exhibit list --motive "what is sealed" > /dev/null
get paul "/recherche?q=Locked" > "$d/page"; says "$ref"
# without a session nothing is asked, nothing is told
get nobody "/affaires/$ref" > "$d/page"; says 'name="password"'
v ledger verify | grep '"ok":true' > /dev/null
# what only the inquiry's analysis saw proposes nothing to prevention for a major event; the inquiries are joined for who said why
v incident add --org "Brasserie du Ried" --kind fraud --summary "false order" --happened 2026-11-03 --known 2026-11-03 > /dev/null
quiet=$(v event open --name quiet --kind phishing --since 2026-10-01 | jq -r .id); v event indicator "$quiet" --value inquiry.zzqx-relay.net > /dev/null
is "$(v event join "$quiet" | jq -c '[.joined, .skipped]')" "[0,0]"
v referent add --name Zoe --zone EST --role investigator --from 2020-01-01 --login zoe --password-file "$d/pw" > /dev/null
enter zoe twelve-letters > /dev/null
join() { curl -s -b "$d/zoe.jar" -b lang=en -o "$d/page" -w '%{http_code}' --data-urlencode "csrf=$(csrf zoe)" --data-urlencode what=join --data-urlencode "regime=$1" "$at/evenements/$quiet"; }
is "$(join investigation)" 403; is "$(join both)" 403
is "$(many zoe "/evenements/$quiet?regime=investigation" "wave over two zones")" "303 $at/evenements/$quiet?regime=investigation"
is "$(join investigation)" 303
get zoe /journal > "$d/page"; says "same relay in my case"
is "$(v event show "$quiet" --regime investigation --motive "joint desk" | jq -c '[.incidents[].because]')" '["indicator"]'
is "$(v event join "$quiet" --regime both --motive "joint picture" | jq -c '[.joined, .skipped]')" "[1,0]"
# the first page names linked inquiries, not what they share
second=$(v incident add --org "Verrerie de l'Ill" --kind ransomware --summary x --happened 2026-11-01 --known 2026-11-02 | jq -r .id)
v case open --incident "$second" --ref SECOND --frame preliminary --offence CP323-1-1 > /dev/null
for c in "$ref" SECOND; do v case finding "$c" --type observed --text "called http://zz-shared.net/" > /dev/null; done
get rosa / > "$d/page"; says "/affaires/SECOND"; says "told on the page of either case"; hides zz-shared
get anne "/affaires/SECOND" > "$d/page"; says zz-shared
get rosa "/entreprises/Brasserie%20du%20Ried" > "$d/page"; says 'href="/entreprises/Brasserie%20du%20Ried?regime=investigation"'
[ -n "$known" ]
kill -TERM "$pid"; wait "$pid"; pid=
