#!/bin/bash
# Intelligence without the command line: files of every form are sent up, what is refused is named with its place, a large one is imported by a
# worker while one waits; the objects are found by type, source, marking, confidence, date, value and words; a filtered list goes to a partner
# through the gate; an object's page says it in the reader's language, and takes an opinion and a note; a source is withdrawn and restored.
set -eu
dir=$(mktemp -d); pids=
trap '[ -z "$pids" ] || kill $pids 2> /dev/null || true; wait; rm -rf "$dir"' EXIT
unset VIGIE_HOME
v() { "$VIGIE" --quiet --home "$dir/h" --lang en "$@"; }
says() { grep -F -- "$1" "$dir/page" > /dev/null || { echo "the page lacks: $1"; sed 's/<[^>]*>/ /g' "$dir/page" | tr -s ' \n' | head -60; exit 1; }; }
lacks() { ! grep -F -- "$1" "$dir/page" > /dev/null || { echo "the page has: $1"; exit 1; }; }
"$VIGIE" --home "$dir/h" init --login anne | grep -oE '[a-z0-9]{20}$' > "$dir/pw"
v --as anne org add --name Lynx --kind partner --department 75 > /dev/null
v --as anne convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER > /dev/null
"$VIGIE" --quiet --home "$dir/h" serve --listen 127.0.0.1:0 --json > "$dir/out" & pids=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
[ "$(curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' --data-urlencode login=anne --data-urlencode "password=$(cat "$dir/pw")" "$at/login")" = 303 ]
lang=en
get() { curl -sk -b "$dir/jar" -b lang=$lang "$at$1" > "$dir/page"; }
get /renseignement/ajouter
csrf=$(sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' "$dir/page" | head -1)
send() {
  local path=$1 f args=(); shift
  for f; do args+=(-F "$f"); done
  curl -sk -b "$dir/jar" -b lang=$lang -o "$dir/page" -w '%{http_code} %{redirect_url}' -F "csrf=$csrf" "${args[@]}" "$at$path"
}
post() {
  local path=$1 f args=(); shift
  for f; do args+=(--data-urlencode "$f"); done
  curl -sk -b "$dir/jar" -b lang=$lang -o "$dir/page" -w '%{http_code} %{redirect_url}' --data-urlencode "csrf=$csrf" "${args[@]}" "$at$path"
}
expect() { case $1 in $2*) ;; *) echo "expected $2, got $1"; exit 1 ;; esac; }

# --- files of every form; what is refused is named with its place, by the file's own name ---
bad="indicator--11111111-1111-4111-8111-111111111112"; good="indicator--11111111-1111-4111-8111-111111111111"
actor="threat-actor--22222222-2222-4222-8222-222222222222"
cat > "$dir/bundle.json" <<JSON
{"type":"bundle","id":"bundle--33333333-3333-4333-8333-333333333333","objects":[
{"type":"indicator","spec_version":"2.1","id":"$good","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","name":"Beacon of the white hare","description":"The hare calls home.","confidence":80,"pattern":"[domain-name:value = 'zzqx-hare.net']","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z","object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]},
{"type":"indicator","spec_version":"2.1","id":"indicator--nonsense","name":"broken"},
{"type":"threat-actor","spec_version":"2.1","id":"$actor","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","name":"White Hare","object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]},
{"type":"relationship","spec_version":"2.1","id":"relationship--44444444-4444-4444-8444-444444444444","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","relationship_type":"indicates","source_ref":"$good","target_ref":"$actor","object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]},
{"type":"language-content","spec_version":"2.1","id":"language-content--55555555-5555-4555-8555-555555555555","created":"2024-01-02T00:00:00.000Z","modified":"2024-01-02T00:00:00.000Z","object_ref":"$good","contents":{"fr":{"name":"Balise du lièvre blanc","description":"Le lièvre appelle chez lui."}}}]}
JSON
expect "$(send /renseignement/ajouter "file=@$dir/bundle.json" form=guess "source=Lynx" keep=1)" 200
says "5 read, 4 added, 0 updated, 1 rejected"; says "bundle.json, byte"; says "indicator--nonsense"
printf 'kind;ioc;level\ndomain;zzqx-table.net;GREEN\nnonsense;???;GREEN\n' > "$dir/table.csv"
expect "$(send /renseignement/ajouter "file=@$dir/table.csv" form=csv "columns=value=ioc,type=kind,tlp=level" "source=Table" keep=1)" 200
says "1 added"; says "table.csv, line 3"
expect "$(send /renseignement/ajouter "file=@$SOURCE/demo/intel/lynx-event.misp.json" form=guess "source=MISP" keep=1)" 200
grep -qE '[1-9][0-9]* read, [1-9]' "$dir/page"
printf '<html><body><p>Seen at hxxp://zzqx-report[.]net/a and on 192.0.2.7</p></body></html>' > "$dir/report.html"
expect "$(send /renseignement/ajouter "file=@$dir/report.html" form=guess "source=Report" keep=1)" 200
says "zzqx-report.net"; says "warning list"
v --as anne --json intel show zzqx-report.net | grep -q '"source":"Report"'
! v --as anne intel show 192.0.2.7 > /dev/null 2>&1 || { echo "an example became an indicator"; exit 1; }
expect "$(send /renseignement/ajouter "file=;filename=" form=guess "source=x" keep=1)" 422
says "choose a file or paste a text"
[ -z "$(ls "$dir/h/upload" 2> /dev/null)" ]

# --- a broken pattern is kept, and told wherever its object is ---
cut="indicator--11111111-1111-4111-8111-111111111119"
printf '{"type":"indicator","spec_version":"2.1","id":"%s","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","name":"cut one","pattern":"[domain-name:value = %s","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z"}' "$cut" "'zzqx-cut.net'" > "$dir/cut.json"
expect "$(send /renseignement/ajouter "file=@$dir/cut.json" form=guess "source=Cut" keep=1)" 200
says "1 added, 0 updated, 0 rejected"; says "cut.json, byte"; says "its pattern is broken"; says "/renseignement/objets?casse=1"
get "/renseignement/objet/$cut"; says "Broken pattern: kept as received"; says "unexpected end"; lacks "/indicateur"
get "/renseignement/objets?casse=1"; says "cut one"; lacks "White Hare"
get /renseignement/sources; says "1 indicator has a broken pattern"
lang=fr; get "/renseignement/objet/$cut"; says "Motif cassé"; lang=en

get "/graphe?objet=$good"; says "zzqx-hare.net"; says "White Hare"

# --- a large one goes to a worker ---
{ printf 'type,value,tlp\n'; for i in $(seq 120000); do printf 'domain-name,zzqx-%d.masses.net,AMBER\n' "$i"; done; printf 'nonsense,x,GREEN\n'; } > "$dir/masses.csv"
to=$(send /renseignement/ajouter "file=@$dir/masses.csv" form=guess "source=Masses" keep=1); expect "$to" 303
load=${to#* }; load=${load#"$at"}
get "$load"; says "masses.csv"
for _ in $(seq 600); do get "$load"; grep -q 'done' "$dir/page" && grep -q 120000 <(tr -d '\302\240\342\200\257 ,' < "$dir/page") && break; sleep 0.2; done
says "line 120002"; says "unknown type: nonsense"
get /renseignement/imports; says "masses.csv"
for _ in $(seq 100); do [ -z "$(ls "$dir/h/import")" ] && break; sleep 0.1; done
[ -z "$(ls "$dir/h/import")" ]

# A page ends when its time is up: what lies further in the past is behind "next".
search() {
  local path=$1
  for _ in $(seq 100); do
    get "$path"; ! grep -qF -- "$2" "$dir/page" || return 0
    path=$(sed -n 's/.*href="\([^"]*\)" rel="next".*/\1/p; s/.*rel="next" href="\([^"]*\)".*/\1/p' "$dir/page" | head -1 | sed 's/&amp;/\&/g')
    [ -n "$path" ] || return 0
  done
}

# --- filters; the page stays within its size whatever there is ---
get "/renseignement/objets"; [ "$(grep -o '<tr><td>' "$dir/page" | wc -l)" -le 50 ]; says 'rel="next"'
search "/renseignement/objets?mots=white+hare" "White Hare"; says "Beacon of the white hare"; says "White Hare"
search "/renseignement/objets?mots=white+hare&type=indicator" Beacon; says "Beacon of the white hare"; lacks ">White Hare<"
search "/renseignement/objets?source=Table" zzqx-table; says "zzqx-table.net"; lacks "Beacon"
search "/renseignement/objets?valeur=zzqx-hare%5B.%5Dnet" Beacon; says "Beacon of the white hare"; lacks "masses.net"
search "/renseignement/objets?tlp=TLP:RED" "White Hare"; says "White Hare"; lacks "Beacon of"
search "/renseignement/objets?confiance=80" Beacon; says "Beacon of the white hare"; lacks "masses.net"
search "/renseignement/objets?du=2000-01-01&au=2001-01-01" "meets these"; says "No object meets these criteria"
[ "$(v --json intel list --source Table --type indicator | wc -l)" = 1 ]
[ "$(v --json intel list --value zzqx-hare.net --confidence 80 | grep -c "$good")" = 1 ]
[ "$(v --json intel list --newest --limit 1 | grep -c masses.net)" = 1 ]

# --- a filtered list to a partner: what RED forbids stays, by its rule; a pack that matches ---
expect "$(post "/renseignement/objets?mots=white+hare" what=export partner=Lynx purpose=prevention form=stix)" 200
says "1 object released, 1 withheld, to Lynx"; says "renseignement.json"
sed -n 's/.*base64,\([^"]*\)".*/\1/p' "$dir/page" | base64 -d > "$dir/given.json"
grep -q "$good" "$dir/given.json"; ! grep -q "$actor" "$dir/given.json" || exit 1
v intel check "$dir/given.json" > /dev/null
expect "$(post "/renseignement/objets?source=Table" what=export partner=Lynx purpose=prevention form=pack)" 200
sed -n 's/.*base64,\([^"]*\)".*/\1/p' "$dir/page" | base64 -d > "$dir/given.pack"
echo "GET zzqx-table.net zzqx-hare.net" > "$dir/log"
[ "$(v --json match --pack "$dir/given.pack" "$dir/log" | wc -l)" = 1 ]
expect "$(post "/renseignement/objets?source=Table" what=export partner=Lynx purpose=prevention form=csv)" 200
sed -n 's/.*base64,\([^"]*\)".*/\1/p' "$dir/page" | base64 -d | grep -q zzqx-table.net
expect "$(post "/renseignement/objets?source=Masses" what=export partner=Lynx purpose=prevention form=csv)" 422
says "more than 20000 objects"
v --as anne share publish --to Lynx --as csv --source Table -o "$dir/table.out"; grep -q zzqx-table "$dir/table.out"; ! grep -q zzqx-hare "$dir/table.out" || exit 1

# --- an object's page, in the reader's language; opinion and note become STIX objects ---
get "/renseignement/objet/$good"; says "The hare calls home."; says "indicates"; says "White Hare"; says "zzqx-hare.net"; lacks "appelle chez lui</p>"
lang=fr; get "/renseignement/objet/$good"; says "Le lièvre appelle chez lui.</p>"; says "Balise du lièvre blanc"; lang=en
expect "$(post "/renseignement/objet/$good" what=say opinion=agree "text=Two cases say the same")" 303
expect "$(post "/renseignement/objet/$good" what=say opinion= "text=Call the registrar <now>")" 303
get "/renseignement/objet/$good"; says "Two cases say the same"; says "Call the registrar &lt;now&gt;"; says "agree"
expect "$(post "/renseignement/objet/$good" what=say opinion= text=)" 422
v --json intel list --type opinion | sed 's/.*"id":"\([^"]*\)".*/\1/' > "$dir/opinion"
v --as anne intel show "$(cat "$dir/opinion")" > "$dir/opinion.json"
v intel check "$dir/opinion.json" > /dev/null
grep -q '"opinion":"agree"' "$dir/opinion.json"
v --as anne intel show "$(v --json intel list --type note | sed 's/.*"id":"\([^"]*\)".*/\1/')" > "$dir/note.json"
v intel check "$dir/note.json" > /dev/null
v --as anne intel note "$good" "By hand" --opinion disagree > /dev/null
get "/renseignement/objet/$good"; says "By hand"; says "disagree"

# --- a source is withdrawn, and restored ---
expect "$(post /renseignement/sources what=withdraw name=Lynx motive="hoax")" 303
search "/renseignement/objets?mots=white+hare" "meets these"; lacks "Beacon"
get "/renseignement/objet/$good"; says "source withdrawn"
get "/indicateur?type=domain&valeur=zzqx-hare.net"; says "No longer counts"; says "source withdrawn"; says "Beacon of the white hare"
expect "$(post /renseignement/sources what=restore name=Lynx motive="no hoax")" 303
search "/renseignement/objets?mots=white+hare" Beacon; says "Beacon of the white hare"
get "/indicateur?type=domain&valeur=zzqx-hare.net"; lacks "No longer counts"
expect "$(post /renseignement/sources what=set name=Lynx grade=B tlp= pap=)" 303
get /renseignement/sources; says "<td>B"
v ledger verify > /dev/null
