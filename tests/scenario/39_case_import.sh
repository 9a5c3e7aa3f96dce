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
# Without a form it is recognised; what is of neither is asked about.
echo '{"title": "Some list", "number": 4}' > "$dir/neither.json"
status=0; v case import "$dir/neither.json" --org Lynx > /dev/null 2> "$dir/e" || status=$?
[ "$status" = 3 ] && grep -q "neither DFIR-IRIS nor TheHive" "$dir/e" || { cat "$dir/e"; exit 1; }
if v case import /dev/null --form iris --org Lynx 2> "$dir/e"; then exit 1; fi
grep -q "holds no JSON object" "$dir/e"
if v case import "$dir/hive.json" --form iris --org Nobody 2> /dev/null; then exit 1; fi

[ "$(v --json case list --search "PHISHING wave" --motive "same mail elsewhere" | jq -r .ref)" = THEHIVE-7 ]
[ "$(v --json case list --search lynx | wc -l)" = 3 ]
[ -z "$(v --json case list --search "%")" ]
v --json case list --limit 1 2> "$dir/e" | wc -l | grep -q '^1$'; grep -q "first row only" "$dir/e"

# Exports as the two systems write them: indicators with their TLP into the intelligence store, marks that link the two cases, tasks with their states,
# times as far as they are known, and what was closed there is closed here.
data=$SOURCE/tests/data/cases
"$VIGIE" --home "$home" --lang en --as anne org add --name Brasserie --department 67 --naf C --size PME > /dev/null
v --json case import "$data/iris.json" --org Lynx | grep '"added":1' > /dev/null
v --json case import "$data/thehive.json" --org Brasserie | grep '"added":2' > /dev/null
v --json intel list > "$dir/intel"
for value in relais-compta.net maj-poste.org 45.83.12.7 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 facture@gare-du-nord-fournitures.fr 3395856ce81f2b7382dee72602f798b642f14140; do
  grep -F "$value" "$dir/intel" > /dev/null || { echo "no indicator $value" >&2; exit 1; }
done
! grep -F intranet-brasserie.fr "$dir/intel" > /dev/null || exit 1 # an observable that is no IOC
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

# Nothing is lost in silence: custom fields, tags, reports of analysers, attachments, procedures, comments, a task's journal, lists not known here; what stands in the
# kept object alone is counted by name, and that object comes back byte by byte.
v --json case import "$data/thehive-full.json" --form thehive --org Brasserie > "$dir/o"
jq -e '.added == 1 and .unmade == 1 and .left["observables._id"] == 2 and .left["procedures._id"] == 1' "$dir/o" > /dev/null || { cat "$dir/o" >&2; exit 1; }
v --json case show THEHIVE-300 | jq -r '.findings[].text' > "$dir/texts"
for part in "Unité touchée: Pharmacie" "Postes: 14" "tags: bec, o365" "severityLabel: HIGH" "reports / AbuseIPDB / taxonomies / value: 97" "attachment / name: facture.html" \
  "T1114.003" "patternName: Email Forwarding Rule" "le DSI rappelle lundi" "quatorze comptes gelés" "organisationName: CERT Santé"; do
  grep -F "$part" "$dir/texts" > /dev/null || { echo "lost: $part" >&2; cat "$dir/texts" >&2; exit 1; }
done
v --json case show THEHIVE-300 | jq -e '.findings[] | select(.text | startswith("T1114")) | .from == "2026-03-03T01:06:40.000Z"' > /dev/null
# whose a task is, longer than its place: whole beside it
long=$(printf 'équipe %.0s' $(seq 40))fin
jq -n -c --arg who "$long" '{case: {case_id: 977, case_name: "Panne", open_date: "2024-03-02"}, tasks: [{task_title: "appeler", assigned_to: $who}]}' > "$dir/long.json"
v case import "$dir/long.json" --form iris --org Brasserie > /dev/null
v --json case show IRIS-977 | jq -r '.findings[].text' | grep -F "assigned_to: $long" > /dev/null
v --json case links THEHIVE-300 | jq -r .value | grep -F 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 > /dev/null # by a hash of the attachment
v case show THEHIVE-300 --received > "$dir/raw"; printf '%s' "$(cat "$data/thehive-full.json")" | cmp - "$dir/raw"
if v case show IRIS-12 --received > /dev/null && v case show NONE --received 2> "$dir/e"; then exit 1; fi
# A batch in which one object cannot be written costs that object; a long text becomes several findings.
jq -cn '[range(300) | {number: (5000 + .), title: "batch \(.)", description: (if . == 150 then ("é" * 3000) else "x" end)}][]' > "$dir/batch"
jq -cn '{number: 5000, title: "again"}, {title: "no number"}' >> "$dir/batch"
status=0; v --json case import "$dir/batch" --form thehive --org Lynx > "$dir/o" 2> "$dir/e" || status=$?
jq -e '.added == 300 and .known == 1 and .rejected == 1' "$dir/o" > /dev/null || { cat "$dir/o" "$dir/e" >&2; exit 1; }
v --json case show THEHIVE-5150 | jq -e '[.findings[].text | length] == [2000, 1000]' > /dev/null
v ledger verify > /dev/null
# A case that was erased does not come back from the old file.
v case erase THEHIVE-300 --motive "ordered" --order "ord. 7" > /dev/null
v --json case import "$data/thehive-full.json" --form thehive --org Brasserie | jq -e '.added == 0 and .known == 1' > /dev/null
if v case show THEHIVE-300 --received > /dev/null 2>&1; then exit 1; fi
