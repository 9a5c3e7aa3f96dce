#!/bin/bash
# The journal: what each entry did, who, for whom, why; three years, then a person erases, and every proof stays true; the two regimes meet only by
# a motivated combination.
set -eu
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export VIGIE_HOME=$d/i
v() { "$VIGIE" --quiet --lang en --json --as "${as-anne}" "$@"; }
fails() { if "$@" > "$d/out" 2> "$d/err"; then echo "should fail: $*"; exit 1; fi; }
is() { [ "$1" = "$2" ] || { echo "line ${BASH_LINENO[0]}: $1 is not $2"; exit 1; }; }
"$VIGIE" --quiet init --login anne > /dev/null
at() { VIGIE_NOW=$1 v "${@:2}"; }
at 2100-01-10T00:00:00Z org add --name Lynx --kind partner --department 75 > /dev/null
at 2100-01-10T00:00:00Z org add --name "Scierie du Val" --naf C --size PME --department 67 > /dev/null
at 2100-02-01T00:00:00Z convention add --partner Lynx --from 2020-01-01 --to 2200-01-01 > /dev/null
scierie=$(v org list | jq -r 'select(.name == "Scierie du Val") | .id')
at 2100-02-02T00:00:00Z incident add --org "$scierie" --kind ransomware --summary "Files encrypted" --happened 2100-02-01T07:00:00Z --known 2100-02-01T08:00:00Z > /dev/null
lynx=$(v org list | jq -r 'select(.name == "Lynx") | .id')
at 2103-03-01T00:00:00Z referent add --name Paul --zone OUEST --role referent --from 2020-01-01 --login paul > /dev/null
cat > "$d/b.json" <<'J'
{"type":"bundle","id":"bundle--11111111-1111-4111-8111-111111111111","objects":[
{"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'a.zzqx-relay.net']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","x_vigie_case":"2026-EST-0001","object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]}]}
J
at 2103-03-01T00:00:00Z intel import "$d/b.json" --source Veille > /dev/null

# --- consulting carries a motive; the list answers who, what, for whom, when
fails v ledger consult "$scierie"
at 2103-03-02T00:00:00Z ledger consult "$scierie" --motive "request of the prosecutor" > /dev/null
is "$(v ledger list --act consult | jq -r '.body.motive')" "request of the prosecutor"
fails v ledger list --act looked
is "$(v ledger list --from 2103-03-01 --to 2103-03-02 --act collect | jq -r .kind | sort | paste -sd' ')" "intel.imported person.added"

# --- what comes from a case serves the inquiry; another purpose takes a decision of the division, with its reason
at 2103-03-03T00:00:00Z share publish --to Lynx -o "$d/o.json" > "$d/said"
is "$(jq -r .rule "$d/said")" share.rule.case_secrecy
fails v ledger combine 2026-EST-0001 --with prevention
fails v ledger combine 2026-EST-0001 --with fun --motive "no purpose"
at 2103-03-03T00:00:00Z ledger combine 2026-EST-0001 --with prevention --motive "the prosecutor agreed" > /dev/null
at 2103-03-03T00:00:00Z share publish --to Lynx -o "$d/o.json" > "$d/said"
is "$(jq -r .rule "$d/said")" share.rule.convention
is "$(v ledger list --act combine | jq -r '"\(.subject) \(.body.with)"')" "2026-EST-0001 prevention"
is "$(v ledger list --act disclose --recipient "$lynx" | jq -r .kind | paste -sd' ')" "share.released share.refused"

# --- three years
now=2103-04-01T00:00:00Z
v ledger checkpoint > "$d/checkpoint"
v ledger prove 1 > "$d/proof"
before=$(at $now ledger due | jq -s 'map(select(.kind != "merge.text").due) | add')
[ "$before" -gt 3 ]
texts=$(at $now ledger due | jq 'select(.kind == "merge.text").due')   # what a file for another laptop would carry
[ "$texts" -ge 1 ]
# Of those texts what a hold names is held, and nothing else: counted without reading them, it comes to the same.
eve=2103-03-31T00:00:00Z; of_texts() { at $eve ledger due | jq -r 'select(.kind == "merge.text") | "\(.due) \(.held)"'; }
held=$(sqlite3 "$d/i/vigie.db" "SELECT json_extract(line, '$.subject') FROM merge_event WHERE why = '' ORDER BY id LIMIT 1")
named=$(sqlite3 "$d/i/vigie.db" "SELECT COUNT(*) FROM merge_event WHERE why = '' AND json_extract(line, '$.subject') = '$held'")
is "$(of_texts)" "$texts 0"
at $eve ledger hold "$held" --until 2103-03-31T06:00:00Z --motive "an appeal" > /dev/null
is "$(of_texts)" "$((texts - named)) $named"
[ "$named" -ge 1 ]
is "$(at 2101-01-01T00:00:00Z ledger due | jq -c 'select(.kind == "merge.text")')" ""   # what is a year old is not due
at $now merge export -o "$d/old.vgm" > /dev/null; grep -F "Files encrypted" "$d/old.vgm" > /dev/null
fails at $now ledger erase --motive x --before 2102-01-01   # too early
as=paul fails at $now ledger erase --motive x               # not an administrator
fails at $now ledger erase --motive ""
at $now ledger hold "$scierie" --until 2110-01-01 --motive "proceedings under way" > /dev/null
is "$(at $now ledger due | jq -s 'map(.held) | add')" 1
at $now ledger erase --motive "yearly review" > "$d/erased"
is "$(jq .erased "$d/erased")" $((before - 1))
is "$(jq .merged "$d/erased")" "$texts"
at $now merge export -o "$d/new.vgm" > /dev/null
if grep -F "Files encrypted" "$d/new.vgm" > /dev/null; then echo "the text that was erased is given away"; exit 1; fi
is "$(at $now ledger due | jq -s 'map(.due) | add')" 0
v ledger verify --checkpoint "$d/checkpoint" | grep '"ok":true' > /dev/null
is "$(v ledger list --subject "$scierie" --count 100 | jq -r 'select(.kind == "org.added") | .body.name')" "Scierie du Val"
is "$(v ledger list --subject "$lynx" --count 100 | jq -r 'select(.kind == "org.added") | .body')" null
first=$(jq .first_proof "$d/erased")
v ledger prove "$first" | jq -e '.proof | length > 0' > /dev/null
is "$(v ledger list --act erase | jq -r '.body.motive' | sort -u)" "yearly review"
# a body that goes without such an entry is damage; so is one that comes back changed
v ledger export -o "$d/export.jsonl"
"$VIGIE" --json ledger verify --file "$d/export.jsonl" | grep '"ok":true' > /dev/null
sqlite3 "$d/i/vigie.db" "DELETE FROM ledger_body WHERE idx = (SELECT MAX(idx) FROM ledger_body)"
if v ledger verify > "$d/verify"; then echo "a body that vanished goes unseen"; exit 1; fi
grep '"why":"body"' "$d/verify" > /dev/null
