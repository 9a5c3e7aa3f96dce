#!/bin/bash
# A victim is taken in with what it knows: clocks open, advice is given, the same victim is found again, what came of a referral is recorded.
set -eu
dir=$(mktemp -d); home=$dir/h
trap 'rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en --as anne "$@"; }
refused() { if v "$@" > /dev/null 2>&1; then echo "accepted: $*" >&2; exit 1; fi; }
"$VIGIE" --home "$home" init --login anne > /dev/null
refused incident intake --org "Menuiserie" --summary "locked"
v --json incident intake --org "Menuiserie" --department 35 --kind ransomware --summary "nothing opens" --insured yes --contact "Mme Le Goff 06" > "$dir/a"
a=$(jq -r .id "$dir/a")
[ "$(jq -r .unsure "$dir/a")" = happened+known ]
[ "$(jq -r '[.clocks[] | select(.state == "open") | .code] | sort | join(",")' "$dir/a")" = ASSUR72,CNIL72 ]
jq -e '.keep | length > 2' "$dir/a" > /dev/null; jq -e '.leave | length > 1' "$dir/a" > /dev/null; jq -e '.twins == []' "$dir/a" > /dev/null
refused incident intake --org Menuiserie --summary x --insured perhaps
# What a victim tells is taken whole or refused: nothing is cut off in silence.
long=$(printf 'é%.0s' $(seq 300))
refused incident intake --org Menuiserie --summary "$long"
refused incident intake --org "$long" --department 35 --summary x
refused incident intake --org Menuiserie --summary x --known 2200-01-01
# A clock tells what is left of it or by how much it is late, in both languages, and while it runs what missing it means.
t0=$(date -u +%FT%TZ)
at() { VIGIE_NOW=$(date -u -d "$t0 + $1" +%FT%TZ) "$VIGIE" --home "$home" --lang "$2" --as anne incident "${@:3}"; }
nbsp=$(printf '\u00a0')
at "25 hours" en show "$a" | grep -qE "^ASSUR72 +running, 4[67]${nbsp}h left "
at "25 hours" en show "$a" | grep -q '^CNIL72: .*with the reasons for the delay'
at "25 hours" fr show "$a" | grep -q 'samedis, dimanches et jours fériés comptent'
at "25 hours" fr due | grep -qE "en cours, reste 4[67]${nbsp}h +ASSUR72 "
at "8 days" fr due | grep -qE "dépassé de [45]${nbsp}j +CNIL72 "
at "8 days" en show "$a" | grep -qE "^CNIL72 +late by [45]${nbsp}d "
v incident document "$a" --kind sheet --format txt -o "$dir/clocks.txt" > /dev/null
grep -q "h left" "$dir/clocks.txt"; tr '\n' ' ' < "$dir/clocks.txt" | grep -q 'the insurance does not pay.*holidays count'
# No personal data, no insurance: those clocks do not run. The same company within a month is told.
refused incident intake --org Menuiserie --summary "calls" --personal-data no --insured no
v --json incident intake --org Menuiserie --summary "calls" --personal-data no --insured no --again "another kind of attack" > "$dir/b"
v --json ledger list --subject "$(jq -r .id "$dir/b")" | grep '"kind":"incident.intake"' | grep '"again":"another kind of attack"' > /dev/null
[ "$(jq -r '[.clocks[] | select(.state == "not-applicable")] | length' "$dir/b")" = 2 ]
[ "$(jq -r '.twins[0]' "$dir/b")" = "$a" ]
# Another company, the same person to call back.
refused incident intake --org "Autre nom" --department 56 --summary "same" --contact "Mme Le Goff 06"
v --json incident intake --org "Autre nom" --department 56 --summary "same" --contact "Mme Le Goff 06" --again "her other company" | jq -e --arg a "$a" '.twins == [$a]' > /dev/null
# However its telephone or its name is told, a victim is found; a number is a SIREN and has its key; two of one name are not guessed.
v --json incident intake --org "Scierie des Landes" --department 22 --contact "M. Roux 06 12 34 56 78" > "$dir/c"
[ "$(v --json incident show "$(jq -r .id "$dir/c")" | jq -r .summary)" = "The victim cannot say what happened." ]
refused incident intake --org "Toute autre" --department 22 --contact "+33 6.12.34.56.78" --summary x
v --json incident intake --org "  scierie  DES landes SARL" --department 22 --summary x --again "two days later" | jq -e --arg c "$(jq -r .id "$dir/c")" '.twins == [$c]' > /dev/null
refused incident intake --org "732 829 321" --department 22 --summary x
v --json incident intake --org "732 829 320" --department 22 --summary "its number alone" > "$dir/n"
v --json org show 732829320 | jq -e '.siren == "732829320"' > /dev/null
refused incident intake --org "73282932000074" --department 22 --summary x
v org add --name "Scierie des Landes SAS" --department 56 > /dev/null
refused incident intake --org "scierie des landes" --summary x --again y
v --json incident intake --org "scierie des landes" --department 56 --summary x | jq -e '.twins == []' > /dev/null

r=$(v --json incident refer "$a" --to bank --reason "recall of funds" | jq -r .id)
refused incident refer "$a" --to nobody --reason x
v incident outcome "$r" --text "funds held" > /dev/null
refused incident outcome "$r" --text "again"
v --json incident show "$a" | jq -e '.referrals[0].outcome == "funds held"' > /dev/null

# One page for the wall, a pack for the complaint.
v incident document "$a" --kind sheet -o "$dir/sheet.pdf" > /dev/null
[ "$(pdfinfo "$dir/sheet.pdf" | sed -n 's/^Pages: *//p')" = 1 ]
pdftotext -layout "$dir/sheet.pdf" - | grep -q "A time is not known"
v incident document "$a" --kind complaint --format txt -o "$dir/complaint.txt" > /dev/null
# On one sheet of A4 also with the longest account.
long=$(printf 'mot %.0s' $(seq 126))
v --json incident intake --org Menuiserie --kind ransomware --summary "$long" --insured yes --contact "Mme Le Goff 06" --again "the long one" > "$dir/l"
v incident document "$(jq -r .id "$dir/l")" --kind complaint -o "$dir/complaint.pdf" > /dev/null
[ "$(pdfinfo "$dir/complaint.pdf" | sed -n 's/^Pages: *//p')" = 1 ]
VIGIE_LANG=fr "$VIGIE" --home "$home" --lang fr --as anne incident document "$(jq -r .id "$dir/l")" --kind complaint -o "$dir/plainte.pdf" > /dev/null
[ "$(pdfinfo "$dir/plainte.pdf" | sed -n 's/^Pages: *//p')" = 1 ]
grep -q "declared, ledger no." "$dir/complaint.txt"; grep -q "Mme Le Goff 06" "$dir/complaint.txt"
refused incident document "$a" --kind report -o "$dir/no.pdf"

# The preservation of data runs from the requisition that asks for it, for a year.
v case open --incident "$a" --ref A --frame flagrance --offence CP323-2-1 > /dev/null
v act plan --case A --kind requisition --to Host --object "content" --article "CPP 60-2 al.2" > /dev/null
v act authority A/A1 --by opj --ref "PV 1" > /dev/null
v --json incident show "$a" | jq -e '[.clocks[].code] | index("GEL1AN") == null' > /dev/null
v act start A/A1 --quality opj > /dev/null
v --json incident show "$a" | jq -e '.clocks[] | select(.code == "GEL1AN") | .state == "open"' > /dev/null
v ledger verify > /dev/null
# A time that the victim did not know is written as such, and never told as declared; what is missing is left to be written by hand.
v incident document "$a" --kind complaint --format txt -o "$dir/complaint.txt" > /dev/null
grep -F 'facts: time not known; known: time not known; reported: ' "$dir/complaint.txt" > /dev/null
grep -F 'SIREN …' "$dir/complaint.txt" > /dev/null
v --json incident show "$a" | jq -e '.happened == null and .known == null and .reported' > /dev/null
v incident show "$a" | grep -q '^happened: *time not known' || { v incident show "$a"; exit 1; }
v --json incident list | jq -se --arg a "$a" 'map(select(.id == $a)) | .[0] | .happened == null and .known == null and .reported' > /dev/null
v incident list | grep "^$a" | grep -q 'time not known' || { v incident list; exit 1; }
# A summary that ends with a full stop has no second one on the sheet.
v incident document "$(jq -r .id "$dir/c")" --kind sheet --format txt -o "$dir/stop.txt" > /dev/null
grep -q 'cannot say what happened\. ' "$dir/stop.txt" || { cat "$dir/stop.txt"; exit 1; }
refused case open --incident "$a" --ref R1 --frame flagrance --offence CP323-1-1
v case open --incident "$a" --ref R1 --frame flagrance --offence CP323-1-1 --again "a second author" > /dev/null
v case document R1 --kind report --format txt -o "$dir/report.txt" > /dev/null
if grep 'start of the facts' "$dir/report.txt"; then echo "a date nobody declared is told as declared"; exit 1; fi
v --json case show R1 | jq -e '.happened == null and .known == null' > /dev/null
# The dates in one tap, the same in both languages: the day begins at midnight in Paris, what is typed counts before the tap. A Thursday.
password=$(v --json referent password anne | sed 's/.*"password":"\([^"]*\)".*/\1/')
VIGIE_NOW=2035-03-01T08:00:00Z "$VIGIE" --home "$home" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
trap 'kill $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
curl -sk -c "$dir/jar" -o /dev/null --data-urlencode login=anne --data-urlencode "password=$password" "$at/login"
get() { curl -sk -b "$dir/jar" "$@"; }
get -b lang=en "$at/signalements/accueil" > "$dir/page"
for w in "Since when?" Today Yesterday "This week"; do grep -qF "$w" "$dir/page" || { echo "no $w" >&2; exit 1; }; done
get "$at/signalements/accueil" > "$dir/page"
for w in "Depuis quand ?" "Aujourd’hui" Hier "Cette semaine"; do grep -qF "$w" "$dir/page" || { echo "no $w" >&2; exit 1; }; done
csrf=$(sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' "$dir/page" | head -1)
get "$at/api/v1/incidents?regime=both&motive=times" | jq -e --arg a "$a" '.data | map(select(.id == $a)) | .[0] | .happened == null and .known == null and .reported' > /dev/null
# The pages say so too: of the incident, of its case, in its chronology.
for page in "signalements/$a" affaires/R1 chronologie/R1; do
  get "$at/$page" > "$dir/page"
  case $page in
    chronologie/*) ! grep -q '<td>Date des faits' "$dir/page" ;;
    *) [ "$(grep -oF 'date non connue' "$dir/page" | wc -l)" = 2 ] ;;
  esac || { echo "$page tells a time that nobody knew" >&2; exit 1; }
done
# A refusal on a page names no command, in neither language, and says at its field what to do.
for lang in fr en; do
  get -b "lang=$lang" --data-urlencode "csrf=$csrf" -d "org=Personne ne la connaît" "$at/signalements/accueil" > "$dir/page"
  grep -q 'id="w-department"' "$dir/page" || { echo "the department is not asked for" >&2; exit 1; }
  ! grep -oE '.{40}(vigie org|--department).{20}' "$dir/page" || { echo "a page names a command" >&2; exit 1; }
done
told() { # told HAPPENED KNOWN FORM...: an incident of that form has those times
  local is=$1.000Z/$2.000Z; shift 2
  get -o /dev/null -w '%{redirect_url}' --data-urlencode "csrf=$csrf" -d org=Tapis -d department=35 -d kind=fraud -d again=other \
    -d ongoing=unknown -d personal=unknown -d money=unknown -d insured=unknown -d complaint=unknown -d traces=unknown "$@" "$at/signalements/accueil" > "$dir/to"
  [ "$(v --json incident show "$(sed 's,.*/,,' "$dir/to")" | jq -r '.happened + "/" + .known')" = "$is" ] || { echo "not $is: $(cat "$dir/to")" >&2; exit 1; }
}
told 2035-02-27T23:00:00 2035-02-28T23:00:00 -d happened_day=yesterday -d known_day=today
told 2035-02-25T23:00:00 2035-02-28T05:30:00 -d happened_day=week -d known_day=today -d known=2035-02-28T06:30
get "$at/api/v1/incidents?regime=both&motive=times" | jq -e '.data | any(.happened != null and .known != null)' > /dev/null
# A company that nobody knows: what makes it known is said. In English the duty of a clock is English.
if v incident intake --org "Nobody Ltd" --kind fraud > /dev/null 2> "$dir/unknown"; then echo "accepted an unknown company" >&2; exit 1; fi
grep -q -- '--department 56' "$dir/unknown" || { cat "$dir/unknown" >&2; exit 1; }
v incident intake --org "Nobody Ltd" --department 56 --kind fraud > "$dir/unknown"
grep -q 'complaint to the police' "$dir/unknown" || { cat "$dir/unknown" >&2; exit 1; }
