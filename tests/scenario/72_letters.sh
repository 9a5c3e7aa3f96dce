#!/bin/bash
# Letters, e-mails and hand-outs: to who accepts to be written to and to nobody else, read back by programs that are not ours; hostile names stay words.
set -eu
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$dir/h" --lang "${in:-en}" --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
hasnot() { case $1 in *"$2"*) fail "$2 in: $1" ;; esac; }
refused() { if v "$@" 2> "$dir/err"; then fail "taken: $*"; fi; }
id() { sed 's/.*"id":"\([a-z]*--[^"]*\)".*/\1/'; }
password=$("$VIGIE" --home "$dir/h" init --login anne | grep -oE '[a-z0-9]{20}$')
v org add --name Lynx --department 35 --naf C --size PME > /dev/null
v org add --name "Far & <away>" --department 67 --naf C --size PME > /dev/null
v org contact Lynx --name "Zoé Lemoine" --duty gérante --email zoe@exemple.fr --agreed > /dev/null
v org contact Lynx --name "No Mail" --agreed > /dev/null
v org contact Lynx --name "Does Not Agree" --email not@exemple.fr > /dev/null
v org contact "Far & <away>" --name $'Bcc: all@x.test\nX: y {date}' --email 'far@exemple.fr' --agreed > /dev/null
# Where letters go: the register's head office, then a table's, then what somebody wrote.
cat > "$dir/sirene.csv" << 'CSV'
siret,etablissementSiege,complementAdresseEtablissement,numeroVoieEtablissement,typeVoieEtablissement,libelleVoieEtablissement,codePostalEtablissement,libelleCommuneEtablissement,codeCedexEtablissement,libelleCedexEtablissement,codeCommuneEtablissement,etatAdministratifEtablissement,activitePrincipaleEtablissement,denominationUniteLegale
00056001100017,true,BATIMENT B,12,RUE,DES LILAS,35000,RENNES,35042,RENNES CEDEX,35238,A,25.11Z,LOUTRE
CSV
v org import "$dir/sirene.csv" --as sirene > /dev/null
has "$(v --json org show 000560011)" '"address":"BATIMENT B\n12 RUE DES LILAS\n35042 RENNES CEDEX"'
printf 'Entreprise;Nom;Adresse;Code postal;Ville\nLOUTRE;Lou;1 place du Marché;35000;RENNES\n' > "$dir/c.csv"
v org import "$dir/c.csv" --as contacts --source crm > /dev/null
has "$(v --json org show 000560011)" '"address":"1 place du Marché\n35000 RENNES"'
v org address 000560011 --lines ""; has "$(v --json org show 000560011)" '"address":"BATIMENT B'
refused org address Lynx --lines "$(printf '%0400d' 0)"
v org address Lynx --lines "3 quai Nord|35042 RENNES CEDEX"
v zone contact OUEST "02 00 00 00 00" 2> /dev/null
refused zone contact NOWHERE x
has "$(v --json zone show OUEST)" '"contact":"02 00 00 00 00"'
talk=$(v --json action add --title "Rançon & co" --kind talk --zone OUEST --place Rennes --at 2026-12-03T13:00:00Z | id)
# Letters: one a sheet, both languages; who did not agree is in none.
v action mailing "$talk" -o "$dir/l.pdf" 2> /dev/null
[ "$(pdfinfo "$dir/l.pdf" | sed -n 's/^Pages: *//p')" = 2 ] || fail "two letters are two sheets"
letters=$(pdftotext -layout "$dir/l.pdf" -)
# In the window of the envelope: 105 mm from the left, the last line above 95 mm.
pdftotext -bbox "$dir/l.pdf" - | awk -F'"' '/>(quai|CEDEX|Dear)</ { n++; if ($0 ~ /Dear/ ? $4 < 269 : ($4 < 141 || $8 > 269 || $2 < 297)) exit 1 } END { exit n < 6 }' || fail "the address is not in the window"
has "$letters" "Dear Zoé Lemoine"; has "$letters" "Thursday 3 December 2026 at 14:00"; has "$letters" "02 00 00 00 00"; hasnot "$letters" "Does Not"
in=fr v action mailing "$talk" -o "$dir/l.odt" 2> /dev/null
has "$(unzip -p "$dir/l.odt" content.xml)" "jeudi 3 décembre 2026 à 14:00"
# E-mails: another program's reader finds the headings and the words.
v action mailing "$talk" --from ref@police.example -o "$dir/m.mbox" 2> "$dir/err"
has "$(cat "$dir/err")" "1 contact without"
v action mailing "$talk" --org "Far & <away>" --from ref@police.example --subject "{company}" -o "$dir/eml/" 2> /dev/null
python3 - "$dir" << 'EOF'
import email, email.policy, mailbox, sys
read = lambda f: email.message_from_binary_file(f, policy=email.policy.default)
box = list(mailbox.mbox(sys.argv[1] + "/m.mbox", factory=read))
assert len(box) == 1 and str(box[0]["to"]) == "Zoé Lemoine <zoe@exemple.fr>", box
assert box[0]["subject"] == "Invitation: Rançon & co" and "Dear Zoé Lemoine" in box[0].get_content()
far = read(open(sys.argv[1] + "/eml/0001.eml", "rb"))
assert far["bcc"] is None and far["x"] is None and far["subject"] == "Far & <away>", far.keys()
assert "{date}" in far.get_content()  # what stands in a name is no field
EOF
# The list; a field that is none, a sender that is none, nobody to write to.
v action mailing "$talk" -o "$dir/l.csv" 2> /dev/null
has "$(cat "$dir/l.csv")" '"Lynx","Zoé Lemoine","gérante","zoe@exemple.fr"'
echo "Hello {nom}, {nobody}" > "$dir/text"
refused action mailing "$talk" --text "$dir/text" -o "$dir/x.pdf"; has "$(cat "$dir/err")" nobody
refused action mailing "$talk" -o "$dir/x.mbox"; refused action mailing "$talk" --from $'a@b.c\r\nBcc: d' -o "$dir/x.mbox"
refused action mailing "$talk" -o "$dir/x.doc"
[ ! -e "$dir/x.pdf" ] && [ ! -e "$dir/x.mbox" ] || fail "a refused mailing left a file"
v org contact Lynx --name "No Mail" --erase > /dev/null; v org contact Lynx --name "Zoé Lemoine" --erase > /dev/null
refused action mailing "$talk" -o "$dir/x.pdf"
v ledger export -o "$dir/ledger" 2> /dev/null
! grep -q Lemoine "$dir/ledger" || fail "the ledger knows a name"
# Hand-outs: a page each; the code is the address of attendance; nothing to read of the other language.
in=fr v action handout "$talk" --url https://vigie.example -o "$dir/h.pdf" 2> /dev/null
[ "$(pdfinfo "$dir/h.pdf" | sed -n 's/^Pages: *//p')" = 6 ] || fail "a sheet is a page"
has "$(pdftotext "$dir/h.pdf" -)" "02 00 00 00 00"
v action handout --zone OUEST -o "$dir/e.pdf" 2> /dev/null
[ "$(pdfinfo "$dir/e.pdf" | sed -n 's/^Pages: *//p')" = 6 ] || fail "a sheet is a page in English"
v action handout "$talk" --url https://vigie.example --sheet ransomware -o "$dir/h.odt" 2> /dev/null
unzip -p "$dir/h.odt" 'Pictures/*.png' > "$dir/h.png"
if command -v zbarimg > /dev/null; then
  link=$(v action code "$talk" --url https://vigie.example)
  [ "$(zbarimg -q --raw "$dir/h.png" 2> /dev/null)" = "$link" ] || fail "the code of the ODT is not read back"
  pdftoppm -r 150 -f 1 -l 1 -png "$dir/h.pdf" "$dir/p"
  [ "$(zbarimg -q --raw "$dir"/p-*.png 2> /dev/null)" = "$link" ] || fail "the code of the PDF is not read back"
fi
refused action handout "$talk" --sheet nothing -o "$dir/x.pdf"
# The same by the pages.
v org contact Lynx --name "Zoé Lemoine" --email zoe@exemple.fr --agreed > /dev/null
lynx=$(v --json org show Lynx | id)
"$VIGIE" --home "$dir/h" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 200); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
ask() { curl -sk -b "$dir/jar" -o "$dir/page" -w '%{http_code}' "$@"; }
curl -sk -c "$dir/jar" -o /dev/null --data-urlencode "login=anne" --data-urlencode "password=$password" "$at/login"
[ "$(ask "$at/actions/$talk/lettres")" = 200 ]
csrf=$(grep -oE 'name="csrf" value="[^"]+"' "$dir/page" | head -n 1 | sed 's/.*value="//;s/"//')
company=$(grep -oE 'name="company" value="[0-9]+"' "$dir/page" | sed 's/.*value="//;s/"//')
[ "$(ask -d "csrf=$csrf" -d what=letters -d "company=$company" -d form=pdf -d subject=S -d 'text=Bonjour {nom}' "$at/actions/$talk/lettres")" = 200 ]
has "$(pdftotext "$dir/page" -)" "Bonjour Zoé Lemoine"
[ "$(ask -d "csrf=$csrf" -d what=letters -d "company=$company" -d form=pdf -d subject=S -d 'text=Bonjour {nobody}' "$at/actions/$talk/lettres")" = 422 ]
has "$(cat "$dir/page")" 'Bonjour {nobody}'
[ "$(ask -d "csrf=$csrf" -d what=letters -d form=pdf -d subject=S -d text=x "$at/actions/$talk/lettres")" = 422 ]
[ "$(ask "$at/actions/$talk/support?fiche=first-hours&forme=pdf")" = 200 ]
has "$(pdftotext "$dir/page" -)" "Les premières heures"; has "$(pdftotext "$dir/page" -)" "à revalider"
[ "$(ask "$at/actions/$talk/support?fiche=nothing")" = 404 ]
# A legal delay whose date is not certain says so wherever it shows.
v incident add --org Lynx --kind data-leak --summary x --happened "$(date -u -d '2 hours ago' +%FT%TZ)" --known "$(date -u -d '1 hour ago' +%FT%TZ)" > /dev/null
for path in / "/actions/$talk/support" "/actions/$talk/support?fiche=ransomware"; do [ "$(ask "$at$path")" = 200 ]; has "$(cat "$dir/page")" "à revalider"; done
# What goes to anybody counts nothing so small that it points at one company.
ask "$at/actions/$talk/support" > /dev/null; has "$(cat "$dir/page")" "moins de 5"
for _ in 1 2 3 4; do v incident add --org Lynx --kind data-leak --summary x --happened "$(date -u -d '2 hours ago' +%FT%TZ)" --known "$(date -u -d '1 hour ago' +%FT%TZ)" > /dev/null; done
ask "$at/actions/$talk/support" > /dev/null; sed 's/<[^>]*>//g' "$dir/page" | grep -qE 'fuite de données[^0-9]*5' || fail "five are not counted"; ! grep -q "moins de 5" "$dir/page" || fail "five are few"
[ "$(ask -d "csrf=$csrf" -d what=contact -d "name=New One" -d email=new@exemple.fr -d agreed=1 "$at/entreprises/$lynx")" = 303 ]
has "$(v --json org show Lynx)" "New One"
[ "$(ask -d "csrf=$csrf" -d what=contact_erase -d "name=New One" "$at/entreprises/$lynx")" = 303 ]
hasnot "$(v --json org show Lynx)" "New One"
[ "$(ask -d "csrf=$csrf" -d what=contact -d contact=03 "$at/zones/OUEST")" = 303 ]
has "$(v --json zone show OUEST)" '"contact":"03"'
v ledger verify > /dev/null
