#!/bin/bash
# The ministry's list of offences comes in versions: facts keep the offence that was in force at their date, what the list does not say is to be
# revalidated; what has to be proved stands beside the findings that bear on it, in the command and in the documents.
set -eu
dir=$(mktemp -d); home=$dir/h
trap 'rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
refused() { if v "$@" > "$dir/out" 2> "$dir/err"; then fail "accepted: $*"; fi; }
"$VIGIE" --home "$home" init --login anne > /dev/null
v org add --name Lynx --department 35 --naf C --size PME > /dev/null
# Invented numbers and labels in the form of the published list.
cat > "$dir/one.csv" <<'CSV'
"Numéro NATINF";"Nature de l'infraction";"Qualification de l'infraction";"Articles définissant l'infraction";"Articles réprimant l'infraction"
"900001";"Délit";"ACCÈS FRAUDULEUX À UN SYSTÈME D'ESSAI";"ART.323-1 AL.1 C.PENAL.";"ART.323-1 AL.1, ART.323-5 C.PENAL."
"900002";"Délit";"ENTRAVE À UN SYSTÈME D'ESSAI";"ART.323-2 AL.1 C.PENAL.";"ART.323-2 AL.1 C.PENAL."
"900003";"Délit";"ANCIENNE INFRACTION D'ESSAI";"ART.1 C.PENAL.";"ART.1 C.PENAL."
"no number";"Délit";"X";"";""
CSV
sed -e 's/ENTRAVE À UN/ENTRAVE AU FONCTIONNEMENT D’UN/' -e '/900003/d' -e '/no number/d' "$dir/one.csv" > "$dir/two.csv"
printf '"900004";"Délit";"NOUVELLE INFRACTION D%sESSAI";"ART.2";"ART.2"\n' "'" >> "$dir/two.csv"
status=0; v --json offence import "$dir/one.csv" --at 2024-01-01 > "$dir/o" 2> "$dir/e" || status=$?
[ "$status" = 3 ]; jq -e '.read == 4 and .added == 3 and .rejected == 1' "$dir/o" > /dev/null; grep -q "line 5" "$dir/e"
v --json offence import "$dir/two.csv" --at 2025-01-01 > "$dir/o"
jq -e '.added == 1 and .changed == 1 and .known == 1 and .ended == 1' "$dir/o" > /dev/null || fail "$(cat "$dir/o")"
v --json offence import "$dir/two.csv" --at 2025-01-01 | jq -e '.added == 0 and .changed == 0 and .known == 3 and .ended == 0' > /dev/null
refused offence import "$dir/one.csv" --at 2024-06-01; grep -q "later than" "$dir/err"
refused offence import "$dir/one.csv" --at 2999-01-01
printf 'a,b\n1,2\n' > "$dir/other.csv"; refused offence import "$dir/other.csv" --at 2026-01-01; grep -q "not the NATINF list" "$dir/err"
[ "$(v --json offence list --search "acces frauduleux a un systeme d'essai" | jq -r .natinf)" = 900001 ]
[ "$(v --json offence list --search natinf900002 --at 2024-06-01 | jq -r .label)" = "ENTRAVE À UN SYSTÈME D'ESSAI" ]
[ "$(v --json offence list --search natinf900002 --at 2026-01-01 | jq -r .label)" = "ENTRAVE AU FONCTIONNEMENT D’UN SYSTÈME D'ESSAI" ]
[ "$(v --json offence list --search natinf900003 --at 2026-01-01)" = "" ]
incident=$(v --json incident add --org Lynx --kind ransomware --summary locked --happened 2024-03-02T07:00:00Z --known 2024-03-02T08:00:00Z | jq -r .id)
ref=$(v --json case open --incident "$incident" --frame flagrance --offence CP323-2-1 | jq -r .ref)
v case charge "$ref" --offence NATINF900002 > /dev/null
refused case charge "$ref" --offence NATINF900002
v --lang en case charge "$ref" --offence "323-2" 2> "$dir/err" && exit 1
grep -F "no offence 323-2 is known at the date of the facts; maybe CP323-2-1, CP323-2-2" "$dir/err" > /dev/null
refused case charge "$ref" --offence NATINF900004 # not in force when it happened
v --json case show "$ref" | jq -e '.offences[] | select(.natinf == "900002") | .label == "ENTRAVE À UN SYSTÈME D'"'"'ESSAI" and .to_check == "figures+since"' > /dev/null
v --lang fr case show "$ref" | grep -q "à revalider"
# The matrix.
v case finding "$ref" --type observed --text "note de rançon sur le bureau" --element 1 > /dev/null
v --json case elements "$ref" | jq -e '.elements[0].findings | length == 1' > /dev/null
v case document "$ref" --kind summary --format txt -o "$dir/s.txt" > /dev/null
grep -q "Elements to prove" "$dir/s.txt"; grep -q "note de rançon sur le bureau \[observed\]" "$dir/s.txt"; grep -q "nothing yet" "$dir/s.txt"
v ledger verify > /dev/null
