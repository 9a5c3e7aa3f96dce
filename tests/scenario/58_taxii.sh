#!/bin/bash
# TAXII 2.1 between two instances, each with its own server on the loopback. What a partner gets is what the gate lets go, in parts and once;
# what it leaves becomes its assertions; one question about a threat and its answer travel both ways a partner can be reached.
set -eu
d=$(mktemp -d); pids=
trap 'for p in $pids; do kill "$p" 2> /dev/null || true; done; rm -rf "$d"' EXIT
police() { VIGIE_HOME=$d/police "$VIGIE" --quiet --lang en --json --as anne "$@"; }
lynx() { VIGIE_HOME=$d/lynx "$VIGIE" --quiet --lang en --json --as lynn "$@"; }
fails() { if "$@" > "$d/out" 2> "$d/err"; then echo "should fail: $*"; exit 1; fi; }
is() { [ "$1" = "$2" ] || { echo "line ${BASH_LINENO[0]}: $1 is not $2"; exit 1; }; }
id() { jq -r .id | tail -1; }
VIGIE_HOME=$d/police "$VIGIE" --quiet init --login anne > /dev/null
VIGIE_HOME=$d/lynx "$VIGIE" --quiet init --login lynn > /dev/null
echo a-long-password > "$d/pass"
police org add --name Lynx --kind partner --department 75 > /dev/null
police org add --name Loutre --kind partner --department 75 > /dev/null
police convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER > /dev/null
police convention add --partner Loutre --from 2018-01-01 --to 2021-01-01 > /dev/null
police referent add --name Lynn --role partner --org Lynx --login lynn --password-file "$d/pass" --from 2020-01-01 > /dev/null
police referent add --name Lou --role partner --org Loutre --login lou --password-file "$d/pass" --from 2018-01-01 > /dev/null
lynx org add --name D2A --kind authority --department 75 > /dev/null
lynx convention add --partner D2A --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER > /dev/null
lynx referent add --name Anne --role partner --org D2A --login d2a --password-file "$d/pass" --from 2020-01-01 > /dev/null

green=marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb amber=marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421
red=marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1
indicator() { # number, marking, time of the version, more
  echo "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--$1$1$1$1$1$1$1$1-1111-4111-8111-111111111111\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"$3\",\"name\":\"n$1\",\"pattern\":\"[domain-name:value = 'h$1.zzqx-relay.net']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"object_marking_refs\":[\"$2\"]${4:-}}"
}
relationship() { # number, from, to
  echo "{\"type\":\"relationship\",\"spec_version\":\"2.1\",\"id\":\"relationship--$1$1$1$1$1$1$1$1-1111-4111-8111-111111111111\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"relationship_type\":\"related-to\",\"source_ref\":\"indicator--$2$2$2$2$2$2$2$2-1111-4111-8111-111111111111\",\"target_ref\":\"indicator--$3$3$3$3$3$3$3$3-1111-4111-8111-111111111111\",\"object_marking_refs\":[\"$green\"]}"
}
old=2026-01-01T00:00:00.000Z new=2026-02-01T00:00:00.000Z
bundle() { local IFS=,; echo "{\"type\":\"bundle\",\"id\":\"bundle--11111111-1111-4111-8111-111111111111\",\"objects\":[$*]}"; }
# 1 and 4 may go; 2 is red; 3 has a red name, which goes without; 5 is red now though it was amber; 1-2 would tell that there is a 2
bundle "$(relationship 1 1 4)" "$(indicator 1 $amber $old)" "$(indicator 2 $red $old)" "$(indicator 3 $green $old ",\"granular_markings\":[{\"marking_ref\":\"$red\",\"selectors\":[\"name\"]}]")" \
  "$(indicator 4 $green $old)" "$(indicator 5 $amber $old)" "$(indicator 5 $red $new)" "$(relationship 2 1 2)" > "$d/b.json"
police intel import "$d/b.json" --source Veille > /dev/null

serve() { # home; says where
  VIGIE_HOME=$d/$1 "$VIGIE" --json serve --listen 127.0.0.1:0 > "$d/$1.at" & pids="$pids $!"
  for _ in $(seq 300); do [ -s "$d/$1.at" ] && break; sleep 0.1; done
  jq -r .listening "$d/$1.at"
}
serve police > "$d/police.url"; serve lynx > "$d/lynx.url"
at=$(cat "$d/police.url")/taxii2/ there=$(cat "$d/lynx.url")/taxii2/
type='application/taxii+json;version=2.1'
get() { curl -sg --cacert "$d/police/tls/cert.pem" -u "${user-lynn}:a-long-password" -H "Accept: ${accept-$type}" "$@"; }
code() { get -o "$d/body" -w '%{http_code}' "$@"; }

# --- the standard's words: who asks, in which media type, for what
is "$(curl -s --cacert "$d/police/tls/cert.pem" -o "$d/body" -D "$d/head" -w '%{http_code}' "$at")" 401
grep -qi '^www-authenticate: basic' "$d/head"
is "$(jq -r .http_status "$d/body")" 401
is "$(accept='application/taxii+json;version=2.0' code "$at")" 406
is "$(accept='application/vnd.oasis.stix+json' code "$at")" 406
is "$(accept='*/*' code "$at")" 200
is "$(code "$at")" 200
root=$(jq -r .default "$d/body")
is "$(code -X DELETE "$root")" 405
is "$(code "${at}nothing/")" 404
get "$root" | jq -e '.versions == ["application/taxii+json;version=2.1"] and .max_content_length > 0' > /dev/null
get "${root}collections/" > "$d/collections"
c=$(jq -r '.collections[] | select(.alias == "prevention") | .id' "$d/collections")
get "${root}collections/$c/" | jq -e '.can_read and .can_write' > /dev/null
is "$(code "${root}collections/00000000-0000-4000-8000-000000000000/objects/")" 404
is "$(code "${root}collections/$c/objects/?added_after=yesterday")" 400
is "$(code "${root}collections/$c/objects/?limit=0")" 400

# --- what goes: in the order of coming, in parts, no red, no part marked red, no end that stays
get -D "$d/head" "${root}collections/$c/objects/?limit=2" > "$d/part"
is "$(jq -r '[.objects[].id[0:12]] | join(" ")' "$d/part")" "indicator--1 indicator--3"
jq -e '.more and (.objects[1] | has("name") | not)' "$d/part" > /dev/null
first=$(tr -d '\r' < "$d/head" | sed -n 's/^X-TAXII-Date-Added-Last: //Ip')
next=$(jq -r .next "$d/part")
get "${root}collections/$c/objects/?limit=2&next=$next" > "$d/part"
is "$(jq -r '([.objects[].id[0:15]] | join(" ")) + " " + (.more | tostring)' "$d/part")" "indicator--4444 relationship--1 null"
is "$(get "${root}collections/$c/objects/?added_after=$first" | jq '.objects | length')" 2
is "$(get -G "${root}collections/$c/objects/" --data-urlencode 'match[type]=relationship,malware' | jq -r '.objects | length')" 1
is "$(get "${root}collections/$c/objects/?match[id]=indicator--44444444-1111-4111-8111-111111111111" | jq -r '.objects[0].name')" n4
is "$(get "${root}collections/$c/objects/?match[spec_version]=2.0")" '{}'
for gone in 2 5; do is "$(code "${root}collections/$c/objects/indicator--$gone$gone$gone$gone$gone$gone$gone$gone-1111-4111-8111-111111111111/")" 404; done
police ledger list --count 1000 > "$d/ledger"
jq -es '[.[] | select(.kind == "share.refused") | .body.rule] | unique == ["share.rule.end", "share.rule.tlp_red"]' "$d/ledger" > /dev/null
# a new version: the last one unless others are asked for
bundle "$(indicator 4 $green $new)" > "$d/v.json"; police intel import "$d/v.json" --source Veille > /dev/null
four=indicator--44444444-1111-4111-8111-111111111111
is "$(get "${root}collections/$c/objects/$four/" | jq -r '[.objects[].modified] | join(" ")')" "$new"
is "$(get "${root}collections/$c/objects/$four/?match[version]=first" | jq -r '[.objects[].modified] | join(" ")')" "$old"
is "$(get "${root}collections/$c/objects/$four/versions/" | jq -r '.versions | join(" ")')" "$old $new"
listed() { police ledger list --count 1000 --act consult | jq -c 'select(.kind == "share.listed") | [.body.collection, .body.objects]'; }
before=$(listed | wc -l)
is "$(get "${root}collections/$c/manifest/?match[version]=all" | jq '.objects | length')" 5
# Names are looked at and disclose nothing: one entry a list that showed something, with how many; none when it was empty, or when a collection is only named.
is "$(listed | head -n 1)" "[\"$c\",\"5\"]"
is "$(code "${root}collections/")" 200
is "$(get "${root}collections/$c/manifest/?match[id]=indicator--99999999-1111-4111-8111-111111111111" | jq '.objects | length')" 0
is "$(listed | wc -l)" $((before + 1))
is "$(code "${root}collections/$c/objects/indicator--11111111-1111-4111-8111-111111111111/versions/")" 200
is "$(listed | wc -l)" $((before + 2))

# --- what is left here: taken or refused one by one, as the partner's assertion; what it takes off its shelf stays known to us
is "$(code -X POST -H 'Content-Type: application/json' -d '{}' "${root}collections/$c/objects/")" 415
is "$(code -X POST -H "Content-Type: $type" -d '{"objects":' "${root}collections/$c/objects/")" 422
echo "{\"objects\":[$(indicator 6 $amber $old),{\"type\":\"indicator\",\"id\":\"indicator--no\"}]}" > "$d/post.json"
is "$(code -X POST -H "Content-Type: $type" --data-binary "@$d/post.json" "${root}collections/$c/objects/")" 202
jq -e '.status == "complete" and .success_count == 1 and .failure_count == 1 and .failures[0].id == "indicator--no"' "$d/body" > /dev/null
is "$(get "${root}status/$(jq -r .id "$d/body")/" | jq -r .total_count)" 2
police intel show h6.zzqx-relay.net | grep '"source":"Lynx"' > /dev/null
six=indicator--66666666-1111-4111-8111-111111111111
is "$(code "${root}collections/$c/objects/$six/")" 200
is "$(code -X DELETE "${root}collections/$c/objects/$six/")" 200
is "$(code "${root}collections/$c/objects/$six/")" 404
police intel show h6.zzqx-relay.net | grep '"source":"Lynx"' > /dev/null
open=$(jq -r '.collections[] | select(.alias == "public") | .id' "$d/collections")
is "$(code -X POST -H "Content-Type: $type" --data-binary "@$d/post.json" "${root}collections/$open/objects/")" 403
# --- a convention that is over: not listed, and refused with its rule in the ledger; nobody sees another's
is "$(user=lou get "${root}collections/" | jq '.collections | length')" 1
is "$(user=lou code "${root}collections/$c/objects/")" 404
is "$(user=anne code "${root}collections/$c/objects/")" 401

# --- the client: everything once, then only what is new
pull() { lynx share pull "$at" --from D2A --user lynn --password-file "$d/pass" --ca "$d/police/tls/cert.pem" "$@"; }
pull > "$d/pulled"
is "$(jq -r '"\(.read) \(.rejected)"' "$d/pulled")" "6 0"  # four of the convention (6 was taken off), and the two of everybody's that are among them
lynx intel show h1.zzqx-relay.net | grep '"source":"D2A"' > /dev/null
is "$(pull | jq .read)" 0
bundle "$(indicator 7 $green $old)" > "$d/v.json"; police intel import "$d/v.json" --source Veille > /dev/null
is "$(pull | jq -r '"\(.read) \(.added)"')" "2 1"
is "$(pull --again | jq -r '"\(.read) \(.added)"')" "8 0"
fails lynx share pull "$at" --from D2A --user lynn --password-file /dev/null --ca "$d/police/tls/cert.pem"
grep 'answered 401' "$d/err" > /dev/null
# Whom it is from is known before anybody's server is called.
if lynx share pull https://127.0.0.1:1/taxii2/ --from Nobody > /dev/null 2> "$d/unknown"; then exit 1; fi
grep -q 'unknown organisation: Nobody' "$d/unknown" || { cat "$d/unknown"; exit 1; }
fails lynx share pull "$at" --from D2A --user lynn --password-file "$d/pass"  # a certificate that nobody vouches for
fails pull --collection nothing
# Our own convention with who gives has ended: refused, by the rule's name.
if VIGIE_NOW=2100-06-01T00:00:00Z pull --again > "$d/out" 2> "$d/err"; then echo "pulled under a convention that is over"; exit 1; fi
is "$(jq -r .rule "$d/out")" share.rule.expired
grep 'share.rule.expired' "$d/err" > /dev/null

# --- one qualification: asked here, fetched there, answered there, fetched back
value=relais.zzqx-relay.net
q=$(police qualify open --type domain --value $value --question "What is it?" | id)
fails police qualify ask "$q" --to Lynx --pap RED
police qualify ask "$q" --to Lynx > /dev/null
is "$(pull | jq .questions)" 1
p=$(lynx qualify list | id)
lynx qualify show "$p" | grep "\"value\":\"$value\"" > /dev/null
if lynx intel list --type indicator | grep $value; then echo "a question is no assertion"; exit 1; fi
lynx qualify answer "$p" --verdict malicious --admiralty A2 --text "Relay of a loader" > /dev/null
lynx qualify reply "$p" --to D2A > /dev/null
back() { police share pull "$there" --from Lynx --user d2a --password-file "$d/pass" --ca "$d/lynx/tls/cert.pem"; }
is "$(back | jq .answers)" 1
police qualify show "$q" | tee "$d/shown" | grep '"state":"answered"' > /dev/null
is "$(back | jq .answers)" 0
# --- and with a partner that has no server: it carries its answer here itself
q=$(police qualify open --type domain --value "deux.$value" | id)
police qualify ask "$q" --to Lynx > /dev/null
pull > /dev/null
p=$(lynx qualify list | jq -r --arg v "deux.$value" 'select(.value == $v or .subject.value? == $v) | .id')
lynx qualify answer "$p" --verdict benign --admiralty B2 > /dev/null
lynx qualify reply "$p" --to D2A > /dev/null
push() { lynx share publish --to D2A --url "$at" --user lynn --password-file "$d/pass" --ca "$d/police/tls/cert.pem"; }
push > "$d/pushed"
is "$(jq -r .rejected "$d/pushed")" 0
police qualify show "$q" | grep '"state":"answered"' > /dev/null
is "$(push | jq .sent)" 0
# --- a certificate instead of a password
make() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$d/$1.key" -out "$d/$1.pem" 2> /dev/null; }
make authority
for name in lynn nobody; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -keyout "$d/$name.key" -out "$d/$name.csr" 2> /dev/null
  openssl x509 -req -in "$d/$name.csr" -CA "$d/authority.pem" -CAkey "$d/authority.key" -CAcreateserial -days 2 -out "$d/$name.pem" 2> /dev/null
done
VIGIE_HOME=$d/police "$VIGIE" --json serve --listen 127.0.0.1:0 --client-ca "$d/authority.pem" > "$d/cert.at" & pids="$pids $!"
for _ in $(seq 300); do [ -s "$d/cert.at" ] && break; sleep 0.1; done
with() { curl -s --cacert "$d/police/tls/cert.pem" --cert "$d/$1.pem" --key "$d/$1.key" -o "$d/body" -w '%{http_code}' "$(jq -r .listening "$d/cert.at")/taxii2/vigie/collections/"; }
is "$(with lynn)" 200
is "$(jq '.collections | length' "$d/body")" 2
is "$(with nobody)" 401
for home in police lynx; do VIGIE_HOME=$d/$home "$VIGIE" --json ledger verify | grep '"ok":true' > /dev/null; done
