#!/bin/bash
# An incident's content is its zone's, and once it has a case whoever sees that; its existence is counted. Every door: commands, pages, API, documents,
# figures, qualification, event. A conflict of interest wins over any role.
set -eu
dir=$(mktemp -d); home=$dir/h; pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en "$@"; }
a() { v --as anne "$@"; }
l() { v --as luc "$@"; }
fail() { echo "$*" >&2; exit 1; }
refused() { if v "$@" > "$dir/out" 2> "$dir/err"; then fail "accepted: $*"; fi; grep -qE 'belongs to the zone|no need to know|conflict' "$dir/err" || fail "$*: $(cat "$dir/err")"; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
lacks() { case $1 in *"$2"*) fail "$2 in: $1" ;; *) ;; esac; }
id() { sed 's/.*"id":"\([^"]*\)".*/\1/'; }
v init --login anne > /dev/null
a org add --name Lynx --department 35 --naf C --size PME > /dev/null
a org add --name Ours --department 67 --naf C --size PME > /dev/null
a referent add --name Eva --zone OUEST --login eva --from 2018-03-01 > /dev/null
a referent add --name Luc --zone EST --login luc --from 2018-03-01 > /dev/null
password=$(a --json referent password luc | sed 's/.*"password":"\([^"]*\)".*/\1/')
incident() { a --json incident add --org "$1" --kind ransomware --summary "$2" --happened 2026-03-02T07:00:00Z --known 2026-03-02T08:00:00Z | id; }
west=$(incident Lynx westsecret); east=$(incident Ours eastopen)
# Commands.
lacks "$(l --json incident list)" westsecret
has "$(l --json incident list)" eastopen
has "$(v --as eva --json incident list)" westsecret
refused --as luc incident show "$west"
refused --as luc incident clock "$west" CNIL72 --done
refused --as luc incident route "$west"
refused --as luc incident assign "$west" --to luc
refused --as luc incident refer "$west" --to 17cyber --reason x
refused --as luc incident document "$west" --kind sheet -o "$dir/sheet.pdf"
refused --as luc case open --incident "$west" --frame flagrance --offence CP323-2-1
lacks "$(l --json incident due)" "$west"
lacks "$(l --json org show Lynx)" westsecret
ref=$(a --json case open --incident "$west" --frame flagrance --offence CP323-2-1 | sed 's/.*"ref":"\([^"]*\)".*/\1/')
lacks "$(l --json org show Lynx)" "$ref"
has "$(a --json ledger list --subject "$west")" westsecret
has "$(l --json ledger list --subject "$west")" '"kind":"incident.added"'
lacks "$(l --json ledger list --subject "$west")" westsecret
# A question about a case.
refused --as luc qualify open --type case --value "$ref" --question "whose work?"
ask=$(a --json qualify open --type case --value "$ref" --question "whose work?" | id)
refused --as luc qualify show "$ask"
refused --as luc qualify answer "$ask" --verdict malicious --admiralty B2
lacks "$(l --json qualify list)" "$ask"
has "$(v --as eva --json qualify list)" "$ask"
# Existence is counted for everybody; the rows behind say only where and when.
has "$(l --json evaluate figures --from 2026-01-01 --to 2027-01-01)" '"figure":"incidents","count":2'
rows=$(l --json evaluate rows incidents --from 2026-01-01 --to 2027-01-01)
[ "$(wc -l <<< "$rows")" = 2 ]
lacks "$rows" "$west"
has "$rows" "$east"
event=$(a --json event open --name wave --kind ransomware --since 2026-03-01 | id)
has "$(a --json event join "$event")" '"joined":1,"skipped":1' # the other one is an inquiry's
refused --as luc event join "$event" --incident "$west"
has "$(l --json event join "$event" --regime investigation --motive joint)" '"joined":0,"skipped":1' # what he may not see is only counted
if a event join "$event" --regime both 2> /dev/null; then fail "joined both regimes without a motive"; fi
has "$(a --json event join "$event" --regime both --motive "joint picture")" '"joined":1,"skipped":0'
has "$(l --json event show "$event")" '"incidents":2'
lacks "$(l --json event show "$event")" "$west"
# Pages and API.
"$VIGIE" --home "$home" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
[ "$(curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' --data-urlencode login=luc --data-urlencode "password=$password" "$at/login")" = 303 ]
get() { curl -sk -b "$dir/jar" "$@"; }
for page in / /affaires /zones/OUEST "/recherche?q=westsec" /api/v1/incidents /api/v1/clocks /qualification /qualification/delais "/evenements/$event" /evaluation/chiffres/incidents; do
  [ "$(get -o "$dir/page" -w '%{http_code}' "$at$page")" = 200 ] || fail "$page does not answer"
  ! grep -q "westsecret\|$west" "$dir/page" || fail "$page shows it"
done
get "$at/api/v1/incidents" | grep -q "$east"
get "$at/affaires" | grep -q "$east"
for page in "/signalements/$west" "/qualification/$ask"; do [ "$(get -o "$dir/page" -w '%{http_code}' "$at$page")" = 403 ] || fail "$page opens"; done
csrf=$(get "$at/signalements/$east" | sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' | head -1)
[ "$(get -o /dev/null -w '%{http_code}' --data-urlencode "csrf=$csrf" --data-urlencode what=clock --data-urlencode code=CNIL72 --data-urlencode change=done "$at/signalements/$west")" = 403 ]
# A grant of the case opens its incident; a conflict of interest closes it again, to everybody.
l case ask "$ref" --motive "same address" > /dev/null
v --as eva case decide "$(v --as eva --json case access | id)" --grant --motive joint > /dev/null
has "$(l --json incident show "$west" --motive joint)" westsecret
[ "$(get -o /dev/null -w '%{http_code}' "$at/signalements/$west")" = 200 ]
# Who saw a value, how often, first and last: by organisation, without those that a conflict hides.
echo seen.zzqx-relay.net > "$dir/list"; a intel import "$dir/list" --source L > /dev/null
for day in 3 2; do a intel sight seen.zzqx-relay.net --org Lynx --count 4 --first "2026-03-0${day}T00:00:00Z" --last "2026-03-0${day}T00:00:00Z" > /dev/null; done
a intel sight seen.zzqx-relay.net --org Ours --first 2026-03-01T00:00:00Z > /dev/null
of_lynx='"name":"Lynx","zone":"OUEST","reports":2,"count":8,"first_seen":"2026-03-02T00:00:00.000Z","last_seen":"2026-03-03T00:00:00.000Z"'
has "$(l --json intel show seen.zzqx-relay.net)" "$of_lynx"
has "$(l intel show seen.zzqx-relay.net)" "Lynx"
has "$(l --json intel show seen.zzqx-relay.net)" '"sightings":9,"organisations":2'
get "$at/indicateur?type=domain-name&valeur=seen.zzqx-relay.net" > "$dir/page"; has "$(cat "$dir/page")" csv=par-entreprise; has "$(cat "$dir/page")" Lynx
a referent conflict luc --org Lynx --reason brother > /dev/null
lacks "$(l --json intel show seen.zzqx-relay.net)" Lynx
has "$(l --json intel show seen.zzqx-relay.net)" '"name":"Ours","zone":"EST","reports":1,"count":1'
get "$at/indicateur?type=domain-name&valeur=seen.zzqx-relay.net" > "$dir/page"; lacks "$(cat "$dir/page")" Lynx; has "$(cat "$dir/page")" Ours
has "$(cat "$dir/page")" "compte aussi des entreprises que vous ne voyez pas ici"
has "$(l --json intel show seen.zzqx-relay.net)" '"sightings":1,"organisations":1' # what he may not see is not counted either
has "$(a --json intel show seen.zzqx-relay.net)" '"sightings":9,"organisations":2'
get "$at/renseignement/objet/$(l --json intel show seen.zzqx-relay.net | sed -n 's/.*"indicator":"\([^"]*\)".*/\1/p')" > "$dir/page"; lacks "$(cat "$dir/page")" Lynx
has "$(tr -d '\n' < "$dir/page")" '<data value="1">1</data><td class="n"><data value="1">1</data></tbody>'
# Without an account: the assertions, as intel list shows them; whose companies saw it depends on who reads.
v --json intel show seen.zzqx-relay.net > "$dir/out2" 2> "$dir/err"
has "$(cat "$dir/out2")" '"source":"L"'; lacks "$(cat "$dir/out2")" sightings; lacks "$(cat "$dir/out2")" Lynx; has "$(cat "$dir/err")" "without an account"
if v --as nobody-here intel show seen.zzqx-relay.net > /dev/null 2>&1; then fail "an unknown account reads"; fi
refused --as luc incident show "$west"
get "$at/zones/OUEST" > "$dir/page"
! grep -q westsecret "$dir/page" || exit 1
a referent conflict anne --org Lynx --reason sister > /dev/null
refused --as anne incident show "$west"
refused --as anne qualify show "$ask"
lacks "$(a --json incident list)" westsecret
