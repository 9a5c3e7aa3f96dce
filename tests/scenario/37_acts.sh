#!/bin/bash
# A legal act starts only with what its frame asks for: authority with its reference, attendees, quality; the seal follows the act, and a copy
# or an analysis of the exhibit is tied to it.
set -eu
dir=$(mktemp -d); home=$dir/h
trap 'rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en --as anne "$@"; }
refused() { # refused WORDS COMMAND...: fails, saying the words
  local words=$1; shift
  if v "$@" > /dev/null 2> "$dir/e"; then echo "accepted: $*" >&2; exit 1; fi
  grep -q -- "$words" "$dir/e" || { echo "$*: not '$words' but: $(cat "$dir/e")" >&2; exit 1; }
}
says() { grep -q "$1" "$dir/o" || { echo "not said: $1 in $(cat "$dir/o")" >&2; exit 1; }; }
"$VIGIE" --home "$home" init --login anne > /dev/null
v org add --name Lynx --department 35 --naf C --size PME > /dev/null
incident=$(v --json incident add --org Lynx --kind ransomware --summary locked --happened 2024-03-02T07:00:00Z --known 2024-03-02T08:00:00Z | sed 's/.*"id":"\([^"]*\)".*/\1/')
for f in flagrance preliminary rogatory prevention; do v case open --incident "$incident" --ref "$f" --frame "$f" --offence CP323-2-1 --again "one case a frame" > /dev/null; done
v exhibit add --case flagrance --description server --seal 1 > /dev/null
v exhibit add --case rogatory --description laptop --seal 9 > /dev/null

# Prevention knows no coercion; the refusal says why.
refused "no search in the frame prevention" act plan --case prevention --kind search --place "10 rue X"
refused "unknown kind of act" act plan --case flagrance --kind guess
refused "about an exhibit" act plan --case flagrance --kind opening
refused "belongs to the case rogatory" act plan --case flagrance --kind opening --exhibit rogatory/1

# A search in a preliminary inquiry: consent or the judge, not the officer; two witnesses, not his own.
v act plan --case preliminary --kind search --place "10 rue X" > "$dir/o"; says "the written consent of the person or, failing it, the decision of the judge"; says "to revalidate"
s=preliminary/A1
refused "it needs the written consent of the person or, failing it, the decision of the judge of liberties and detention (CPP 76); enter it first" act start $s --quality opj
refused "does not allow this act" act authority $s --by opj --ref "PV 1"
refused "not in the future" act authority $s --by jld --ref "ord. 4" --at 2200-01-01
v act authority $s --by jld --ref "ord. 4" > /dev/null
refused "occupant, a representative, or two witnesses" act start $s --quality opj
v act attend $s --role witness --name "M. Un" > /dev/null
v act attend $s --role witness --name "Gardien Deux" --subordinate > /dev/null
refused "(1 entered" act start $s --quality opj
v act attend $s --role witness --name "Mme Trois" --signature refused > /dev/null
refused "quality of who acts" act start $s
v act start $s --quality opj > "$dir/o"; says "refused to sign"
v act end $s --result "two media found" > /dev/null
refused "is ended: this is no longer or not yet possible" act start $s --quality opj

# What a seizure takes is tied to it.
v act plan --case flagrance --kind seizure --place "10 rue X" > /dev/null
refused "is planned: this is no longer or not yet possible" exhibit add --case flagrance --description disk --act flagrance/A1
v act authority flagrance/A1 --by opj --ref "PV 2" > /dev/null
v act attend flagrance/A1 --role occupant --name "Mme Quatre" --signature signed > /dev/null
v act start flagrance/A1 --quality opj > /dev/null
v exhibit add --case flagrance --description disk --seal 2 --act flagrance/A1 > /dev/null
v --json act show flagrance/A1 | grep '"made":\["exhibit--' > /dev/null
v act end flagrance/A1 --result "one disk" > /dev/null

# A closed seal is not copied; the opening needs its reference and opens it, the copy is tied to its act, the end closes it anew.
v act plan --case flagrance --kind acquisition --exhibit flagrance/1 > /dev/null
head -c 200000 /dev/urandom > "$dir/disk"
refused "has not started" acquire "$dir/disk" --to "$dir/x" --format raw --case flagrance --exhibit flagrance/1
v act authority flagrance/A2 --by opj --ref "PV 3" > /dev/null
# Whoever attended the act before is entered again, without the signature; twice, or where nobody attended, is refused.
v act attend flagrance/A2 --again > /dev/null; v --json act show flagrance/A2 > "$dir/o"; says '"role":"occupant","name":"Mme Quatre"'; ! grep -q "\"signature\":\"signed\"" "$dir/o" || exit 1
refused "no other act of this case has this person" act attend flagrance/A2 --again
refused "no other act of this case has this person" act attend preliminary/A1 --again
refused "seal 1 of flagrance/1 is closed" act start flagrance/A2 --quality pts
v act plan --case flagrance --kind opening --exhibit flagrance/1 > /dev/null
v act authority flagrance/A3 --by opj --ref "req. 7" > /dev/null
refused "written oath" act start flagrance/A3 --quality expert-oath
v act start flagrance/A3 --quality expert-oath --oath "oath of 3 March" > /dev/null
v --json exhibit show flagrance/1 | grep '"seal_open":true' > /dev/null
v act start flagrance/A2 --quality pts > /dev/null
v --json acquire "$dir/disk" --to "$dir/x" --format raw --case flagrance --exhibit flagrance/1 > /dev/null
v --json act show flagrance/A2 | grep '"made":\["image--' > /dev/null
v act end flagrance/A2 --result "one image, verified" > /dev/null
refused "needs a new number" act end flagrance/A3 --result closed
v act end flagrance/A3 --result closed --seal 1-2 > /dev/null
v --json exhibit show flagrance/1 | grep '"seal_version":2' > /dev/null
v act plan --case flagrance --kind analysis --exhibit flagrance/1 > /dev/null
v act authority flagrance/A4 --by opj --ref "req. 8" > /dev/null
v act start flagrance/A4 --quality pts > /dev/null
v analyse "$dir/disk" --case flagrance --exhibit flagrance/1 > /dev/null 2>&1 || [ $? = 3 ]
v --json act show flagrance/A4 | grep '"made":\["analysis--' > /dev/null

# Under a commission rogatoire the charged person is called before a seal opens, or the act says why nobody is.
v act plan --case rogatory --kind opening --exhibit rogatory/1 > /dev/null
v act authority rogatory/A1 --by judge --ref "CR 12" --name "Mme la juge" --at 2024-03-05 > /dev/null
refused "present or summoned" act start rogatory/A1 --quality pts
v act start rogatory/A1 --quality pts --motive "nobody is charged" > /dev/null

# A requisition: addressee, object, a deadline to come, an answer with the hash of the file.
refused "names its addressee" act plan --case flagrance --kind requisition
refused "already past" act plan --case flagrance --kind requisition --to Host --object logs --due 2020-01-01
v act plan --case flagrance --kind requisition --to Host --object logs --due 2200-01-01 > "$dir/o"; says "CPP 60-1"
v act authority flagrance/A5 --by opj --ref "PV 9" > /dev/null
v act start flagrance/A5 --quality opj > /dev/null
refused "ends by its answer" act end flagrance/A5 --result x
v --json act answer flagrance/A5 --text "logs received" --file "$dir/disk" | grep "\"answer_sha256\":\"$(sha256sum "$dir/disk" | cut -d' ' -f1)\"" > /dev/null
# How long is left to answer, by how much it is late, and that the answer came late.
v case open --incident "$incident" --ref late --frame flagrance --offence CP323-2-1 --again "for a deadline" > /dev/null
v act plan --case late --kind requisition --to Host --object logs --due "$(date -u -d '+30 hours' +%FT%TZ)" > "$dir/o"; says "due: .* (running, 29.*h left)"
# It stands among what is due, late when it is, until it is answered.
due() { VIGIE_NOW=$(date -u -d '+31 hours' +%FT%TZ) v "$@" incident due; }
due > "$dir/o"; says "late by .* REQUISITION  *Host .*late/A1"
due --json > "$dir/o"; says '{"act":"late/A1","addressee":"Host","zone":"[A-Z]*","code":"REQUISITION","state":"late","due":"[^"]*","to_check":""}'
v act list --case late > "$dir/o"; says "(running, 29.*h left)"
v act authority late/A1 --by opj --ref "PV 9" > /dev/null
v act start late/A1 --quality opj > /dev/null
later() { VIGIE_NOW=$(date -u -d '+80 hours' +%FT%TZ) "$VIGIE" --home "$home" --lang en --as anne "$@"; }
later act show late/A1 > "$dir/o"; says "due: .* (late by [45][0-9].*h)"
later act answer late/A1 --text "logs at last" > "$dir/o"; says "due: .* (done late)"
due > "$dir/o"; ! grep late/A1 "$dir/o" || exit 1
v act plan --case flagrance --kind transfer --exhibit flagrance/2 > /dev/null
v act cancel flagrance/A6 --reason "not needed" > /dev/null

# A case passes to another frame at a time: what started keeps the frame of its day, what is planned waits for the authority of the new one.
v act plan --case flagrance --kind requisition --to Host --object "more logs" > /dev/null
v act authority flagrance/A7 --by opj --ref "PV 10" > /dev/null
refused "never joined silently. Open another case of the same incident in that frame" case frame flagrance prevention --from 2024-03-03 --reference "PV 11"
refused "never joined silently" case frame prevention flagrance --from 2024-03-03 --reference "PV 11"
refused "stays in it: the new frame begins at a later time" case frame flagrance preliminary --from 2024-03-03 --reference "PV 11"
refused "--reference is missing" case frame flagrance preliminary --from 2024-03-03
refused "is prolonged to a date" case frame flagrance flagrance --from 2024-03-03 --reference "ST 7"
v case show flagrance > "$dir/o"; says "^frame ends: .*CPP 53 al.2.*to revalidate"
end=$(v --json case show flagrance | jq -r .frame_limit.ends)
[ "$end" = "$(date -u -d "$(v --json act show flagrance/A1 | jq -r .started) + 8 days" +%FT%T.%3NZ)" ] || { echo "the flagrancy ends $end" >&2; exit 1; }
refused "say who decided" case frame flagrance flagrance --from "$(date -u +%FT%TZ)" --prolonged-to "$(date -u -d "$end + 1 day" +%FT%TZ)" --reference "ST 7"
v case frame flagrance flagrance --from "$(date -u +%FT%TZ)" --prolonged-to "$(date -u -d "$end + 8 days" +%FT%TZ)" --reference "ST 7" --authority "prosecutor, Rennes" > /dev/null 2>&1
[ "$(v --json case show flagrance | jq -r .frame_limit.ends)" = "$(date -u -d "$end + 8 days" +%FT%T.000Z)" ] || { echo "not prolonged" >&2; exit 1; }
sleep 1 # times of a command are whole seconds
v case frame flagrance preliminary --from "$(date -u +%FT%TZ)" --reference "PV 12" > /dev/null 2>&1
v case show flagrance > "$dir/o"; says "flagrancy inquiry  preliminary inquiry .*PV 12"
! grep -q "^frame ends" "$dir/o" || { echo "the frame of before still ends" >&2; exit 1; }
[ "$(v --json act show flagrance/A1 | jq -r '.frame + .article')" = "flagranceCPP 56" ]
[ "$(v --json act show flagrance/A7 | jq -r '.frame + .article')" = "preliminaryCPP 77-1-1" ]
refused "does not allow this act in this frame: it needs the authorisation of the prosecutor" act start flagrance/A7 --quality opj
v act authority flagrance/A7 --by prosecutor --ref "ST 8" > /dev/null
v act start flagrance/A7 --quality opj > /dev/null
v --lang fr case document flagrance --kind summary --format txt -o "$dir/o" > /dev/null
says "ouverture de l’affaire, enquête de flagrance"; says "enquête de flagrance prolongée jusqu’au"; says "changement de cadre.*enquête de flagrance, puis enquête"
v --lang fr case document flagrance/A1 --kind pv --format txt -o "$dir/o" > /dev/null; says "enquête de flagrance"
! grep -q "préliminaire" "$dir/o" || { echo "the act is told in the frame of today" >&2; exit 1; }

# Whoever has a conflict of interest neither sees nor touches them.
"$VIGIE" --home "$home" --as anne referent add --name Paul --zone OUEST --role investigator --login paul --password-file <(echo long-enough-password) > /dev/null
v referent conflict paul --org Lynx --reason cousin > /dev/null
if "$VIGIE" --home "$home" --as paul act show flagrance/A1 > /dev/null 2>&1; then echo "a conflict sees the act" >&2; exit 1; fi
[ -z "$("$VIGIE" --home "$home" --as paul --json act list --motive x)" ] || { echo "a conflict lists acts" >&2; exit 1; }
[ "$(v --json act list --motive count | wc -l)" = 10 ] || { echo "acts: $(v --json act list)" >&2; exit 1; }
[ "$(v act rules --frame preliminary --json | wc -l)" = 8 ]
v ledger verify > /dev/null
