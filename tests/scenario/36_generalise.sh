#!/bin/bash
# What was counted for a closed period stays byte for byte what it was: after the network is opened to every zone (all that shows figures), and after
# departments changed zone, their belonging was put right, or companies moved (all that shows figures of the closed period).
set -euo pipefail
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null || true; rm -rf "$dir"' EXIT
at() { local t=$1; shift; VIGIE_NOW=$t "$VIGIE" --home "$dir/h" --lang en --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
id() { sed 's/.*"id":"\([a-z]*--[^"]*\)".*/\1/'; }
password=$(VIGIE_NOW=2018-01-02T08:00:00Z "$VIGIE" init --home "$dir/h" --login anne | grep -oE '[a-z0-9]{20}$')
# Half a year of a network: zones of the pilot and others; everything that figures are made of, day by day.
for x in Alpha:35 Beta:67 Gamma:33 Delta:49 Epsilon:2A Zeta:974; do
  at 2018-01-10T08:00:00Z org add --name "${x%:*}" --department "${x#*:}" --naf C --size PME > /dev/null
done
at 2018-03-01T08:00:00Z referent add --name Jeanne --zone OUEST --from 2018-03-01 > /dev/null
day=10
for org in Alpha Beta Gamma Delta Alpha Gamma; do
  day=$((day + 2)); t=2018-04-${day}T09:00:00Z
  incident=$(at "$t" --json incident add --org $org --kind ransomware --summary locked --happened "2018-04-${day}T06:00:00Z" --known "2018-04-${day}T07:00:00Z" | id)
  visit=$(at "$t" --json action add --title visit --org $org --at "$t" | id)
  at "$t" action done "$visit" --people C:PME:4 2> /dev/null
  [ $day -le 18 ] || continue
  diagnosis=$(at "$t" --json diagnose open --org $org | id)
  at "$t" diagnose answer "$diagnosis" 1=no 2=yes 13=no > /dev/null
  at "$t" diagnose adopt "$diagnosis" 13 --state proposed > /dev/null
  at 2018-05-20T09:00:00Z diagnose adopt "$diagnosis" 13 --state done > /dev/null
  at "$t" exercise add --org $org --name spring --at "$t" --group all:20:9:4:2:5 > /dev/null
  at "$t" intel sight relay.example --org $org --first "$t" > /dev/null
done
for x in Alpha:2018-02-12 Epsilon:2018-02-13 Epsilon:2018-04-25; do
  t=${x#*:}T09:00:00Z
  at "$t" incident add --org "${x%:*}" --kind phishing --summary mail --happened "${x#*:}T06:00:00Z" --known "${x#*:}T07:00:00Z" > /dev/null
done
at 2018-04-30T09:00:00Z case open --incident "$incident" --frame flagrance --offence CP323-1-1 > /dev/null
event=$(at 2018-05-02T08:00:00Z --json event open --name Wave --kind ransomware --since 2018-04-01 | id)
at 2018-05-02T08:00:00Z event join "$event" > /dev/null
at 2018-05-02T10:00:00Z event close "$event" --lesson "said in time" 2> /dev/null
at 2018-05-03T08:00:00Z anticipate coincidence > /dev/null
at 2018-07-02T08:00:00Z evaluate counts did --from 2018-01-01 --to 2018-07-01 --since 2018-04-01 > "$dir/did.csv"
plan=$(at 2018-07-02T08:00:00Z --json evaluate plan "$SOURCE/demo/evaluation/plan.json" | id)
at 2018-07-02T09:00:00Z evaluate open "$plan" 2> /dev/null
at 2018-07-02T10:00:00Z evaluate attach "$plan" did "$dir/did.csv" > /dev/null
at 2018-07-03T10:00:00Z evaluate close "$plan" 2> /dev/null
# One clock for all that is asked; the pages from one server.
now=2019-06-30T12:00:00Z
VIGIE_NOW=$now "$VIGIE" --home "$dir/h" serve --http --listen 127.0.0.1:0 --json > "$dir/out" 2> "$dir/log" & pid=$!
for _ in $(seq 200); do [ -s "$dir/out" ] && break; sleep 0.1; done
site=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
[ "$(curl -s -c "$dir/jar" -o /dev/null -w '%{http_code}' --data-urlencode login=anne --data-urlencode "password=$password" "$site/login")" = 303 ]
# What says when it was asked, how long the ledger is by now, the id that a warning would get or which zones would be told today, is no figure.
plain() { sed -E 's/2019-06-30T12:[0-9:.]+Z/NOW/g; s/30 Jun 2019 1[0-9]:[0-9]{2}/NOW/g; s#/journal/[0-9]+">[0-9]+#/journal/N#g; s/[0-9]+ entries, intact/N entries, intact/; s/warning--0164[0-9a-f-]+/W/g; s/"zones":\["[^]]*\]/Z/' > "$1"; }
keep() { local to=$1; shift; { at $now "$@" || [ $? = 3 ]; } 2>&1 | plain "$to" || fail "$* $(cat "$to")"; }
page() { curl -sf -b "$dir/jar" -b lang=en "$site$2" | plain "$1" || fail "no page $2"; }
# closed DIR: what is asked of a period that is over.
closed() {
  local d=$1 k f span='--from 2018-01-01 --to 2018-07-01' du='du=2018-01-01T01:00&au=2018-07-01T02:00'
  mkdir -p "$d"
  keep "$d/figures" evaluate figures $span
  keep "$d/by-zone" --json evaluate figures $span --by-zone
  keep "$d/rows" --json evaluate rows incidents $span --zone OUEST
  for f in "" --json; do
    keep "$d/reach$f" $f action reach $span
    keep "$d/report$f" $f evaluate report "$plan"
    keep "$d/event$f" $f event show "$event"
  done
  keep "$d/warned" --json anticipate coincidence --preview --as-of 2018-07-01
  keep "$d/weekly" --json anticipate weekly --preview --as-of 2018-07-01
  keep "$d/did" evaluate counts did $span
  keep "$d/survival" evaluate counts survival $span
  for k in incidents clocks-late incidents-dropped cases visits diagnoses measures-adopted victims-after warnings; do
    page "$d/page-$k" "/evaluation/chiffres/$k?$du"
    page "$d/page-$k-SUDOUEST" "/evaluation/chiffres/$k?$du&zone=SUDOUEST"
    page "$d/csv-$k" "/evaluation/chiffres/$k?$du&csv=$k"
  done
  page "$d/page-figures" "/evaluation/chiffres?$du"
  page "$d/page-figures-OUEST" "/evaluation/chiffres?$du&zone=OUEST"
  page "$d/page-plan" "/evaluation/$plan?recalculer=1"
  for k in plan did; do page "$d/$k" "/evaluation/$plan?fichier=$k"; done
  page "$d/page-event" "/evenements/$event"
}
# present DIR: what shows figures of today, too.
present() {
  mkdir -p "$1"
  keep "$1/zones" --json zone list
  keep "$1/effect" --json diagnose effect --zone OUEST
  keep "$1/exercises" --json exercise effect
  keep "$1/warnings" --json anticipate list
  local p; for p in / /zones /zones/EST /actions /diagnostics-effet /exercices /evaluation /alertes /series /affaires /evenements /campagnes /graphe \
    /personnes /api/v1/organisations /api/v1/zones /api/v1/incidents; do page "$1/page$(tr / _ <<< "$p")" "$p"; done
}
same() { diff -r "$1" "$2" > "$dir/diff" || { cut -c1-600 "$dir/diff" | head -n 40 >&2; fail "$3"; }; }
closed "$dir/c0"; present "$dir/p0"
grep -q '"figure":"incidents","count":4[^}]*"zone":"OUEST"' "$dir/c0/by-zone" || fail "nothing was counted: $(cat "$dir/c0/by-zone")"
at 2019-06-01T08:00:00Z zone generalise --from 2019-01-01 > /dev/null
closed "$dir/c2"; same "$dir/c0" "$dir/c2" "generalisation changed figures of a closed period"
present "$dir/p2"; same "$dir/p0" "$dir/p2" "generalisation changed figures"
# A department goes to another zone; that of another is put right later, from a day after the period.
at 2019-06-01T09:00:00Z zone move 35 --to NORD --from 2019-02-01 2> /dev/null
at 2019-06-01T09:00:00Z zone move 33 --to SUD --from 2018-07-15 2> /dev/null
at 2019-06-01T09:00:00Z zone move 2A --to SUDEST --from 2019-03-01 2> /dev/null
grep -q '"figure":"incidents","count":2' <<< "$(at $now --json evaluate figures --from 2018-01-01 --to 2018-07-01 --zone SUDOUEST)" || fail "the zone of then lost its incidents"
# The next period goes to the zone of then: 35 is NORD's.
at 2019-06-02T09:00:00Z incident add --org Alpha --kind phishing --summary again --happened 2019-06-02T06:00:00Z --known 2019-06-02T07:00:00Z > /dev/null
grep -q '"figure":"incidents","count":1' <<< "$(at $now --json evaluate figures --from 2019-02-01 --to 2019-06-30 --zone NORD)" || fail "the new zone does not count"
# A company goes to another department, one is found to have been elsewhere: what was counted in the zones of then stays there.
t=2019-06-03T09:00:00Z
at $t org move Gamma --to 67 --from 2018-07-10 > /dev/null
at $t org move Alpha --to 13 --from 2019-06-02T12:00:00Z > /dev/null
at $t org move Delta --to 13 > /dev/null
closed "$dir/c3"; same "$dir/c0" "$dir/c3" "a department or a company that moved took figures of a closed period along"
figure() { at $now --json evaluate figures --from 2018-01-01 --to 2019-06-30 --zone "$1" | grep -o '"figure":"incidents","count":[0-9]*'; }
[ "$(figure SUDOUEST) $(figure EST) $(figure NORD)" = '"figure":"incidents","count":2 "figure":"incidents","count":1 "figure":"incidents","count":1' ] || fail "zones of then: $(figure SUDOUEST) $(figure EST) $(figure NORD)"
at $t incident add --org Gamma --kind phishing --summary after --happened 2019-06-03T06:00:00Z --known 2019-06-03T07:00:00Z > /dev/null
[ "$(figure EST)" = '"figure":"incidents","count":2' ] || fail "the zone of its new department does not count"
refuse() { if at "$@" > "$dir/out" 2>&1; then fail "accepted: $*"; fi; }
refuse $t org move Gamma --to 67 --from 2019-01-01
refuse $t org move Gamma --to 33 --from 2018-07-01
refuse $t org move Gamma --to 33 --from 2019-07-01
refuse $t org move Gamma --to 00 --from 2019-06-01
shown=$(at $t --json org show Gamma)
[[ $shown = *'"department":"67","zone":"EST"'*'"departments":[{"department":"67","since":"2018-07-10T00:00:00.000Z"},{"department":"33","since":null}]'* ]] || fail "$shown"
# The effect of diagnoses and exercises counts a company where its last one was made.
for x in 2018-11-05:yes 2019-05-05:yes; do
  t=${x%:*}T09:00:00Z
  diagnosis=$(at "$t" --json diagnose open --org Beta | id); at "$t" diagnose answer "$diagnosis" 1=${x#*:} > /dev/null
  at "$t" exercise add --org Beta --name "${x%:*}" --at "$t" --group all:20:9:4:2:5 > /dev/null
done
effect() { at $now --json "$1" effect --zone "$2" | grep -c '"companies":1'; }
before="$(effect diagnose EST) $(effect diagnose OUEST) $(effect exercise EST)"
at $now org move Beta --to 35 --from 2019-06-20 > /dev/null
[ "$before" = "$(effect diagnose EST) $(effect diagnose OUEST) $(effect exercise EST)" ] && [ "${before%% *}" -gt 0 ] || fail "the effect follows the company: $before"
kill -TERM "$pid"; wait "$pid" || true; pid=
at $now ledger verify > /dev/null
