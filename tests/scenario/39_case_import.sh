#!/bin/bash
# Cases of DFIR-IRIS and TheHive are taken in; a bad object is named and costs only itself; a second import adds nothing; the search finds them.
set -eu
dir=$(mktemp -d); home=$dir/h
trap 'rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en --as anne "$@"; }
"$VIGIE" --home "$home" init --login anne > /dev/null
v org add --name Lynx --department 35 --naf C --size PME > /dev/null
cat > "$dir/iris.json" <<'END'
{"case": {"case_id": 12, "case_name": "Rançongiciel à l'usine", "case_description": "Tout est chiffré", "open_date": "2024-03-02"},
 "timeline": [{"event_title": "first login", "event_content": "from {abroad}", "event_date": "2024-03-01T22:10:00.000000", "event_tz": "+00:00"}, {"event_title": ""}],
 "iocs": [{"ioc_value": "198.51.100.7", "ioc_description": "C2"}], "assets": [{"asset_name": "SRV-1", "asset_ip": "10.0.0.4"}],
 "notes": [{"note_title": "call", "note_content": "the director called"}]}
END
v --json case import "$dir/iris.json" --form iris --org Lynx | grep '"added":1' > /dev/null
v --json case show IRIS-12 > "$dir/case"
jq -e '[.findings[] | select(.type == "imported")] | length == 5' "$dir/case" > /dev/null
jq -e '.findings[] | select(.text == "first login\nfrom {abroad}") | .from == "2024-03-01T22:10:00.000Z"' "$dir/case" > /dev/null
jq -e '.clocks == [] and .frame == "intelligence"' "$dir/case" > /dev/null

cat > "$dir/hive.json" <<'END'
[{"_type": "Case", "number": 7, "title": "Phishing wave", "description": "mails", "startDate": 1710000000000, "observables": [{"data": "evil.example", "dataType": "domain"}]},
 {"number": 8, "description": "no title"},
 {"number": 9, "title": "lost quote, "startDate": 1},
 {"title": "no number"},
 {"number": 10, "title": "Good again"}]
END
status=0; v --json case import "$dir/hive.json" --form thehive --org Lynx > "$dir/o" 2> "$dir/e" || status=$?
[ "$status" = 3 ] || { echo "status $status" >&2; exit 1; }
jq -e '.read == 5 and .added == 2 and .rejected == 3' "$dir/o" > /dev/null || { cat "$dir/o" "$dir/e" >&2; exit 1; }
grep -q "the case 8 has no title" "$dir/e"; grep -q "no case number" "$dir/e"; [ "$(grep -c "byte" "$dir/e")" -ge 3 ]
status=0; v --json case import - --form thehive --org Lynx < "$dir/hive.json" > "$dir/o" 2> /dev/null || status=$?
jq -e '.added == 0 and .known == 2' "$dir/o" > /dev/null
if v case import /dev/null --form iris --org Lynx 2> "$dir/e"; then exit 1; fi
grep -q "holds no JSON object" "$dir/e"
if v case import "$dir/hive.json" --form iris --org Nobody 2> /dev/null; then exit 1; fi

[ "$(v --json case list --search "PHISHING wave" | jq -r .ref)" = THEHIVE-7 ]
[ "$(v --json case list --search lynx | wc -l)" = 3 ]
[ -z "$(v --json case list --search "%")" ]
v --json case list --limit 1 2> "$dir/e" | wc -l | grep -q '^1$'; grep -q "newest 1" "$dir/e"

# Exports as the two systems write them: indicators with their TLP into the intelligence store, marks that link the two cases, tasks with their states,
# times as far as they are known, and what was closed there is closed here.
data=$SOURCE/tests/data/cases
"$VIGIE" --home "$home" --lang en --as anne org add --name Brasserie --department 67 --naf C --size PME > /dev/null
v --json case import "$data/iris.json" --form iris --org Lynx | grep '"added":1' > /dev/null
v --json case import "$data/thehive.json" --form thehive --org Brasserie | grep '"added":2' > /dev/null
v --json intel list > "$dir/intel"
for value in relais-compta.net maj-poste.org 45.83.12.7 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 facture@gare-du-nord-fournitures.fr 3395856ce81f2b7382dee72602f798b642f14140; do
  grep -F "$value" "$dir/intel" > /dev/null || { echo "no indicator $value" >&2; exit 1; }
done
! grep -F intranet-brasserie.fr "$dir/intel" > /dev/null # an observable that is no IOC
v --json task list --about IRIS-214 --all > "$dir/tasks"
[ "$(jq -r '.what + "=" + .state' "$dir/tasks" | sort | tr '\n' ';')" = "Appeler l'assureur=done;Payer=dropped;Préserver les journaux du VPN=doing;" ] || { cat "$dir/tasks" >&2; exit 1; }
[ "$(v --json task list --about THEHIVE-57 | jq -r '.what + " " + .due')" = "Saisir le poste 2026-03-05T08:40:00.000Z" ]
v --json case show IRIS-214 > "$dir/case"
jq -e '.findings[] | select(.text | startswith("Premier")) | .from == "2026-03-01T22:10:00.000Z" and .precision == ""' "$dir/case" > /dev/null
jq -e '.findings[] | select(.text | startswith("Note de")) | .precision == "day" and .until == "2026-03-02T23:59:59.999Z"' "$dir/case" > /dev/null
jq -e '.findings[] | select(.text | startswith("Journal")) | .precision == "zone" and .from == "2026-03-01T13:05:00.000Z" and .until == "2026-03-02T15:05:00.000Z"' "$dir/case" > /dev/null
v --json case show THEHIVE-57 | jq -e '.findings[] | select(.text | startswith("Macro ouverte")) | .from == "2026-03-03T07:00:00.000Z" and .until == "2026-03-03T08:00:00.000Z"' > /dev/null
v --json case show THEHIVE-41 | jq -e '.state == "closed" and .states[0].reason == "Publicité légitime."' > /dev/null
[ "$(v --json case links IRIS-214 | jq -r '.other + " " + .zone + " " + .value')" = "THEHIVE-57 EST relais-compta.net" ]
v case document IRIS-214 --kind report --format txt -o "$dir/report.txt" > /dev/null
grep -F "by a clock whose zone is not known" "$dir/report.txt" > /dev/null; grep -F "hour unknown" "$dir/report.txt" > /dev/null
v ledger verify > /dev/null
