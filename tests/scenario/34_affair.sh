#!/bin/bash
# A case while people work on it: states with their reasons, tasks, notes with every revision, who of another zone may see it, and a search that folds
# accents. Nobody learns of a case, a task, a seal or a document what he may not see, by no command.
set -eu
dir=$(mktemp -d); home=$dir/h
trap 'rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en "$@"; }
a() { v --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
refused() { if v "$@" > "$dir/out" 2> "$dir/err"; then fail "accepted: $*"; fi; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
lacks() { case $1 in *"$2"*) fail "$2 in: $1" ;; *) ;; esac; }
id() { sed 's/.*"id":"\([^"]*\)".*/\1/'; }
v init --login anne > /dev/null
a org add --name "Câblerie Énergie" --department 35 --naf C --size PME > /dev/null
a org add --name Brasserie --department 67 --naf C --size PME > /dev/null
a referent add --name Eva --zone OUEST --login eva --from 2018-03-01 > /dev/null
a referent add --name Luc --zone EST --login luc --from 2018-03-01 > /dev/null
case_of() { # case_of ORG SUMMARY
  local incident
  incident=$(a --json incident add --org "$1" --kind ransomware --summary "$2" --happened 2024-03-02T07:00:00Z --known 2024-03-02T08:00:00Z | id)
  a --json case open --incident "$incident" --frame flagrance --offence CP323-2-1 | sed 's/.*"ref":"\([^"]*\)".*/\1/'
}
west=$(case_of "Câblerie Énergie" "serveurs chiffrés"); east=$(case_of Brasserie "usine arrêtée")
# States.
refused --as anne case state "$west" --to closed
grep -q "a reason is needed" "$dir/err"
a case state "$west" --to in-progress 2> /dev/null
refused --as anne case state "$west" --to transmitted --reason done
a case state "$west" --to transmitted --reason done --recipient "parquet de Rennes" 2> "$dir/err"
grep -q "transmitted" "$dir/err"
has "$(a --json case list --state transmitted)" "\"ref\":\"$west\""
lacks "$(a --json case list --state open)" "$west"
# Tasks: of a case and of its act; a case does not end with one left.
act=$(a --json act plan --case "$west" --kind requisition --to "Hébergeur" --object "logs" --due 2099-01-01 | sed 's/.*"ref":"\([^"]*\)".*/\1/')
task=$(a --json task add --about "$west" --what "hear the accountant" --to eva --due 2024-04-01 | id)
a --json task add --about "$act" --what "remind the provider" --to "Zone Ouest" > /dev/null
has "$(v --as eva --json task list --mine)" '"owner":"Eva"'
has "$(v --as eva --json task list --mine)" '"late":true'
[ "$(a --json task list --about "$west" | wc -l)" = 2 ]
refused --as anne case state "$west" --to closed --reason judged
grep -q "1 act planned or under way, 2 tasks" "$dir/err"
refused --as anne task set "$task" --state dropped
a task set "$task" --state done --outcome "heard" > /dev/null
a act cancel "$act" --reason "not needed" > /dev/null
a task set "$(a --json task list --about "$act" | id)" --state dropped --outcome "cancelled" > /dev/null
# Notes.
note=$(a --json case note "$west" --text "The provider calls back" | id)
v --as eva case note "$west" --revise "$note" --text "The provider called back" > /dev/null
[ "$(a --json case notes "$west" | wc -l)" = 1 ]
has "$(a --json case notes "$west" --history)" '"revision":1,"revisions":2'
has "$(a --json case notes "$west")" '"by":"Eva"'
# Ended: nothing new, until it is reopened.
a case state "$west" --to closed --reason judged 2> /dev/null
refused --as anne case note "$west" --text late
refused --as anne exhibit add --case "$west" --description disk
a case state "$west" --to reopened --reason "new facts" 2> /dev/null
has "$(a --json case show "$west")" '"state":"closed","at":'
# The search folds capitals and accents, and finds what was written in notes; it looks into inquiries, so it asks why, once.
refused --as anne case list --search energ
grep -q -- '--motive' "$dir/err"
a case list --search energ --motive "who else was hit" > /dev/null
for words in ÉNERGIE énergie energ "cablerie CHIFFRES" "called back"; do [ "$(a --json case list --search "$words" | wc -l)" = 1 ] || fail "search: $words"; done
[ -z "$(a --json case list --search "brasserie energie")" ]
# Another zone: that it exists and whom to ask, nothing of what is in it, by no command.
a exhibit add --case "$west" --description disk --seal 7 > /dev/null
a case document "$west" --kind summary --format txt -o "$dir/s.txt" > /dev/null
[ "$(v --as luc --json case list | wc -l)" = 1 ]
[ -z "$(v --as luc --json case list --search energie --motive "same week")" ]
[ -z "$(v --as luc --json exhibit list)" ]
[ -z "$(v --as luc --json act list)" ]
[ -z "$(v --as luc --json task list --all)" ]
for command in "case show $west" "case elements $west" "case notes $west" "task list --about $west" "act list --case $west" "act show $act" \
  "exhibit show $west/1" "timeline --case $west" "timeline" "case document $west --kind summary" "case note $west --text x" "case state $west --to closed --reason x" \
  "case party $west --category victim --name x" "case finding $west --type observed --text x" "exhibit move $west/1 --what opened --reason x" \
  "task set $task --state todo" "act plan --case $west --kind transfer --exhibit $west/1 --place x"; do
  refused --as luc $command
  grep -q "zone OUEST\|not open to you" "$dir/err" || fail "$command: $(cat "$dir/err")"
done
refused --as luc case show "$east"
v --as luc case show "$east" --motive "the zone's duty officer" > /dev/null
ask=$(v --as luc --json case ask "$west" --motive "same address" | id)
refused --as luc case decide "$ask" --grant --motive "why not"
has "$(v --as eva --json case access)" '"motive":"same address","state":"asked"'
v --as eva case decide "$ask" --grant --motive "joint inquiry" > /dev/null
v --as luc case show "$west" --motive "joint inquiry" > /dev/null
a --json ledger list 2> /dev/null > "$dir/l"
for kind in case.state case.note case.note_revised task.added task.changed case.access_asked case.access_granted; do grep -q "\"$kind\"" "$dir/l" || fail "ledger: $kind"; done
v --as eva case decide "$ask" --end --motive over > /dev/null
refused --as luc case show "$west"
# The same value in two zones: both are told that the other exists and whom to ask; a struck link is remembered.
a case finding "$west" --type observed --text "calls relais-compta.net and 8.8.8.8" > /dev/null
a case finding "$east" --type observed --text "hxxps://relais-compta[.]net/a, 8.8.8.8" > /dev/null
link=$(v --as luc --json case links "$east")
has "$link" "\"other\":\"$west\",\"zone\":\"OUEST\",\"ask\":\"Eva\",\"open_to_you\":false"
has "$link" '"type":"domain-name","value":"relais-compta.net"'
[ "$(v --as luc --json case links | wc -l)" = 1 ]
refused --as luc case links "$west"
v --as luc case strike "$(echo "$link" | id)" --reason "shared hosting" > /dev/null
a case finding "$east" --type observed --text "relais-compta.net again" > /dev/null
has "$(a --json case links "$west")" '"struck":true,"why":"shared hosting"'
[ "$(a --json ledger list 2> /dev/null | grep -c '"case.linked"')" = 2 ]
# Times that are not quite known are said so.
a case finding "$east" --type declared --source "M. Roth" --text "screen went red" --from 2024-03-01T22:00:00Z --precision about --spread 30 > /dev/null
refused --as anne case finding "$east" --type observed --text x --precision about
refused --as anne case finding "$east" --type observed --text x --from 2024-03-01 --until 2024-03-02 --precision zone
has "$(a --json case show "$east")" '"from":"2024-03-01T21:30:00.000Z","until":"2024-03-01T22:30:00.000Z","precision":"about"'
a case document "$east" --kind report --format txt -o "$dir/r.txt" > /dev/null
grep -q "about 2024-03-01 23:00:00 (Paris), 22:00:00 UTC (give or take 30 min)" "$dir/r.txt" || fail "$(grep red "$dir/r.txt")"
# A conflict of interest goes before everything, and hides it from the lists.
a referent conflict eva --org "Câblerie Énergie" --reason "brother" > /dev/null
refused --as eva case show "$west"
[ -z "$(v --as eva --json case list)" ]
[ -z "$(v --as eva --json exhibit list --motive x)" ]
lacks "$(v --as eva --json incident list)" "chiffr"
refused --as eva timeline --motive x
v ledger verify > /dev/null
