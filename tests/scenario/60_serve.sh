#!/bin/bash
# The pages: nobody without an account, every listed page with one, safe headers, a clean stop.
set -eu
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
password=$("$VIGIE" init --home "$dir/h" | grep -oE '[a-z0-9]{20}$')
"$VIGIE" --home "$dir/h" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
get() { curl -sk -b "$dir/jar" "$@"; }
get -i "$at/journal" > "$dir/anonymous"
grep -q 'name="password"' "$dir/anonymous"
grep -q "default-src 'self'" "$dir/anonymous"
send() { curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' "$@" --data-urlencode "login=$(id -un)" "$at/login"; }
[ "$(send --data-urlencode password=wrong)" = 403 ]
[ "$(send --data-urlencode "password=$password" -H 'Origin: https://other.test')" = 403 ]
[ "$(send --data-urlencode "password=$password")" = 303 ]
for page in / /graphe /alertes /renseignement /zones /journal; do
  [ "$(get -o "$dir/page" -w '%{http_code}' "$at$page")" = 200 ]
  ! grep -q 'name="password"' "$dir/page"
done
# What the help names is there: each page answers, each command is one.
get "$at/aide" > "$dir/page"
for page in $(grep -o '<li><a href="/[^"]*' "$dir/page" | sed 's/.*href="//' | sort -u); do [ "$(get -o /dev/null -w '%{http_code}' "$at$page")" = 200 ] || { echo "no page $page"; exit 1; }; done
grep -o '>vigie [a-z]* *[a-z]*' "$dir/page" | sed 's/^>vigie //' | sort -u > "$dir/commands"
[ "$(wc -l < "$dir/commands")" -gt 25 ]
# shellcheck disable=SC2086
while read -r command; do "$VIGIE" $command --help > /dev/null || { echo "no command $command"; exit 1; }; done < "$dir/commands"
# One's own password: the old one is asked for; then every session opened before is over, this one too.
get "$at/compte" > "$dir/page"
csrf=$(sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' "$dir/page" | head -1)
change() { get -o "$dir/page" -w '%{http_code}' --data-urlencode "csrf=$csrf" --data-urlencode what=password --data-urlencode "current=$1" --data-urlencode "password=$2" --data-urlencode "again=$3" "$at/compte"; }
[ "$(change wrong twelve-letters twelve-letters)" = 403 ]
[ "$(change "$password" short short)" = 422 ]
[ "$(change "$password" twelve-letters twelve-others)" = 422 ]
! grep -q twelve- "$dir/page" || exit 1
[ "$(change "$password" twelve-letters twelve-letters)" = 303 ]
get "$at/zones" | grep -q 'name="current-password"\|name="password"'
[ "$(send --data-urlencode "password=$password")" = 403 ]
password=$("$VIGIE" --home "$dir/h" --json referent password "$(id -un)" | sed 's/.*"password":"\([^"]*\)".*/\1/')
[ "$(send --data-urlencode "password=$password")" = 303 ]
# A report that is pasted: its values are found, those on a warning list are shown and not kept; what cannot be read says so beside the text.
get "$at/renseignement/ajouter" > "$dir/page"
csrf=$(sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' "$dir/page" | head -1)
paste() { get -o "$dir/page" -w '%{http_code}' --data-urlencode "csrf=$csrf" --data-urlencode "source=CERT" "$@" "$at/renseignement/ajouter"; }
[ "$(paste --data-urlencode form=report --data-urlencode keep=1 --data-urlencode 'text=It calls hxxp://paste-a[.]test-x[.]ru/a and 8.8.8.8')" = 200 ]
grep -q '2 lus, 2 ajoutés' "$dir/page"
[ "$(paste --data-urlencode form=stix --data-urlencode 'text=nonsense')" = 422 ]
grep -q 'JSON illisible' "$dir/page"
[ "$(get -o /dev/null -w '%{http_code}' "$at/nothing")" = 404 ]
# The same as JSON, cut into parts; nothing without a session, no page for a program.
[ "$(curl -sk -o "$dir/page" -w '%{http_code}' "$at/api/v1/zones")" = 401 ]
grep -q '^{"error":' "$dir/page"
[ "$(get -o "$dir/page" -w '%{http_code}' "$at/api/v1/nothing")" = 404 ]
grep -q '^{"error":' "$dir/page"
after=; seen=0
while :; do
  get "$at/api/v1/zones?limit=5&after=$after" > "$dir/page"
  seen=$((seen + $(jq '.data | length' "$dir/page")))
  after=$(jq -r .next "$dir/page")
  [ "$after" != null ] || break
done
[ "$seen" = 12 ]
for list in analyses cases clocks exhibits images incidents indicators organisations requisitions warnings; do
  get "$at/api/v1/$list" | jq -e '.data | type == "array"' > /dev/null
done
kill -TERM "$pid"; wait "$pid"; pid=
# With an authority, only those who show a certificate of it are answered; the server's own certificate is kept, readable by its owner only.
grep -q "BEGIN CERTIFICATE" "$dir/h/tls/cert.pem"
[ "$(stat -c %a "$dir/h/tls/key.pem")" = 600 ]
kept=$(sha256sum < "$dir/h/tls/cert.pem")
make() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$dir/$1.key" -out "$dir/$1.pem" 2> /dev/null; }
make authority; make stranger
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=anne -keyout "$dir/anne.key" -out "$dir/anne.csr" 2> /dev/null
openssl x509 -req -in "$dir/anne.csr" -CA "$dir/authority.pem" -CAkey "$dir/authority.key" -CAcreateserial -days 2 -out "$dir/anne.pem" 2> /dev/null
: > "$dir/out"
"$VIGIE" --home "$dir/h" serve --listen '[::1]:0' --client-ca "$dir/authority.pem" --json > "$dir/out" 2> "$dir/err" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
if [ -s "$dir/out" ]; then # a machine without IPv6 leaves this out
  at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
  [ "$(get -o "$dir/page" -w '%{http_code}' "$at/")" = 403 ]
  [ "$(get --cert "$dir/stranger.pem" --key "$dir/stranger.key" -o "$dir/page" -w '%{http_code}' "$at/")" = 403 ]
  [ "$(get --cert "$dir/anne.pem" --key "$dir/anne.key" --cacert "$dir/h/tls/cert.pem" -o "$dir/page" -w '%{http_code}' "$at/")" = 200 ]
  kill -TERM "$pid"; wait "$pid"
fi
pid=
[ "$(sha256sum < "$dir/h/tls/cert.pem")" = "$kept" ] || openssl x509 -in "$dir/h/tls/cert.pem" -noout -ext subjectAltName | grep -q "0:0:0:0:0:0:0:1"
# A conflict of interest keeps a person away from the pages of an organisation, whatever the role.
"$VIGIE" --home "$dir/h" org add --name "Scierie du Val" --siren 000560011 --naf C --size PME --department 56 > /dev/null
org=$("$VIGIE" --home "$dir/h" --json org list | grep -o '"id":"[^"]*"[^}]*Scierie' | cut -d'"' -f4)
: > "$dir/out"
"$VIGIE" --home "$dir/h" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
[ "$(send --data-urlencode "password=$password")" = 303 ]
[ "$(get -o /dev/null -w '%{http_code}' "$at/entreprises/$org")" = 200 ]
"$VIGIE" --home "$dir/h" org add --name "Tuiles du Ried" --siren 000680017 --naf C --size PME --department 68 > /dev/null
for who in "Scierie du Val" "Tuiles du Ried"; do
  "$VIGIE" --home "$dir/h" --quiet intel sight relais.zzqx-relay.net --org "$who" --first 2026-03-02 --last 2026-03-02 > /dev/null
done
warning=$("$VIGIE" --home "$dir/h" --quiet --json anticipate coincidence | sed 's/.*"id":"\(warning--[^"]*\)".*/\1/')
get "$at/alertes/$warning" > "$dir/page"; grep -q "Scierie du Val" "$dir/page"; grep -q "Tuiles du Ried" "$dir/page"
[ "$(get "$at/api/v1/organisations" | jq '[.data[] | select(.name == "Scierie du Val")] | length')" = 1 ]
"$VIGIE" --home "$dir/h" referent conflict "$(id -un)" --org "Scierie du Val" --reason "parent dirigeant" > /dev/null
[ "$(get -o /dev/null -w '%{http_code}' "$at/entreprises/$org")" = 403 ]
get "$at/alertes/$warning" > "$dir/page"; ! grep -q "Scierie du Val" "$dir/page" || exit 1; grep -q "Tuiles du Ried" "$dir/page"
"$VIGIE" --home "$dir/h" --quiet --json anticipate show "$warning" > "$dir/page"; ! grep -q "Scierie du Val" "$dir/page" || exit 1; grep -q "Tuiles du Ried" "$dir/page"
[ "$(get "$at/api/v1/organisations" | jq '[.data[] | select(.name == "Scierie du Val")] | length')" = 0 ]
kill -TERM "$pid"; wait "$pid"; pid=
# Behind a relay that is declared each visitor is counted by the address that the relay heard; nobody else is believed about it.
listen() {
  : > "$dir/out"
  "$VIGIE" --home "$dir/h" serve --http --listen 127.0.0.1:0 --json "$@" > "$dir/out" & pid=$!
  for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
  at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
}
guess() { curl -s -o /dev/null -w '%{http_code}' -H "X-Forwarded-For: $1" ${2:+-H "X-Forwarded-For: $2"} "$at/bienvenue/$(printf '0%.0s' $(seq 64))"; }
listen --relay "127.0.0.1,2001:DB8::1"
for i in $(seq 10); do [ "$(guess "198.51.100.$i, 203.0.113.7")" = 404 ]; done
[ "$(guess "198.51.100.99, 203.0.113.7")" = 429 ] # whatever its visitor claims
[ "$(guess 198.51.100.77 "203.0.113.7, 2001:db8::1")" = 429 ] # two lines, two relays
[ "$(guess 203.0.113.8)" = 404 ]
kill -TERM "$pid"; wait "$pid"
listen
for i in $(seq 12); do [ "$(guess 203.0.113.7)" = 404 ]; done # told by nobody that one can believe: all are one, the limit is wide
kill -TERM "$pid"; wait "$pid"; pid=
# What cannot start ends by itself, its worker too.
for i in $(seq 8); do
  status=0; "$VIGIE" --home "$dir/h" --lang en serve --http --listen 127.0.0.1:0 --relay localhost > "$dir/out" 2>&1 || status=$?
  [ "$status" = 2 ]
done
grep -q "bad relay: localhost" "$dir/out"
