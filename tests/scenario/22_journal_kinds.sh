#!/bin/bash
# Every kind of entry that docs/journal.md lists (tests/architecture/journal.sh holds the list to the program): each is made once, by what a person does, and
# the journal then holds exactly one more, with its act, who did it, and what the law asks of the act. A kind that nothing here makes fails.
set -eu
d=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null || true; rm -rf "$d"' EXIT
on() { VIGIE_HOME=$d/$1 "$VIGIE" --quiet --lang en --json --as anne "${@:2}"; }
v() { on one "$@"; }
fail() { echo "$*" >&2; exit 1; }
entries() { on "$1" ledger list --count 100000 | jq -c --arg kind "$2" 'select(.kind == $kind)' > "$d/entries"; wc -l < "$d/entries"; }
# makes KIND HOME WHO COMMAND...: one entry more, newest first
makes() {
  local kind=$1 home=$2 who=$3 had
  had=$(entries "$home" "$kind")
  "${@:4}" > "$d/out" 2> "$d/err" || [ "$kind" = share.closed ] || fail "$kind: $(cat "$d/err")"
  [ "$(entries "$home" "$kind")" = $((had + 1)) ] || fail "$kind: $(entries "$home" "$kind") entries after ${*:4}, $had before: $(head -3 "$d/entries")"
  [ "$(head -1 "$d/entries" | jq -r .actor)" = "$who" ] || fail "$kind: of $(head -1 "$d/entries" | jq -r .actor), not $who"
  head -1 "$d/entries" | jq -r '[.body.motive, .body.recipient, .body.count, .body.tlp] | @tsv' > "$d/said"
  case $(sed -nE "s/^\| ([a-z]+) \| \`$kind\` .*/\1/p" "$SOURCE/docs/journal.md") in
  consult)
    [ -n "$(cut -f1 "$d/said")" ] || fail "$kind: no motive"
    [ "$kind" != share.listed ] || [ -n "$(cut -f2 "$d/said")" ] || fail "$kind: no recipient" ;;
  combine) [ -n "$(cut -f1 "$d/said")" ] || fail "$kind: no motive" ;;
  disclose) # to whom, why, how much, and, unless it is a whole collection that was closed, under which marking
    [ "$(cut -f1,2 "$d/said" | tr '\t' '\n' | grep -c .)" = 2 ] || fail "$kind: no motive or no recipient: $(cat "$d/said")"
    cut -f3 "$d/said" | grep -qx '[0-9]*' || fail "$kind: no count"
    [ "$kind" = share.closed ] || cut -f4 "$d/said" | grep -q '^TLP:' || fail "$kind: no marking: $(cat "$d/said")" ;;
  esac
  act=$(on "$home" ledger list --count 100000 --act "$(sed -nE "s/^\| ([a-z]+) \| \`$kind\` .*/\1/p" "$SOURCE/docs/journal.md")" | jq -r .kind | grep -cx "$kind")
  [ "$act" = $((had + 1)) ] || fail "$kind: $act of its act"
  echo "$kind" >> "$d/made"
}
for home in one two; do VIGIE_HOME=$d/$home "$VIGIE" --quiet init --login anne > /dev/null; done
anne=$(v ledger list --count 100 | jq -r .actor | sort | uniq -c | sort -rn | sed -n '1s/.* //p') other=$(on two ledger list --count 100 | jq -r .actor | sort | uniq -c | sort -rn | sed -n '1s/.* //p')
red=marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1 green=marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb
object() { # number, marking
  echo "{\"type\":\"bundle\",\"id\":\"bundle--$1$1$1$1$1$1$1$1-1111-4111-8111-111111111111\",\"objects\":[{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--$1$1$1$1$1$1$1$1-1111-4111-8111-111111111111\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"name\":\"n$1\",\"pattern\":\"[domain-name:value = 'n$1.zzqx-relay.net']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"object_marking_refs\":[\"$2\"]}]}"
}
object 1 $green > "$d/green.json"; object 2 $red > "$d/red.json"; object 3 $green > "$d/left.json"

# collection
makes org.added one "$anne" v org add --name Brasserie --naf C --size PME --department 68
v org add --name Lynx --kind partner --department 75 > /dev/null; v org add --name Loutre --kind partner --department 75 > /dev/null
convention=$(v convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER | jq -r .id)
v convention add --partner Loutre --from 2018-01-01 --to 2100-01-01 --direction give > /dev/null
(umask 077; echo twelve-letters > "$d/pw")
makes person.added one "$anne" v referent add --name Lynn --org Lynx --role partner --from 2020-01-01 --login lynn --password-file "$d/pw"
lynn=$(head -1 "$d/entries" | jq -r .subject)
v referent add --name Lou --org Loutre --role partner --from 2018-01-01 --login lou --password-file "$d/pw" > /dev/null
makes incident.added one "$anne" v incident add --org Brasserie --kind ransomware --summary "Locked servers" --happened 2026-11-01 --known 2026-11-02
ref=$(v case open --incident "$(jq -r .id "$d/out")" --frame flagrance --offence CP323-1-1 | jq -r .ref)
makes exhibit.received one "$anne" v exhibit add --case "$ref" --description Disk --seal S1
exhibit=$(jq -r .ref "$d/out")
v exhibit move "$exhibit" --what opened --reason copy > /dev/null
head -c 100000 /dev/zero > "$d/disk"
makes evidence.acquired one "$anne" v acquire "$d/disk" --to "$d/copy" --format raw --case "$ref" --exhibit "$exhibit"
makes analysis.done one "$anne" v analyse "$d/disk" --case "$ref" --exhibit "$exhibit"
echo '{"case":{"case_id":12,"case_name":"Extortion","case_description":"x"},"notes":[{"note_title":"call","note_content":"the director called"}]}' > "$d/iris.json"
makes case.imported one "$anne" v case import "$d/iris.json" --form iris --org Brasserie
makes intel.imported one "$anne" v intel import "$d/green.json" --source Veille
makes sighting.recorded one "$anne" v intel sight n1.zzqx-relay.net --type domain-name --org Brasserie
echo '<rss version="2.0"><channel><title>F</title><item><title>New relay relay.qq7vzk.net</title><link>http://f.test/1</link><guid>1</guid><description>It calls relay.qq7vzk.net</description></item></channel></rss>' > "$d/feed.xml"
v watch add http://127.0.0.1:9/feed.xml --title F > /dev/null; v watch read "$d/feed.xml" --source http://127.0.0.1:9/feed.xml > /dev/null
makes watch.promoted one "$anne" v watch promote "$(v watch list --days 36500 | jq -r .id | head -1)"
makes exercise.counted one "$anne" v exercise add --org Brasserie --name parcel --group all:12:6:4:1:2
on two org add --name Ours --naf C --size PME --department 67 > /dev/null
on two incident add --org Ours --kind phishing --summary "A mail" --happened 2026-11-01 --known 2026-11-02 > /dev/null
makes merge.exported two "$other" on two merge export -o "$d/two.events" --to "the zone's desk" --motive "end of the mission"
[ "$(cut -f1,2 "$d/said")" = "end of the mission	the zone's desk" ] || fail "$(cat "$d/said")"
[ "$(cut -f3 "$d/said")" -gt 0 ]
v merge trust two --key "$(on two merge status | jq -r .key | head -1)" > /dev/null
makes merge.imported one "$anne" v merge import "$d/two.events"

# consultation, combination
makes journal.consulted one "$anne" v ledger consult "$ref" --motive "same relay elsewhere"
makes journal.combined one "$anne" v case list --search locked --regime both --motive "joint picture"

# disclosure
makes share.released one "$anne" v share publish --to Lynx --value n1.zzqx-relay.net -o "$d/out.json"
[ "$(head -1 "$d/entries" | jq -r .body.convention)" = "$convention" ] || fail "share.released: $(head -1 "$d/entries")"
v intel import "$d/red.json" --source Veille > /dev/null
makes share.refused one "$anne" v share publish --to Lynx --value n2.zzqx-relay.net -o "$d/out2.json"
[ "$(cut -f3,4 "$d/said")" = "0	TLP:RED" ] || fail "share.refused: $(cat "$d/said")"
makes match.packed one "$anne" v intel pack -o "$d/own.pack"
[ "$(cut -f1,2 "$d/said")" = "own use	$anne" ] || fail "$(cat "$d/said")"
makes intel.exported one "$anne" v intel export -o "$d/backup.json" --to "the vault" --motive "backup of November"
[ "$(cut -f1,2 "$d/said")" = "backup of November	the vault" ] || fail "$(cat "$d/said")"
makes ledger.exported one "$anne" v ledger export -o "$d/ledger.jsonl" --to "Court of Colmar" --motive "expert's check"
[ "$(cut -f1,2,3 "$d/said")" = "expert's check	Court of Colmar	$(($(wc -l < "$d/ledger.jsonl") - 2))" ] || fail "$(cat "$d/said")"
! v ledger export -o "$d/blank.jsonl" --motive " " 2> "$d/err" || fail "a blank is no motive"
[ ! -e "$d/blank.jsonl" ] || fail "a file left that the journal does not know"
(umask 077; echo twelve-letters > "$d/pw2"); v referent add --name Schmitt --zone EST --role referent --from 2020-01-01 --login schmitt --password-file "$d/pw2" > /dev/null
echo "Keep your copies apart." > "$d/text"; content=$(v content add --title Copies --body "$d/text" --tlp CLEAR | jq -r .id)
VIGIE_HOME=$d/one "$VIGIE" --quiet --as schmitt content review "$content" --approve > /dev/null
makes content.published one "$anne" v content publish "$content" --where "the prefecture's site"
VIGIE_HOME=$d/one "$VIGIE" --quiet --json serve --listen 127.0.0.1:0 > "$d/at" & pid=$!
for _ in $(seq 300); do [ -s "$d/at" ] && break; sleep 0.1; done
type='application/taxii+json;version=2.1'
taxii() { curl -sg --fail-with-body --cacert "$d/one/tls/cert.pem" -u "$1:twelve-letters" -H "Accept: $type" "${@:2}"; }
root=$(taxii lynn "$(jq -r .listening "$d/at")/taxii2/" | jq -r .default)
collection() { taxii "$1" "${root}collections/" | jq -r ".collections[] | select($2) | .id" | head -1; }
shelf=$(collection lynn .can_read) box=$(collection lynn .can_write)
makes share.listed one "$lynn" taxii lynn "${root}collections/$shelf/manifest/"
makes share.received one "$lynn" taxii lynn -H "Content-Type: $type" --data-binary "@$d/left.json" "${root}collections/$box/objects/"
lou=$(v referent list | jq -r 'select(.name == "Lou") | .person // .id' | head -1)
makes share.closed one "$lou" taxii lou -H "Content-Type: $type" --data-binary "@$d/left.json" "${root}collections/$(collection lou "(.can_write | not) and (.title | test(\"Lynx\") | not)")/objects/"
kill -TERM "$pid"; wait "$pid" || true; pid=

# erasure
v org contact Brasserie --name "Mme Roth" --email r@brasserie.example > /dev/null
makes org.contact_erased one "$anne" v org contact Brasserie --name "Mme Roth" --erase
action=$(v action add --title visit --org Brasserie --at 2026-11-01T09:00:00Z --zone EST | jq -r .id)
v action attendee "$action" --name "Zoe Martin" --agreed-to "the bulletin" > /dev/null
makes action.attendee_withdrawn one "$anne" v action attendee "$action" --name "Zoe Martin" --withdraw
makes case.erased one "$anne" v case erase "$ref" --motive "order of the court" --order "TJ Colmar 9"
makes incident.erased one "$anne" v case erase "$(v incident add --org Brasserie --kind fraud --summary "An error" --happened 2026-11-01 --known 2026-11-02 | jq -r .id)" --motive "the wrong company" --order "DPO 3"
later() { VIGIE_NOW=$(date -u -d '+4 years' +%FT%TZ) on two "$@"; }
later referent mandate anne --from 2020-01-01 > /dev/null 2>&1 || true
makes ledger.body_erased two "$other" later ledger erase --motive "time over"
[ "$(entries two merge.text_erased)" = 1 ] || fail "merge.text_erased: $(entries two merge.text_erased)"
[ "$(jq -r '.actor + " " + .body.motive' "$d/entries")" = "$other time over" ] || fail "merge.text_erased: $(cat "$d/entries")"
echo merge.text_erased >> "$d/made"

diff <(sed -nE 's/^\| (collect|alter|consult|disclose|combine|erase) \| `([^`]+)` .*/\2/p' "$SOURCE/docs/journal.md" | sort) <(sort "$d/made") || fail "a kind that nothing here makes, or makes twice"
for home in one two; do on $home ledger verify | grep -q '"ok":true'; done
