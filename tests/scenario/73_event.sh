#!/bin/bash
# A wave over several zones: one sheet, candidates with their reason, pictures of every hour that never change, hand-over in writing, conflicts that close rows.
set -eu
home=$(mktemp -d)/h
trap 'rm -rf "${home%/h}"' EXIT
at() { local t=$1; shift; VIGIE_NOW=$t "$VIGIE" --home "$home" --lang en --as "$@"; }
fail() { echo "$*" >&2; exit 1; }
refused() { if at "$@" >"$home.out" 2>&1; then fail "accepted: $*"; fi; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
hasnt() { case $1 in *"$2"*) fail "$2 in: $1" ;; esac; }
id() { sed 's/.*"id":"\([a-z]*--[^"]*\)".*/\1/'; }
VIGIE_NOW=2017-05-01T00:00:00Z "$VIGIE" --home "$home" init --login anne >/dev/null
a() { local t=$1; shift; at "$t" anne "$@"; }
morning=2017-05-12T08:10:00Z
for x in Alpha:35 Beta:67 Gamma:33 Delta:35; do
  a $morning org add --name "${x%:*}" --department "${x#*:}" --naf C --size PME >/dev/null
done
a $morning referent add --name Jeanne --zone OUEST --login jeanne --from 2017-01-01 >/dev/null
a $morning referent add --name Paul --zone EST --login paul --from 2016-01-01 --to 2017-05-11 >/dev/null
a $morning referent conflict jeanne --org Beta --reason "former employer" >/dev/null
incident() { a "$1" --json incident add --org "$2" --kind "$3" --summary "$2" --happened 2017-05-12T07:00:00Z --known "$4" | id; }
# Known before it began: not proposed.
a $morning incident add --org Delta --kind ransomware --summary old --happened 2017-05-09 --known 2017-05-10 >/dev/null
alpha=$(incident $morning Alpha ransomware 2017-05-12T08:00:00Z)
beta=$(incident $morning Beta ransomware 2017-05-12T08:05:00Z)
gamma=$(incident $morning Gamma intrusion 2017-05-12T08:06:00Z)
refused $morning anne event open --name x --kind party
refused $morning anne event open --name x --since 2017-06-01
e=$(a $morning --json event open --name "Wave" --kind ransomware --since 2017-05-12T07:00:00Z | id)
# Who has a conflict joins the others; that victim stays for somebody else.
has "$(at $morning jeanne --json event join "$e")" '"joined":1,"skipped":1'
refused $morning jeanne event join "$e" --incident "$beta"
has "$(a $morning --json event join "$e")" '"joined":1,"skipped":0'
refused $morning anne event join "$e" --incident "$alpha"
# An indicator brings in who saw it, whatever the kind that was reported.
refused $morning anne event indicator "$e" --value "not a value"
a $morning event indicator "$e" --value 'iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea[.]com' --note killswitch
refused $morning anne event indicator "$e" --value iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com
a $morning intel sight iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com --org Gamma --first 2017-05-12T08:00:00Z >/dev/null
has "$(a 2017-05-12T08:40:00Z --json event join "$e")" '"joined":1'
task=$(a 2017-05-12T08:41:00Z --json event task "$e" --title "warn hospitals" --zone OUEST --to jeanne --due 2017-05-12T09:30:00Z | id)
a 2017-05-12T08:42:00Z event message "$e" --zone EST --text "two more at Colmar"
refused $morning anne event message "$e" --zone NOWHERE --text x
refused $morning anne event message "$e" --text " "
# The picture of nine o'clock is kept before what came later; later facts do not change it.
has "$(a 2017-05-12T10:20:00Z --json event picture)" '"drawn":2'
nine=$(a 2017-05-12T10:20:00Z --json event show "$e" | grep -o '"hour":"2017-05-12T09:00:00.000Z".*' | sed 's/}}.*//')
has "$nine" '"incidents":3'
has "$(a 2017-05-12T10:20:00Z --json event show "$e" | grep -o '"hour":"2017-05-12T10:00:00.000Z".*')" '"late":1'
# For people the pictures are a table, whose row is what the JSON says.
a 2017-05-12T10:20:00Z event show "$e" >"$home.text"
! grep -q '[{}]' "$home.text" || fail "JSON among words"
grep -qE '^2017-05-12 ..:00 +3 +[0-9]+ +3 +1 +1 +1 +1 +0$' "$home.text" || fail "no row of ten o'clock: $(tail -4 "$home.text")"
a 2017-05-12T10:21:00Z event task "$e" --done "$task" --outcome told
refused 2017-05-12T10:21:00Z anne event task "$e" --done "$task"
a 2017-05-12T10:22:00Z event leave "$e" --incident "$gamma" --reason "a broken disk"
has "$(a 2017-05-12T10:22:00Z --json event join "$e")" '"joined":0'
[ "$(a 2017-05-12T12:01:00Z --json event show "$e" | grep -o '"hour":"2017-05-12T09:00:00.000Z".*' | sed 's/}}.*//')" = "$nine" ] || fail "a kept picture changed"
# A clock set back draws nothing twice and changes nothing.
has "$(a 2017-05-12T09:05:00Z --json event picture)" '"drawn":0'
# The hours are drawn without anybody looking, by a worker and by the one that serve starts, in the name of who holds the sheet.
a 2017-05-12T13:05:00Z worker --once
drawn() { a "$1" --json event show "$e" | grep -o '"hour":"[^"]*"' | wc -l; }
[ "$(drawn 2017-05-12T13:05:00Z)" = 5 ] || fail "$(drawn 2017-05-12T13:05:00Z) hours by the worker"
a 2017-05-12T13:06:00Z worker --once
[ "$(drawn 2017-05-12T13:06:00Z)" = 5 ] || fail "an hour drawn twice"
VIGIE_NOW=2017-05-12T15:00:30Z "$VIGIE" --home "$home" serve --listen 127.0.0.1:0 --json >"$home.serve" 2>&1 & server=$!
for _ in $(seq 300); do [ "$(drawn 2017-05-12T15:02:00Z)" = 7 ] && break; sleep 0.2; done
kill -TERM "$server"; wait "$server" || true
[ "$(drawn 2017-05-12T15:02:00Z)" = 7 ] || fail "$(drawn 2017-05-12T15:02:00Z) hours by serve"
# Hand-over: by the holder, in writing, to somebody with a mandate; a mandate that ended yesterday takes nothing.
refused 2017-05-12T16:00:00Z anne event shift "$e" --to jeanne --notes ""
refused 2017-05-12T16:00:00Z anne event shift "$e" --to paul --notes "over to you"
has "$(a 2017-05-12T16:00:00Z --json event shift "$e" --to jeanne --notes "wait for the host")" '"conflicts":1'
refused 2017-05-12T16:01:00Z paul event shift "$e" --to anne --notes "mine"
shown=$(at 2017-05-12T16:02:00Z jeanne --json event show "$e")
has "$shown" '"holder":"Jeanne"'
has "$shown" '"hidden":1'
hasnt "$shown" '"organisation":"Beta"'
has "$shown" '"total":{"incidents":2'
refused 2017-05-12T17:00:00Z jeanne event close "$e" --lesson ""
at 2017-05-12T17:00:00Z jeanne event close "$e" --lesson "indicators reached the zones in two hours" 2>/dev/null
refused 2017-05-12T17:01:00Z jeanne event message "$e" --text late
has "$(a 2017-05-12T20:00:00Z --json event picture "$e")" '"drawn":1'
has "$(a 2017-05-13T20:00:00Z --json event picture "$e")" '"drawn":0'
for kind in event.opened event.joined_all event.pictures event.handed_over event.closed; do
  a 2017-05-13T20:00:00Z --json ledger list 2>/dev/null | grep -q "\"kind\":\"$kind\"" || fail "ledger: $kind"
done
a 2017-05-13T20:00:00Z ledger verify >/dev/null
# The sheet shows the latest hours and what changed in each; all of them have a page of their own, and leave as CSV.
password=$(a 2017-05-13T20:00:00Z --json referent password anne | jq -r .password)
VIGIE_NOW=2017-05-13T20:00:30Z "$VIGIE" --home "$home" serve --listen 127.0.0.1:0 --json >"$home.serve" 2>&1 & server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "${home%/h}"' EXIT
for _ in $(seq 300); do grep -q listening "$home.serve" && break; sleep 0.2; done
base=$(grep -o 'https://[^"]*' "$home.serve")
curl -sk -c "$home.jar" -o /dev/null --data-urlencode login=anne --data-urlencode "password=$password" "$base/login"
page() { curl -sk -b "$home.jar" "$base/evenements/$e$1"; }
kept=$(drawn 2017-05-13T20:01:00Z)
hours() { page "$1" | grep -o 'href="?heure=' | wc -l; }
[ "$kept" -gt 6 ] && [ "$(hours '')" = 6 ] || fail "$(hours '') of $kept hours on the sheet"
has "$(page '')" "<a href=\"?heures=1\">Toutes les heures gardées ($kept)</a>"
[ "$(hours '?heures=1')" = "$kept" ] || fail "$(hours '?heures=1') of $kept hours on their page"
[ "$(page '?heures=1&csv=heures' | wc -l)" = $((kept + 1)) ] || fail "the hours' CSV: $(page '?heures=1&csv=heures')"
