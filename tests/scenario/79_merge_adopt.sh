#!/bin/bash
# A store whose cases, diagnoses, actions and major events were made before these travelled: at the first export all of it is written down once, with its
# authors and times, and arrives whole; what was changed since stands after it.
set -eu
. "$(dirname "$0")/merge.bash"
command -v sqlite3 >/dev/null || { echo "skip: no sqlite3"; exit 77; }
id() { sed "s/.*\"id\":\"\($1--[^\"]*\)\".*/\1/"; }
for h in old new; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
for h in old new; do for o in old new; do [ $h = $o ] || on $h merge trust $o --key "$(key $o)" 2>/dev/null; done; done
on old org add --name Lynx --siren 732829320 --department 35 --naf C --size PME >/dev/null
i=$(on old --json incident add --org Lynx --kind ransomware --summary "files are locked" --happened 2024-03-04T06:00:00Z --known 2024-03-04T08:00:00Z | id incident)
c=$(on old --json case open --incident "$i" --frame flagrance --offence CP323-2-1 | id case)
on old incident clock "$i" CNIL72 --done --at 2024-03-05T10:00:00Z >/dev/null
on old incident clock "$i" ASSUR72 --not-applicable --reason "no insurance" >/dev/null
ref=$(on old --json case show "$c" | sed 's/.*"ref":"\([^"]*\)".*/\1/;q')
on old case party "$c" --category witness --basis fact --name "Zoe Marchand" >/dev/null
f=$(on old --json case finding "$c" --type observed --text "the door was open" | id finding)
on old case finding "$c" --type observed --text "a lorry stood there" >/dev/null
n=$(on old --json case note "$c" --text "call the lab" | id note)
on old case note "$c" --revise "$n" --text "call the lab on Monday" >/dev/null
e=$(on old --json exhibit add --case "$c" --description "laptop" --medium disk --seal S1 | id exhibit)
on old exhibit move "$e" --what opened --reason "to copy" >/dev/null
on old exhibit move "$e" --what closed --seal S2 --reason "copied" >/dev/null
on old task add --about "$c" --what "ask the bank" >/dev/null
r=$(on old --json act plan --case "$c" --kind requisition --to "a host" --object "logs" | id act)
on old act authority "$r" --by opj --ref "PV 3" >/dev/null; on old act start "$r" --quality opj >/dev/null
on old case state "$c" --to in-progress >/dev/null 2>&1
on old exercise add --org Lynx --name parcel --at 2024-03-02T09:00:00Z --group Accounts:12:7:4:1:3 >/dev/null
q=$(on old --json qualify open --type case --value "$ref" --question "whose work?" | id qualification)
on old qualify answer "$q" --from lab --verdict suspicious --admiralty B2 --text "it looks like theirs" >/dev/null
on old zone contact OUEST "02 99 00 00 00" 2>/dev/null
on old referent add --name Jeanne --zone OUEST --login jeanne --from 2017-01-01 >/dev/null
jeanne() { "$VIGIE" --home "$dir/old" --lang en --as jeanne "$@"; }
d=$(jeanne --json diagnose open --org Lynx | id diagnosis)
jeanne diagnose answer "$d" 1=yes 2=no 3=unknown >/dev/null
on old diagnose answer "$d" 2=partly >/dev/null
jeanne diagnose adopt "$d" 3 --state refused --reason "a new supplier first" >/dev/null
jeanne diagnose adopt "$d" 2 --state done >/dev/null
talk=$(on old --json action add --title "a talk" --at 2024-02-01 --kind talk --zone OUEST --for C:PME | id action)
on old action done "$talk" --people C:PME:12 --people=-:-:3 >/dev/null
off=$(on old --json action add --title "a visit" --at 2024-02-02 --org Lynx | id action)
on old action cancel "$off" --reason "the hall is closed" 2>/dev/null
soon=$(on old --json action add --title "to come" --at 2031-02-02 --zone OUEST | id action)
w=$(on old --json event open --name wave --kind ransomware --since 2024-03-01 | id event)
on old event join "$w" --incident "$i" >/dev/null 2>&1
on old event leave "$w" --incident "$i" --reason "a broken disk" >/dev/null 2>&1
on old event join "$w" --incident "$i" >/dev/null 2>&1
jeanne event indicator "$w" --value bad.example --note "the relay" >/dev/null 2>&1
jeanne event message "$w" --text "two more" --zone OUEST >/dev/null 2>&1
on old event task "$w" --title "warn hospitals" --zone OUEST >/dev/null
on old event shift "$w" --to jeanne --notes "wait for the host" >/dev/null 2>&1
on old referent add --name Paul --zone OUEST --login paul --from 2017-01-01 >/dev/null
jeanne event shift "$w" --to paul --notes "the host answers" >/dev/null 2>&1
over=$(on old --json event open --name "last year" --kind phishing --since 2023-03-01 | id event)
on old event close "$over" --lesson "write sooner" >/dev/null 2>&1
o=$(on old --json obstacle add --family human --title "one referent for twelve" --zone OUEST --severity 3 --owner Marc | id obstacle)
on old obstacle link "$o" "$talk" 2>/dev/null
on old obstacle link "$o" "$ref" 2>/dev/null
on old obstacle remove "$o" --evidence "two posts" 2>/dev/null
# As it stood before: nothing told, histories without names, answers and shifts with the names that the schema's steps gave them; the last step of the merge
# is still to come.
again="DELETE FROM store_meta WHERE room = 'merge' AND step >= 7; DROP TABLE merge_given; DROP TABLE merge_several; DROP INDEX merge_event_withheld; DROP VIEW merge_v_origin; DROP TABLE merge_attached"
sqlite3 "$dir/old/vigie.db" "DELETE FROM merge_event; DELETE FROM territory_alias; DELETE FROM territory_person_alias; DELETE FROM merge_version; DELETE FROM merge_after; DELETE FROM merge_adopted;
  UPDATE casework_custody SET uid = '', number = 0; UPDATE casework_case_state SET uid = '', number = 0;
  UPDATE casework_revision SET uid = (SELECT pid FROM casework_note) || '/text/' || number; UPDATE casework_note SET current = pid || '/text/2';
  INSERT INTO merge_after SELECT a.uid, b.uid FROM prevention_answer a JOIN prevention_answer b ON b.diagnosis = a.diagnosis AND b.measure = a.measure AND b.id > a.id;
  UPDATE merge_after SET earlier = (SELECT d.pid || '/answer/' || a.id FROM prevention_answer a JOIN prevention_diagnosis d ON d.id = a.diagnosis WHERE a.uid = earlier),
    later = (SELECT d.pid || '/answer/' || a.id FROM prevention_answer a JOIN prevention_diagnosis d ON d.id = a.diagnosis WHERE a.uid = later);
  UPDATE prevention_answer SET uid = (SELECT d.pid FROM prevention_diagnosis d WHERE d.id = diagnosis) || '/answer/' || id;
  UPDATE prevention_adoption SET uid = (SELECT d.pid FROM prevention_diagnosis d WHERE d.id = diagnosis) || '/adoption/' || id;
  UPDATE event_watch SET uid = (SELECT e.pid FROM event_event e WHERE e.id = event) || '/shift/' || number;
  INSERT INTO merge_adopted VALUES (1); $again;"
on old case state "$c" --to transmitted --reason "done here" --recipient "TJ Rennes" >/dev/null 2>&1 # changed since, with an event of its own
on old case frame "$c" preliminary --from "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --reference "soit-transmis 12" >/dev/null # as was its passing to another frame
jeanne diagnose answer "$d" 3=no >/dev/null
jeanne event message "$w" --text "three now" >/dev/null 2>&1
# A hand-over made since holds at once, before the two of before are adopted.
on old event shift "$w" --to jeanne --notes "back again" >/dev/null 2>&1
has "$(on old --json event show "$w" --regime both --motive test)" '"holder":"Jeanne"'
on old merge export -o "$dir/1.events" 2>/dev/null
has "$(cat "$dir/1.events")" '"adopted":"'
on old merge export -o "$dir/2.events" 2>/dev/null
[ "$(wc -l <"$dir/1.events")" = "$(wc -l <"$dir/2.events")" ] || fail "adopted twice"
# Also when the step is taken again, as on a store that had adopted its cases alone.
sqlite3 "$dir/old/vigie.db" "$again"
on old merge export -o "$dir/3.events" 2>/dev/null
[ "$(wc -l <"$dir/1.events")" = "$(wc -l <"$dir/3.events")" ] || fail "adopted again: $(tail -n 3 "$dir/3.events")"
on new merge import "$dir/1.events" >"$dir/out" 2>&1 || { cat "$dir/out" >&2; fail "not imported"; }
has "$(on new --json merge import "$dir/2.events")" '"new":0'
looks new "$c"
norm() { sed 's/"situation":{"at":"[^"]*"//; s/"marks":\[.*\]//; s/"referents":[0-9]*//'; } # a mark says when it was learnt here; a zone's referents are those of the instance
for what in "case show $c" "act show $r" "incident show $i" "exhibit show $e" "exercise list" "task list" "qualify show $q" "zone list" "diagnose show $d" "diagnose list" \
  "action show $talk" "action show $off" "action show $soon" "event show $w --regime both --motive test" "event show $over" "obstacle show $o" "merge conflicts"; do
  [ "$(on old --json $what | norm)" = "$(on new --json $what | norm)" ] || {
    diff <(on old --json $what | norm | tr , '\n') <(on new --json $what | norm | tr , "\n") >&2; fail "differs: $what"; }
done
has "$(on new --json case show "$c")" '"transmitted"'
has "$(on new --json event show "$w" --regime both --motive test)" '"holder":"Jeanne"'
has "$(on new --json event show "$over")" '"lesson":"write sooner"'
has "$(on new --json action show "$talk")" '"people":12'
# Every answer, step, shift and message, with its author and its time, and what replaces what.
for rows in "uid, measure, answer, at, person, in_force FROM prevention_v_answer" "uid, measure, state, reason, at, person, in_force FROM prevention_v_adoption" \
  "person, given_by, notes, picture, at, number, uid FROM event_watch" "zone, text, person, at FROM event_message" "value, note, person, at FROM event_indicator" \
  "incident, because, person, at, gone FROM event_incident" "pid, made, person FROM prevention_diagnosis" "pid, opened, closed FROM event_event"; do
  [ "$(sqlite3 "$dir/old/vigie.db" "SELECT $rows ORDER BY 1, 2, 3")" = "$(sqlite3 "$dir/new/vigie.db" "SELECT $rows ORDER BY 1, 2, 3")" ] ||
    { diff <(sqlite3 "$dir/old/vigie.db" "SELECT $rows ORDER BY 1, 2, 3") <(sqlite3 "$dir/new/vigie.db" "SELECT $rows ORDER BY 1, 2, 3") >&2; fail "rows differ: $rows"; }
done
[ "$(on new --json merge conflicts)" = "" ] || fail "a conflict: $(on new --json merge conflicts)"
# Once more, as a store that took them in and is upgraded then: what it knows by another's events it does not tell as its own.
sqlite3 "$dir/new/vigie.db" "$again"
on new merge export -o "$dir/4.events" 2>/dev/null || true
[ ! -s "$dir/4.events" ] || lacks "$(cat "$dir/4.events")" '"adopted":"'
sqlite3 "$dir/new/vigie.db" "DELETE FROM merge_adopted; INSERT INTO merge_adopted VALUES (0)"
# Nothing is adopted on a store that begins with this version, nor where texts were erased.
[ "$(sqlite3 "$dir/new/vigie.db" 'SELECT at FROM merge_adopted')" = 0 ] || fail "a new store adopts"
for h in old new; do on $h ledger verify >/dev/null; done
