#!/bin/bash
# Attendance by the code on the wall: nobody logs in, nobody is named, one browser counts once; feedback; a cancelled or closed action counts nobody.
set -eu
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$dir/h" --lang en --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
id() { sed 's/.*"id":"\([a-z]*--[^"]*\)".*/\1/'; }
password=$("$VIGIE" --home "$dir/h" init --login anne | grep -oE '[a-z0-9]{20}$')
v org add --name Lynx --department 35 --naf C --size PME > /dev/null
v org add --name Ours --department 67 --naf C --size PME > /dev/null
now=$(v --json action add --title "Talk <b>" --kind talk --zone OUEST --for "C:PME *:MICRO" --at "$(date -u -d '1 hour ago' +%FT%TZ)" | id)
later=$(v --json action add --title later --kind talk --zone OUEST --at "$(date -u -d '3 days' +%FT%TZ)" | id)
if v action add --title x --for "Z:PME" --at 2024-03-02 2> /dev/null; then fail "an unknown section is taken"; fi
"$VIGIE" --home "$dir/h" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 200); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
link=$(v --json action code "$now" --url "$at" --svg "$dir/code.svg" | sed 's/.*"url":"\([^"]*\)".*/\1/')
[ "$(v action code "$now" --url "$at")" = "$link" ] || fail "the code changes"
grep -q '<svg ' "$dir/code.svg" && ! grep -q style= "$dir/code.svg" || fail "the drawing"
# Where a reader of codes is at hand, it reads the address.
if command -v zbarimg > /dev/null && command -v rsvg-convert > /dev/null; then
  rsvg-convert -w 500 "$dir/code.svg" -o "$dir/code.png"
  [ "$(zbarimg -q --raw "$dir/code.png" 2> /dev/null)" = "$link" ] || fail "the code is not read back"
fi
ask() { curl -sk -o "$dir/page" -w '%{http_code}' "$@"; }
[ "$(ask "$link")" = 200 ]
grep -q 'Talk &lt;b&gt;' "$dir/page" && ! grep -q '<nav' "$dir/page" || fail "the open page"
# In the visitor's language: French unless the browser asks for English first or the visitor chose.
spoken() { local want=$1; shift; ask "$@" "$link" > /dev/null; grep -qF "$want" "$dir/page" || fail "not said: $want"; }
spoken '<html lang="fr"'; grep -qF 'Aucun nom, aucune adresse' "$dir/page" || fail "French"
spoken '<html lang="en"' -H 'Accept-Language: en-GB,en;q=0.8,fr;q=0.5'; grep -qF 'No name, no address' "$dir/page" && ! grep -qF 'Aucun nom' "$dir/page" || fail "English"
spoken '<html lang="fr"' -H 'Accept-Language: fr-FR,en;q=0.8'
spoken '<html lang="fr"' -b lang=fr -H 'Accept-Language: en'
spoken 'You are counted' -b lang=en -G -d vu=presence
[ "$(ask -c "$dir/one" -d 'what=presence&naf=C&size=PME' "$link")" = 303 ]
[ "$(ask -b "$dir/one" -d 'what=presence&naf=C&size=PME' "$link")" = 303 ]
[ "$(ask -d 'what=presence&naf=&size=' "$link")" = 303 ]
[ "$(ask -d 'what=presence&naf=C&size=' "$link")" = 422 ]
[ "$(ask -d 'what=presence&naf=ZZ&size=PME' "$link")" = 422 ]
[ "$(ask -d 'what=presence' -H 'Origin: https://other.test' "$link")" = 403 ]
[ "$(ask -d 'what=avis&useful=4&will=yes' "$link")" = 303 ]
[ "$(ask -d 'what=avis&useful=6&will=yes' "$link")" = 422 ]
has "$(v --json action show "$now")" '"sheets":0,"marks":[0,0,0,0,0]' # one sheet alone would be read as that of who has just sent it
for n in 1 2 3 4; do [ "$(ask -d "what=avis&useful=$n&will=no" "$link")" = 303 ]; done
[ "$(ask "$at/presence/00000000000000000000000000000000")" = 404 ]
[ "$(ask -d 'what=presence' "$at/presence/00000000000000000000000000000000")" = 404 ]
# Nobody gets further than that page without an account.
for path in /actions "/actions/$now" /diagnostics; do ask "$at$path" > /dev/null; grep -q 'name="password"' "$dir/page" || fail "$path is open"; done
shown=$(v --json action show "$now")
has "$shown" '{"naf":"C","size":"PME","people":1}'
has "$shown" '{"naf":"","size":"","people":1}'
has "$shown" '"sheets":5,"marks":[1,1,1,2,0],"will_change":1'
v action done "$now" --people C:PME:12 2> /dev/null
has "$(v --json action show "$now")" '{"naf":"C","size":"PME","people":13}'
has "$("$VIGIE" --home "$dir/h" --lang fr --as anne action show "$now")" 'faite'
# Who comes once it is done is counted by an instance that merged it before, as by QR code.
[ "$(ask -d 'what=presence&naf=C&size=PME' "$link")" = 303 ]
v merge export -o "$dir/events" 2> /dev/null
tail -n 2 "$dir/events" | grep '"kind":"action.changed"' | grep '"name":"code QR"' | grep -q 'C:PME:14' || fail "the late one does not travel: $(tail -n 2 "$dir/events")"
# Too early, cancelled: not counted.
early=$(v --json action code "$later" --url "$at" | sed 's/.*"url":"\([^"]*\)".*/\1/')
[ "$(ask -d 'what=presence&naf=C&size=PME' "$early")" = 409 ]
if v action cancel "$later" 2> /dev/null; then fail "cancelled without a reason"; fi
v action cancel "$later" --reason "no room" 2> /dev/null
has "$(v --json action list)" '"state":"cancelled"'
# A name is kept of who agreed only, and goes when the agreement goes; the ledger never had it.
if v action attendee "$now" --name "Zoe Martin" 2> /dev/null; then fail "named without agreement"; fi
has "$(v --json action attendee "$now" --name "Zoe Martin" --agreed-to "the bulletin")" '"name":"Zoe Martin"'
! v --json action attendee "$now" --name "Zoe Martin" --withdraw | grep -q Zoe || fail "the name is still there"
v ledger export -o "$dir/ledger" 2> /dev/null
! grep -q Zoe "$dir/ledger" || fail "the ledger knows the name"
# Reach: of the one company known in the zone none was met by a talk; an interval always.
has "$(v --json action reach | grep '"OUEST"')" '"actions":1,"actions_lo":0.025'
has "$(v --json action reach | grep '"OUEST"')" '"people":15,"companies":1,"met":0,"share_lo":0,'
has "$(v --json action reach | grep '"NORD"')" '"companies":0,"met":0,"share_lo":0,"share_hi":1'
# The pages, logged in: agenda, action, poster, hand-out.
curl -sk -c "$dir/jar" -o /dev/null --data-urlencode "login=anne" --data-urlencode "password=$password" "$at/login"
for path in /actions "/actions/$now" "/actions/$now/affiche" "/actions/$now/support" /diagnostics /diagnostics-effet; do
  [ "$(ask -b "$dir/jar" "$at$path")" = 200 ] || fail "$path"
done
v ledger verify > /dev/null
