#!/bin/bash
# Companies and contacts by the page: a spreadsheet as Windows saves it; a heading that nobody knows is told with those of the file; what one says of the columns is
# remembered; an extract of SIRENE, of one zone; bad rows are named.
set -eu
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$dir/h" --lang fr --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
"$VIGIE" --home "$dir/h" init --login anne > /dev/null
v org add --name Lynx --siren 732829320 --department 35 > /dev/null
password=$(v --json referent password anne | jq -r .password)
"$VIGIE" --home "$dir/h" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(jq -r .listening "$dir/out")
curl -sk -c "$dir/jar" -o /dev/null --data-urlencode login=anne --data-urlencode "password=$password" "$at/login"
page=/entreprises-import
get() { curl -sk -b "$dir/jar" -o "$dir/page" -w '%{http_code}' "$@"; }
get "$at$page" > /dev/null; csrf=$(sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' "$dir/page" | head -1)
send() { get -F "csrf=$csrf" -F what=file "$@" "$at$page"; }
says() { grep -q -- "$1" "$dir/page" || fail "not said: $1"; }
[ "$(send -F as=contacts -F source=X)" = 422 ]; says 'aria-invalid'
printf 'Client;Qui;M\351l\n732829320;Zo\351 Weber;zoe@lynx.example\nNobody;X;\n' > "$dir/c.csv"
[ "$(send -F as=contacts -F source=Chambre -F "file=@$dir/c.csv")" = 422 ]; says 'Client · Qui · Mél'
[ "$(send -F as=contacts -F source=Chambre -F map-organisation=Client -F map-name=Qui -F map-email=Mél -F "file=@$dir/c.csv")" = 200 ]
says '2 lignes lues.* 1 ajoutée, 0 mises\? à jour.* 1 refusée'; says 'c.csv, ligne 3.*Nobody'
v org show Lynx | grep -q 'Zoé Weber'
[ "$(send -F as=contacts -F source=Chambre -F "file=@$dir/c.csv")" = 200 ]; says '1 mise à jour'
get "$at$page" > /dev/null; says 'organisation=Client,name=Qui,email=Mél'
printf 'Client;"Nom, pr\303\251nom"\n732829320;"Weber, L\303\251a"\n' > "$dir/comma.csv"
[ "$(send -F as=contacts -F source=Comma -F 'map-organisation=Client' -F 'map-name=Nom, prénom' -F "file=@$dir/comma.csv")" = 200 ]; says '1 ajoutée'
[ "$(send -F as=contacts -F source=Comma -F "file=@$dir/comma.csv")" = 200 ]; says '1 mise à jour'
[ "$(send -F as=contacts -F source=Other -F 'map-organisation=Client' -F "file=@$dir/comma.csv")" = 422 ]; says 'celle du nom'
head='siret,statutDiffusionEtablissement,trancheEffectifsEtablissement,etablissementSiege,codeCommuneEtablissement,etatAdministratifEtablissement,activitePrincipaleEtablissement,enseigne1Etablissement,denominationUsuelleEtablissement,denominationUniteLegale'
printf '%s\n55210055400013,O,12,true,35238,A,16.23Z,,,Menuiserie Duval\n11111111800018,O,12,true,67482,A,16.23Z,,,Menuiserie Weber\n' "$head" > "$dir/stock.csv"
[ "$(send -F as=contacts -F "file=@$dir/stock.csv")" = 422 ]; says 'SIRENE'
[ "$(send -F as=sirene -F zone=OUEST -F "file=@$dir/stock.csv")" = 200 ]
v --json org list > "$dir/list"; grep -q 'Menuiserie Duval' "$dir/list" || { cat "$dir/page"; fail "the extract is not in"; }
! grep -q 'Menuiserie Weber' "$dir/list" || fail "another zone's company came in"
get "$at/zones" > /dev/null; says 'href="/entreprises-import"'
# One by hand, with its establishments and what it exposes: all on pages. Who looks for one that is unknown is shown the way.
post() { local path=$1 f fields=(); shift; for f in "$@"; do fields+=(--data-urlencode "$f"); done; get --data-urlencode "csrf=$csrf" "${fields[@]}" "$at$path"; }
[ "$(post /diagnostics what=new "org=Scierie du Val" framework=vigie-42/1)" = 404 ]; says 'organisation inconnue'; says '<p><a href="/entreprises-import">'
[ "$(post "$page" what=one "name=Scierie du Val" "siren=000 560 012")" = 422 ]; says 'SIREN refusé'
[ "$(post "$page" what=one "name=Lynx")" = 409 ]; says 'déjà enregistré'
[ "$(post "$page" what=one "name=Scierie du Val" "siren=000 560 011" department=67 naf=C size=PME)" = 303 ]
org=/entreprises/$(v --json org show "Scierie du Val" | jq -r .id)
[ "$(v --json org show "Scierie du Val" | jq -r '.zone + .naf + .size')" = ESTCPME ]
[ "$(post "$org" what=site siret=00056001100019 site_department=67)" = 422 ]; says 'SIRET refusé'
[ "$(post "$org" what=site "siret=000 560 011 00017" "site_name=Quai" site_department=99)" = 422 ]; says 'département inconnu'
[ "$(post "$org" what=site "siret=000 560 011 00017" "site_name=Quai" site_department=67)" = 303 ]
[ "$(post "$org" what=site siret=00056001100017 site_department=67)" = 409 ]; says 'déjà enregistré'
[ "$(post "$org" what=asset "value=rien de tel")" = 422 ]; says 'valeur refusée'
[ "$(post "$org" what=asset "value=vpn[.]scierie.example" "note=accès à distance")" = 303 ]
get "$at$org" > /dev/null; says 00056001100017; says vpn.scierie.example; says 'accès à distance'
[ "$(post "$org" what=asset_end value=vpn.scierie.example)" = 303 ]; [ "$(post "$org" what=asset_end value=vpn.scierie.example)" = 404 ]
v ledger verify > /dev/null
# What was written wrongly is put right on its page, by whoever sees it as it stands; a refusal shows what was typed, without a command.
id=$(v --json org show Lynx | jq -r .id); page=/entreprises/$id
was() { curl -sk -b "$dir/jar" "$at$page" > "$dir/page"; for f in name siren naf size; do echo "-F was-$f=$(sed -n "s/.*name=\"was-$f\"[^>]*value=\"\([^\"]*\)\".*/\1/p" "$dir/page" | head -1)"; done; }
correct() { get -F "csrf=$csrf" -F what=correct $before "$@" "$at$page"; }
before=$(was); [ "$(correct -F name="Lynx Conseil" -F siren=732829320 -F naf=J -F size=PME)" = 303 ]
get "$at$page" > /dev/null; says '<h1>Lynx Conseil'; says 'Information et communication'
v --json org show Lynx | grep -q '"name":"Lynx Conseil"'
[ "$(correct -F name="Lynx SA" -F siren=732829320 -F naf= -F size=)" = 409 ]; says 'Lynx SA'; says 'role="alert"'
before=; [ "$(correct -F name="Menuiserie Duval" -F siren=732829320 -F naf=J -F size=PME)" = 409 ]; says 'est déjà à Menuiserie Duval'; ! grep -q 'vigie org join' "$dir/page" || fail "a command on a page"
[ "$(correct -F name=Lynx -F siren=732829321 -F naf=J -F size=PME)" = 422 ]; says 'SIREN refusé'
v --json org show "$id" | grep -q '"name":"Lynx Conseil","kind":"company","siren":"732829320","naf":"J","size":"PME"'
