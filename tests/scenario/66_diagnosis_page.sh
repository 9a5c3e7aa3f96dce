#!/bin/bash
# A diagnosis from its opening to what it changed, on a phone whose network goes in between, in a real browser: see tests/web/diagnosis.mjs.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
command -v chromium > /dev/null || command -v chromium-browser > /dev/null || { echo "no Chromium on this machine"; exit 77; }
[ -d "$here/web/node_modules/playwright-core" ] || { echo "web/node_modules has no playwright-core"; exit 77; }
d=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; wait; rm -rf "$d"' EXIT
export VIGIE_HOME=$d/i
"$VIGIE" --quiet init --login anne > /dev/null
v() { "$VIGIE" --quiet --lang fr --json --as "${as-anne}" "$@"; }
v org add --name "Scierie du Val" --siren 000560011 --naf C --size PME --department 67 > /dev/null
v org add --name "Moulin du Val" --naf C --size PME --department 67 > /dev/null
(umask 077; echo twelve-letters > "$d/pw")
v referent add --name "Anne Schmitt" --zone EST --role referent --from 2020-01-01 --login schmitt --password-file "$d/pw" > /dev/null
v referent add --name "Rita Val" --org "Scierie du Val" --role company --from 2020-01-01 --login rita --password-file "$d/pw" > /dev/null
# Two versions of a framework: 1.1 asked by both, 1.2 by both in other words, 2.1 by the first only, 3.1 by the second only.
printf '%s' '{"code":"pas","version":"1","name":"Premiers pas","lang":"fr","source":"essai","measures":[
 {"ref":"1.1","theme":"A","title":"Sauvegarder hors ligne","benefit":3,"effort":1},{"ref":"1.2","theme":"A","title":"Restaurer une fois","benefit":2,"effort":2},
 {"ref":"2.1","theme":"B","title":"Fermer le télétravail","benefit":1,"effort":1}]}' > "$d/f1.json"
printf '%s' '{"code":"pas","version":"2","name":"Premiers pas","lang":"fr","source":"essai","measures":[
 {"ref":"1.1","theme":"A","title":"Sauvegarder hors ligne","benefit":3,"effort":1},{"ref":"1.2","theme":"A","title":"Restaurer chaque année","benefit":2,"effort":2},
 {"ref":"3.1","theme":"C","title":"Second facteur","benefit":3,"effort":2}]}' > "$d/f2.json"
v diagnose import "$d/f1.json"; v diagnose import "$d/f2.json"
for org in "Scierie du Val" "Moulin du Val"; do
  x=$(v diagnose open --org "$org" --framework pas/1 | jq -r .id); v diagnose answer "$x" 1.1=no 2=no 2.1=yes > /dev/null
  x=$(v diagnose open --org "$org" --framework pas/2 | jq -r .id); v diagnose answer "$x" 1=yes 2=no 3.1=no > /dev/null; v diagnose adopt "$x" 3.1 --state accepted > /dev/null
done
effect=$(v diagnose effect --framework pas)
for wanted in '"ref":"1.1","version":"2","state":"common","companies":2,"before":0,"after":2,"gained":2,"lost":0,"exact_p":0.5' \
  '"ref":"1.2","version":"2","state":"reworded","companies":2,"before":0,"after":0' \
  '"ref":"2.1","version":"1","state":"gone","companies":0' '"ref":"3.1","version":"2","state":"new","companies":0'; do
  grep -qF "$wanted" <<< "$effect" || { echo "no $wanted in $effect" >&2; exit 1; }
done
[ "$(v diagnose effect --framework pas/1 | grep -c '"companies":0')" = 3 ] || { echo "one version alone compares none" >&2; exit 1; }
if v diagnose effect --framework nothing 2> /dev/null; then echo "a framework that is not there" >&2; exit 1; fi
"$VIGIE" serve --listen 127.0.0.1:0 --json > "$d/out" & pid=$!
for _ in $(seq 200); do [ -s "$d/out" ] && break; sleep 0.1; done
node "$here/tests/web/diagnosis.mjs" "$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$d/out")" schmitt rita twelve-letters
kill -TERM "$pid"; wait "$pid"; pid=
"$VIGIE" --quiet ledger verify > /dev/null
