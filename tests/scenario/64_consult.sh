#!/bin/bash
# Reading what an inquiry holds is an entry of the journal, with its motive: asked once a session and case, of who is not in charge of it; the page of
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

# who opened it is in charge: told once, not asked
get anne "/affaires/$ref" > "$d/page"; says "Locked servers"
get anne "/affaires/$ref" > "$d/page"; says "Who looked, and why"
is "$(consulted)" "case in charge of the case"
get anne "/affaires/$talk" > "$d/page"; says "$talk"
is "$(consulted)" "case in charge of the case"

# another is asked, on every page that holds something of it, and sees nothing before
for page in "/affaires/$ref" "/scelles/$exhibit" "/chronologie/$ref" "/documents/$document" "/affaires/$ref?csv=objets"; do
  get paul "$page" > "$d/page"; hides "Locked servers"; hides "Disk"
done
get paul "/affaires/$ref" > "$d/page"; says "Why look at $ref?"
is "$(motive paul "/affaires/$ref" "   ")" "422 "; says 'aria-invalid="true"'
is "$(motive paul "//evil.test/" "same relay in my case")" "303 $at/affaires/$ref"
is "$(motive paul $'/x\r\nSet-Cookie: a=b' "same relay in my case")" "303 $at/affaires/$ref"
is "$(motive paul "/scelles/$exhibit" "same relay in my case")" "303 $at/scelles/$exhibit"
get paul "/affaires/$ref" > "$d/page"; says "Locked servers"; says "same relay in my case"
before=$(v ledger list --act consult --count 100 | jq -s length)
get paul "/scelles/$exhibit" > "$d/page"; says "Disk"
get paul "/scelles/$exhibit" > "$d/page"
get paul "/chronologie/$ref" > "$d/page"
is "$(v ledger list --act consult --count 100 | jq -s length)" $((before + 1))   # the exhibit, once
v ledger list --act consult --count 100 | jq -r .subject | grep '^exhibit--' > /dev/null
# a new session is asked again; a task makes it one's own
is "$(enter paul twelve-letters)" 303
get paul "/affaires/$ref" > "$d/page"; says "Why look at"
v task add --about "$ref" --what "Read the disk" --to paul > /dev/null
get paul "/affaires/$ref" > "$d/page"; says "Locked servers"
# without a session nothing is asked, nothing is told
get nobody "/affaires/$ref" > "$d/page"; says 'name="password"'
v ledger verify | grep '"ok":true' > /dev/null
[ -n "$known" ]
kill -TERM "$pid"; wait "$pid"; pid=
