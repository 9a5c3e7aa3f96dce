#!/bin/bash
# The pages of a partner, of a company, and the link that opens an account, in a real browser: see tests/web/doors.mjs.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
command -v chromium > /dev/null || command -v chromium-browser > /dev/null || { echo "no Chromium on this machine"; exit 77; }
[ -d "$here/web/node_modules/playwright-core" ] || { echo "web/node_modules has no playwright-core"; exit 77; }
d=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; wait; rm -rf "$d"' EXIT
export VIGIE_HOME=$d/i
"$VIGIE" --quiet init --login anne > /dev/null
v() { "$VIGIE" --quiet --lang fr --json --as "${as-anne}" "$@"; }
v org add --name Lynx --kind partner --department 75 > /dev/null
v org add --name "Scierie du Val" --siren 000560011 --naf C --size PME --department 67 > /dev/null
v convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER > /dev/null
(umask 077; echo twelve-letters > "$d/pw")
v referent add --name "Anne Schmitt" --zone EST --role referent --from 2020-01-01 --login schmitt --password-file "$d/pw" > /dev/null
v referent add --name "Lynn Ash" --org Lynx --role partner --from 2020-01-01 --login lynn --password-file "$d/pw" > /dev/null
v referent add --name "Rita Val" --org "Scierie du Val" --role company --from 2020-01-01 --login rita --password-file "$d/pw" > /dev/null
echo '{"type":"bundle","id":"bundle--11111111-1111-4111-8111-111111111111","objects":[{"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = '"'"'a-rather-long-name-that-does-not-break.of-a-relay.zzqx-relay.net'"'"']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]}]}' > "$d/b.json"
v intel import "$d/b.json" --source Veille > /dev/null
echo "Gardez une copie hors ligne." > "$d/text"
c=$(v content add --title "Rançongiciel : les gestes" --body "$d/text" --tlp CLEAR --zone EST --sector C --size PME | jq -r .id)
as=schmitt v content review "$c" --approve > /dev/null
v content publish "$c" --where "site de la préfecture" > /dev/null
v content add --title "Écrit ensemble" --body "$d/text" --with Lynx --tlp GREEN > /dev/null
q=$(v qualify open --type domain-name --value relais.zzqx-relay.net --question "À qui est-il ?" | jq -r .id)
v qualify ask "$q" --to Lynx -o "$d/q.json" > /dev/null
as=rita v incident add --org "Scierie du Val" --kind ransomware --summary "Fichiers chiffrés" --happened 2026-11-20 --known 2026-11-21 > /dev/null
x=$(as=schmitt v diagnose open --org "Scierie du Val" | jq -r .id)
as=schmitt v diagnose answer "$x" 2=no 4=no 8=yes > /dev/null
v action add --title "Petit-déjeuner cyber" --kind talk --zone EST --referent schmitt --at 2099-01-01 --place Strasbourg > /dev/null
link=$(as=schmitt v org invite "Scierie du Val" --name "Paul Val" --login paul.val | jq -r .token)
"$VIGIE" serve --listen 127.0.0.1:0 --json > "$d/out" & pid=$!
for _ in $(seq 200); do [ -s "$d/out" ] && break; sleep 0.1; done
node "$here/tests/web/doors.mjs" "$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$d/out")" "/bienvenue/$link" lynn:twelve-letters rita:twelve-letters
kill -TERM "$pid"; wait "$pid"; pid=
