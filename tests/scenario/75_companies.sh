#!/bin/bash
# Companies out of a register extract and contacts out of a spreadsheet: bad rows named, the column map remembered, nothing an officer wrote lost.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$dir/h" --lang en --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
refused() { if v "$@" >"$dir/out" 2>&1; then fail "accepted: $*"; fi; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
"$VIGIE" --home "$dir/h" init --login anne >/dev/null
v org add --name "Lynx" --siren 732829320 --department 35 >/dev/null
# SIRENE: the columns of StockEtablissement in another order, with more of them; one wrong key, one closed, one that objected, one unknown place.
cat >"$dir/stock.csv" <<'CSV'
siren,nic,siret,statutDiffusionEtablissement,trancheEffectifsEtablissement,etablissementSiege,codeCommuneEtablissement,etatAdministratifEtablissement,enseigne1Etablissement,denominationUsuelleEtablissement,activitePrincipaleEtablissement
732829320,00001,73282932000017,O,12,true,35238,A,,LYNX CONSEIL,62.02A
732829320,00002,73282932000025,O,01,false,56260,A,"LYNX ""MER""",,62.02A
111111118,00001,11111111800019,O,32,true,67482,A,BRASSERIE DU RIED,,11.05Z
222222226,00001,22222222600012,O,12,true,35238,A,WRONG KEY,,10.71C
333333334,00001,33333333400014,P,12,true,35238,A,[ND],[ND],10.71C
444444442,00001,44444444200016,O,12,true,35238,F,CLOSED,,10.71C
222222226,00001,22222222600011,O,NN,true,2A004,A,LYNX,,47.11F
222222226,00002,22222222600029,O,NN,true,99100,A,ABROAD,,47.11F
CSV
status=0; got=$(v --json org import "$dir/stock.csv" --as sirene 2>"$dir/err") || status=$?
[ $status = 3 ] || fail "status $status"
has "$got" '"read":8,"added":2,"updated":0,"sites":4,"skipped":2,"rejected":2'
grep -q 'line 5: bad SIRET: 22222222600012' "$dir/err" || fail "the wrong key is not named"
grep -q 'line 9: unknown department: 99' "$dir/err" || fail "the unknown place is not named"
# The name an officer gave stays, what was missing is filled; a SIRET names its company; two companies of one name are told apart.
has "$(v --json org show 73282932000025)" '"name":"Lynx"'
has "$(v --json org show Lynx)" '"naf":"J"'
has "$(v --json org list)" '"LYNX"'
has "$(v --json org show 111111118)" '"size":"ETI"'
has "$(v --json org import "$dir/stock.csv" --as sirene 2>/dev/null || true)" '"added":0'
has "$(v --json org import "$dir/stock.csv" --as sirene --zone OUEST 2>/dev/null || true)" '"skipped":'
refused org import "$dir/stock.csv" --as sirene --zone NOWHERE
printf 'a,b\n1,2\n' >"$dir/other.csv"
refused org import "$dir/other.csv" --as sirene
grep -q 'missing column: siret' "$dir/out"
refused org import "$dir/none.csv"
refused org import "$dir/stock.csv"; grep -q 'SIRENE extract.*--as sirene' "$dir/out"
# Contacts: the map is told once and remembered for its source; without any, the usual headings do.
cat >"$dir/contacts.csv" <<'CSV'
Raison;Dirigeant;Poste;Mail;OK
732829320;Anne Martin;gérante;anne@exemple.fr;oui
Nobody SARL;Paul;;paul@exemple.fr;oui
111111118;Zoé Weber;;not an address;non
11111111800018;Zoé Weber;;zoe@exemple.fr;non
CSV
refused org import "$dir/contacts.csv" --source CCI
refused org import "$dir/contacts.csv" --source CCI --map "organisation=Nothing"
# A spreadsheet as Windows saves it is read, a comma in a heading is no separator; in UTF-16 the letters are to blame, not a column.
printf 'Soci\351t\351;Nom pr\351nom;T\351l;Ville, pays\n732829320;Zo\351 L\374ders;0612345678;Dole, France\n' > "$dir/windows.csv"
has "$(v --json org import "$dir/windows.csv" --source W --map "organisation=Société,name=Nom prénom,phone=Tél")" '"added":1' || exit 1
v org show 732829320 | grep -q 'Zoé Lüders' || { v org show 732829320; exit 1; }
# A heading that holds a comma stands between quotes, as in any CSV; it is remembered as it was said.
printf 'Soci\303\251t\303\251;"Nom, pr\303\251nom";T\303\251l\n732829320;"Weber, L\303\251a";0612345678\n' > "$dir/comma.csv"
refused org import "$dir/comma.csv" --source V --map 'organisation=Société,name=Nom, prénom'
for map in 'organisation=Société,"name=Nom, prénom",phone=Tél' ''; do v org import "$dir/comma.csv" --source V ${map:+--map "$map"} > /dev/null; done
v org show 732829320 | grep -q 'Weber, Léa' || fail "a heading with a comma is not mapped"
refused org import "$dir/comma.csv" --source Q --map 'organisation=Société,"name=Nom'; grep -q "bad map" "$dir/out"
refused org import "$dir/comma.csv" --source Q --map 'organisation=Société'; grep -q "no column is known as that of the name" "$dir/out"
iconv -f cp1252 -t utf16 "$dir/windows.csv" > "$dir/utf16.csv"
refused org import "$dir/utf16.csv" --source U --map "organisation=Société,phone=Tél"
v org import "$dir/utf16.csv" --source U --map "organisation=Société,phone=Tél" 2>&1 | grep -q "UTF-8" || { echo "the encoding is not said"; exit 1; }
refused org import "$dir/contacts.csv" --source CCI --map "shoe=Mail"
map="organisation=Raison,name=Dirigeant,duty=Poste,email=Mail,agreed=OK"
has "$(v --json org import "$dir/contacts.csv" --source CCI --map "$map" 2>"$dir/err" || true)" '"read":4,"added":1,"updated":0,"sites":0,"skipped":0,"rejected":3'
grep -q 'line 3: unknown organisation' "$dir/err"; grep -q 'line 4: bad e-mail address' "$dir/err"; grep -q 'line 5: bad SIRET' "$dir/err"
has "$(v --json org import "$dir/contacts.csv" --source CCI 2>/dev/null || true)" '"updated":1'
printf 'SIREN,Nom,Courriel\n111111118,Luc,luc@exemple.fr\n' >"$dir/usual.csv"
has "$(v --json org import "$dir/usual.csv")" '"added":1'
printf 'SIREN,Nom,Courriel\n,Nobody,nobody@exemple.fr\n' >"$dir/unnamed.csv"
refused org import "$dir/unnamed.csv"; grep -q 'line 2: no organisation is named' "$dir/out"
has "$(v --json org show Lynx)" '"name":"Anne Martin","duty":"gérante","email":"anne@exemple.fr"'
# Mail merge: who agreed, of the companies that the action is meant for.
talk=$(v --json action add --title talk --kind talk --zone OUEST --for J:* --at 2030-01-01 | sed 's/.*"id":"\([a-z]*--[^"]*\)".*/\1/')
v action mailing "$talk" -o "$dir/mail.csv" 2>/dev/null
has "$(cat "$dir/mail.csv")" '"Lynx","Anne Martin","gérante","anne@exemple.fr"'
case $(cat "$dir/mail.csv") in *luc@*) fail "who did not agree is written to" ;; esac
# By hand: establishment, exposed asset, contact; erased means gone, and the ledger never had the name.
refused org site Lynx --siret 73282932000018 --department 35
refused org site Lynx --siret 11111111800027 --department 35
refused org site Lynx --siret 73282932000025 --department 35
refused org asset Lynx --value "not a value"
v org asset Lynx --value 'vpn[.]exemple.fr' --note remote
refused org asset Lynx --value vpn.exemple.fr
has "$(v --json org show Lynx)" '"type":"domain-name","value":"vpn.exemple.fr","note":"remote"'
v org asset Lynx --value vpn.exemple.fr --end
v --lang fr org show Lynx >"$dir/fr"; grep -qE '^Anne Martin .* (oui|non)$' "$dir/fr" || fail "who agreed is not told in French"
v org contact Lynx --name "Anne Martin" --erase
refused org contact Lynx --name "Anne Martin" --erase
case $(v --json org show Lynx) in *Martin*) fail "the contact is still there" ;; esac
v ledger export -o "$dir/ledger" 2>/dev/null
! grep -q 'Anne Martin' "$dir/ledger" || fail "the ledger knows the name"
# A conflict of interest closes rows to who imports.
v referent add --name Jeanne --zone OUEST --login jeanne --from 2018-03-01 >/dev/null
v referent conflict jeanne --org Lynx --reason "former employer" >/dev/null
has "$("$VIGIE" --home "$dir/h" --lang en --as jeanne --json org import "$dir/contacts.csv" --source CCI 2>/dev/null || true)" '"added":0,"updated":0'
# Figures of an earlier period are the same bytes after the network was opened to every zone.
v action done "$(v --json action add --title visit --org Lynx --at 2024-03-02T09:00:00Z | sed 's/.*"id":"\([a-z]*--[^"]*\)".*/\1/')" --people J:PME:4 2>/dev/null
v --json action reach --from 2024-01-01 --to 2025-01-01 >"$dir/before"
v --json zone show OUEST | grep -o '{"scheme":"pilot-2018"[^}]*}\|"scheme":"pilot-2018"[^}]*' >"$dir/pilot"
v zone generalise --from 2026-01-01 >/dev/null
v zone move 35 --to NORD --from 2026-02-01 2>/dev/null
v --json action reach --from 2024-01-01 --to 2025-01-01 >"$dir/after"
cmp "$dir/before" "$dir/after" || fail "figures of an earlier period changed"
v --json zone show OUEST | grep -o '{"scheme":"pilot-2018"[^}]*}\|"scheme":"pilot-2018"[^}]*' | cmp - "$dir/pilot" || fail "the pilot changed"
v ledger verify >/dev/null
# What was written wrongly is put right, field by field; what another one has, or what is no value, is refused and nothing of it is written.
v org add --name "Menuizerie Duval" --siren 552100554 --department 35 --naf C --size PME >/dev/null
has "$(v --json org correct 552100554 --name " Menuiserie Duval " --naf 16.23Z --size MICRO)" '"name":"Menuiserie Duval","kind":"company","siren":"552100554","naf":"C","size":"MICRO"'
has "$(v --json org correct "Menuiserie Duval" --siren "")" '"siren":"","naf":"C"'
refused org correct "Menuiserie Duval"; grep -q 'nothing to put right' "$dir/out"
refused org correct "Menuiserie Duval" --name Lynx; grep -q 'is of Lynx already.*org join' "$dir/out"
refused org correct "Menuiserie Duval" --size MICRO --siren 732829320; grep -q '732829320. is of Lynx already' "$dir/out"
refused org correct "Menuiserie Duval" --name ""
refused org correct "Menuiserie Duval" --size HUGE; grep -q HUGE "$dir/out"
refused org correct "Menuiserie Duval" --siren 552100555; grep -q 'bad SIREN' "$dir/out"
has "$(v --json org correct "Menuiserie Duval" --siren 552100554)" '"siren":"552100554","naf":"C","size":"MICRO"'
[ "$(v --json ledger list --count 100 | grep -c '"kind":"org.corrected"')" = 4 ] || fail "the ledger says otherwise: $(v ledger list --count 100 | grep corrected)"
# The wrong name still finds it; who bears it rightly needs a SIREN to be told apart, and a SIREN that was another one's by mistake is free.
has "$(v --json org show "Menuizerie Duval")" '"name":"Menuiserie Duval"'
refused org add --name "Menuizerie Duval" --department 29; grep -q 'was the name of Menuiserie Duval' "$dir/out"
v org add --name "Menuizerie Duval" --siren 000560011 --department 29 >/dev/null
has "$(v --json org show "Menuizerie Duval")" '"siren":"000560011"'
v org correct Lynx --siren 111222337 >/dev/null
v org add --name "Lynx Travaux" --siren 732829320 --department 35 >/dev/null
has "$(v --json org show 732829320)" '"name":"Lynx Travaux"'
