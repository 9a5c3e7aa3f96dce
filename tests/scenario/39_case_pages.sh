#!/bin/bash
# By upload: cases of DFIR-IRIS and the ministry's list of offences; the table of offences by date; the page of a case in parts, all of them on paper.
set -eu
dir=$(mktemp -d); home=$dir/h; pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
"$VIGIE" --home "$home" init --login anne > /dev/null
v org add --name Lynx --department 35 --naf C --size PME > /dev/null
password=$(v --json referent password anne | sed 's/.*"password":"\([^"]*\)".*/\1/')
"$VIGIE" --home "$home" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
[ "$(curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' --data-urlencode login=anne --data-urlencode "password=$password" "$at/login")" = 303 ]
get() { curl -sk -b "$dir/jar" -o "$dir/page" -w '%{http_code}' "$@"; }
get "$at/affaires-import" > /dev/null
csrf=$(sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' "$dir/page" | head -1)
printf '%s' '[{"case":{"case_id":12,"case_name":"#12 - phishing wave","open_date":"2024-03-01"},"iocs":[{"ioc_value":"evil.zzqx-relay.net","ioc_type":{"type_name":"domain"}}]},{"case":{}}]' > "$dir/iris.json"
send() { get -F "csrf=$csrf" "$@"; }
[ "$(send -F "file=@$dir/iris.json" -F form=iris -F org=Nobody -F frame=intelligence "$at/affaires-import")" = 404 ]
[ "$(send -F form=iris -F org=Lynx -F frame=intelligence "$at/affaires-import")" = 422 ]
[ "$(send -F "file=@$dir/iris.json" -F form=iris -F org=Lynx -F frame=guess "$at/affaires-import")" = 422 ]
[ "$(send -F "file=@$dir/iris.json" -F form=iris -F org=Lynx -F frame=intelligence "$at/affaires-import")" = 200 ]
grep -q 'role="status"' "$dir/page"
grep -q 'iris.json' "$dir/page" || fail "what was refused is not told"
v case list | grep IRIS-12 > /dev/null
# The page of the case: every part there, and a menu of them.
incident=$(v --json incident add --org Lynx --kind ransomware --summary locked --happened 2026-03-02T07:00:00Z --known 2026-03-02T08:00:00Z | jq -r .id)
v case open --incident "$incident" --ref OWN --frame flagrance --offence CP323-2-1 > /dev/null
get "$at/affaires/OWN" > /dev/null
for part in resume travail actes constats scelles liens documents droit; do
  grep -q "href=\"#p-$part\"" "$dir/page" && grep -q "id=\"p-$part\"" "$dir/page" || fail "no part $part"
done
[ "$(grep -o '<section' "$dir/page" | wc -l)" = "$(grep -o '</section>' "$dir/page" | wc -l)" ] || fail "parts are not closed"
# What is still to be proved leads to the act that usually brings it: its form is open, the kind and the object are there.
v --json case elements OWN | jq -e '.elements[1] | .act == "requisition" and .findings == []' > /dev/null || fail "no act for what is to be proved"
lead=$(grep -oE 'href="\?acte=requisition&amp;objet=[^"#]*#f-act"' "$dir/page" | head -1 | sed 's/href="//;s/#.*//;s/&amp;/\&/')
get "$at/affaires/OWN$lead" > /dev/null
grep -q '<details open><summary>Prévoir un acte' "$dir/page" && grep -qE 'name="object" value="journaux d(&#39;|.)acc' "$dir/page" || fail "the act is not led to: $lead"
# A requisition that waits stands on the start page, from a week before its deadline.
v case open --incident "$incident" --ref REQ --frame preliminary --offence CP323-2-1 --again "for its requisitions" > /dev/null
v act plan --case REQ --kind requisition --to "Host SAS" --object logs --due "$(date -u -d '+30 days' +%FT%TZ)" > /dev/null
get "$at/" > /dev/null; ! grep -q 'Host SAS' "$dir/page" || fail "what is due in a month is on the start page"
v act plan --case REQ --kind requisition --to "Other Host" --object logs --due "$(date -u -d '+3 days' +%FT%TZ)" > /dev/null
get "$at/" > /dev/null; grep -q 'Réquisition à <a href="/actes/REQ%2FA2">Other Host</a>' "$dir/page" || fail "a requisition that waits is not on the start page"
# And in /api/v1, for whoever gives a reason, with which ones are late.
v act plan --case REQ --kind requisition --to "Slow Host" --object logs --due "$(date -u -d '+15 seconds' +%FT%TZ)" > /dev/null
[ "$(get "$at/api/v1/requisitions?regime=investigation")" = 403 ] || fail "requisitions without a motive"
until get "$at/api/v1/requisitions?regime=investigation&motive=deadlines" > /dev/null; jq -e '[.data[] | select(.late)] | length == 1' "$dir/page" > /dev/null; do sleep 0.2; done
[ "$(jq -r '[.data[] | .act + " " + .addressee + " " + .case + " " + .state + " " + (.late | tostring)] | sort | join(",")' "$dir/page")" = "REQ/A1 Host SAS REQ planned false,REQ/A2 Other Host REQ planned false,REQ/A3 Slow Host REQ planned true" ] || fail "requisitions: $(cat "$dir/page")"
[ "$(jq '.data[0].due | length' "$dir/page")" -ge 20 ]; get "$at/api/v1/requisitions" > /dev/null; [ "$(jq '.data | length' "$dir/page")" = 0 ] || fail "requisitions of inquiries among those of prevention"
# The frame: changed on the page, refused with its field, told there; the flagrancy's end on the start page.
frame() { get --data-urlencode "csrf=$csrf" --data-urlencode "reference=PV 12" "$@" "$at/affaires/OWN"; }
[ "$(frame -d what=frame -d frame=rogatory -d from=2026-03-03T09:00)" = 422 ]
grep -q 'id="f-authority"[^>]*aria-invalid' "$dir/page" || fail "the field that is wrong is not marked"
[ "$(frame -d what=frame -d frame=prevention -d from=2026-03-03T09:00)" = 403 ]
[ "$(frame -d what=frame -d frame=preliminary -d from=2026-03-03T09:00)" = 303 ]
[ "$(frame -d what=frame -d frame=flagrance -d from=2026-03-04T09:00)" = 303 ]
get "$at/affaires/OWN" > /dev/null
grep -q 'enquête de flagrance → <strong>enquête préliminaire</strong> <small>PV 12' "$dir/page" || fail "the change is not told"
# An id stands once on a page, so that each label leads to its own field.
get "$at/affaires/OWN" > /dev/null
twice=$(grep -oE ' id="[^"]*"' "$dir/page" | sort | uniq -d); [ -z "$twice" ] || fail "ids that stand twice: $twice"
grep -q 'label for="f-due-2"' "$dir/page" && grep -q 'id="f-due-2" name="due"' "$dir/page" || fail "the second deadline has no label of its own"
get "$at/recherche?choix=org&rang=2&org=Lyn" > /dev/null; grep -q 'id="d-org-2"' "$dir/page" || fail "what is offered while one types goes to another field"
# A requisition that asks for preservation is planned on the page with its article; refusals there name no command.
no_command() { ! grep -oE '<p class="(bad|alert)"[^<]*' "$dir/page" | grep -E '\(--|vigie [a-z]+ ' || fail "a refusal names a command"; }
plan() { get --data-urlencode "csrf=$csrf" -d what=act -d act=requisition -d mode=seal "$@" "$at/affaires/REQ"; }
[ "$(plan -d to=Host)" = 422 ]
grep -q '<p class="bad"' "$dir/page"; no_command
[ "$(plan -d to=Host -d object=content --data-urlencode "article=CPP 60-2 al.2")" = 303 ]
v --json act show REQ/A4 | grep -F '"article":"CPP 60-2 al.2"' > /dev/null || fail "the article is lost"
[ "$(get --data-urlencode "csrf=$csrf" -d what=start -d quality=opj "$at/actes/REQ%2FA4")" -ge 400 ]
grep -q 'ne peut commencer sans autorisation' "$dir/page" || fail "what is missing is not said"
no_command
# What the ledger says of a case, its incident and its exhibits is one list, the newest first.
v exhibit add --case REQ --description disk --seal 7 > /dev/null
v case note REQ --text "later than the exhibit" > /dev/null
get "$at/affaires/REQ" > /dev/null
grep -oE 'href="/journal/[0-9]+"' "$dir/page" | grep -oE '[0-9]+' > "$dir/order"
[ "$(wc -l < "$dir/order")" -gt 3 ] && sort -rn "$dir/order" | cmp - "$dir/order" || fail "the ledger's lines are not in order"
# What was destroyed says so on its page and on its case's; what has no seal is not under one.
! grep -q 'détruit</span>' "$dir/page" || fail "destroyed before it was"
v exhibit add --case REQ --description "without a seal" > /dev/null
[ "$(get --data-urlencode "csrf=$csrf" -d move=destroyed -d "reason=order 4" "$at/scelles/REQ%2F1")" = 303 ]
for page in affaires/REQ scelles/REQ%2F1; do get "$at/$page" > /dev/null; grep -q 'détruit</span>' "$dir/page" || fail "$page does not say that it is destroyed"; done
get "$at/affaires/REQ" > /dev/null; grep -q 'sans scellé' "$dir/page" || fail "an exhibit without a seal looks sealed"
v --json incident due | grep '"code":"CNIL72"' | grep '"to_check":"since"' > /dev/null || fail "a deadline that is to be revalidated does not say so"
v incident due | grep 'FLAGRANCE\|CNIL72' | grep 'to revalidate' > /dev/null || fail "nor in words"
# Offences.
printf 'Numéro NATINF;Nature de l’infraction;Qualification de l’infraction;Articles définissant l’infraction;Articles réprimant l’infraction\n23456;Délit;Accès frauduleux à un système essayé;ART.323-1 C.PENAL;ART.323-1 C.PENAL\n' > "$dir/natinf.csv"
[ "$(send -F "file=@$dir/natinf.csv" -F day=later -F source=NATINF "$at/infractions")" = 422 ]
[ "$(send -F "file=@$dir/iris.json" -F day=2026-01-01 -F source=NATINF "$at/infractions")" = 422 ]
[ "$(send -F "file=@$dir/natinf.csv" -F day=2026-01-01 -F source=NATINF "$at/infractions")" = 200 ]
get "$at/infractions?mots=frauduleux+%C3%A0+un+systeme+essaye" > /dev/null
grep -q NATINF23456 "$dir/page" || fail "the offence is not in the table"
[ "$(get "$at/infractions?mots=essaye&au=2020-01-01")" = 200 ]
# Legal figures that are not current say so wherever they show: all are marked stale, and given words that stand nowhere else.
sqlite3 "$home/vigie.db" "UPDATE casework_offence SET doubt = 'figures', to_check = 1, text = 'ZZ-ARTICLE', prison_years = 37, fine_eur = 987654; UPDATE casework_delay SET doubt = 'figures', duty_fr = 'ZZ-DUTY', effect_fr = 'ZZ-EFFECT'"
v exhibit add --case OWN --description disk > /dev/null
v act plan --case OWN --kind acquisition --exhibit OWN/1 > /dev/null
v act authority OWN/A1 --by opj --ref "order 8" > /dev/null
v act start OWN/A1 --quality pts > /dev/null
# The act before offers its people, a tick each.
v act plan --case OWN --kind seizure --place there > /dev/null; v act attend OWN/A2 --role witness --name "Mme Quatre" > /dev/null
get "$at/actes/OWN/A1" > /dev/null; tick=$(grep -oE 'name="again" value="[0-9]+" checked' "$dir/page" | grep -oE '[0-9]+')
[ "$(send -F what=again -F "again=$tick" "$at/actes/OWN/A1")" = 303 ]; v act show OWN/A1 > "$dir/o"; grep -q "Mme Quatre" "$dir/o"
get "$at/actes/OWN/A1" > /dev/null; ! grep -q 'name="again"' "$dir/page" || fail "offered though entered"
mkdir "$dir/seen"; n=0
page() { n=$((n + 1)); curl -sk -b "$dir/jar" -b lang=en "$at$1" > "$dir/seen/$n$(tr / _ <<< "$1" | tr -d '?&=').${2:-html}"; }
action=$(v --json action add --title Visit --org Lynx --at 2026-11-20T09:00:00Z | jq -r .id)
"$VIGIE" serve --routes --json | jq -r .path | sort -u | while read -r path; do case $path in */ | /logout | /assets* | /enquete | /api* | /taxii2*) ;; *) echo "$path" ;; esac; done > "$dir/paths"
while read -r path; do page "$path"; done < "$dir/paths"
for path in / "/affaires/OWN" "/signalements/$incident" "/actes/OWN/A1" /scelles/OWN/1 /chronologie/OWN "/actions/$action/support" "/actions/$action/support?fiche=ransomware" "/infractions?mots=frauduleux"; do page "$path"; done
page "/api/v1/flagrances?regime=investigation&motive=crawl" json; page /api/v1/clocks json; page "/api/v1/clocks?regime=investigation&motive=crawl" json
command() { n=$((n + 1)); v "$@" > "$dir/seen/$n.txt"; v --json "$@" > "$dir/seen/$n.json"; }
command case show OWN; command incident show "$incident"; command incident due; command offence list; command act show OWN/A1; command act rules
for kind in summary report sheet complaint; do
  of=OWN cmd=(case document); case $kind in sheet | complaint) of=$incident cmd=(incident document) ;; esac
  for lang in fr en; do "$VIGIE" --home "$home" --as anne --lang $lang "${cmd[@]}" "$of" --kind $kind --format txt -o "$dir/seen/$kind.$lang.doc" > /dev/null; done
done
python3 "$SOURCE/tests/scenario/doubts.py" "$dir"/seen/* > "$dir/bare" || { cat "$dir/bare" >&2; exit 1; }
