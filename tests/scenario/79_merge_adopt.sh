#!/bin/bash
# A store whose cases were made before cases travelled: at the first export all of it is written down once, with its authors and times, and arrives whole;
# what was changed since stands after it.
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
on old case state "$c" --to in-progress >/dev/null 2>&1
on old exercise add --org Lynx --name parcel --at 2024-03-02T09:00:00Z --group Accounts:12:7:4:1:3 >/dev/null
q=$(on old --json qualify open --type case --value "$ref" --question "whose work?" | id qualification)
on old qualify answer "$q" --from lab --verdict suspicious --admiralty B2 --text "it looks like theirs" >/dev/null
on old zone contact OUEST "02 99 00 00 00" 2>/dev/null
# As it stood before: nothing told, and histories without names.
sqlite3 "$dir/old/vigie.db" "DELETE FROM merge_event; DELETE FROM territory_alias; DELETE FROM merge_version; DELETE FROM merge_after; DELETE FROM merge_adopted;
  UPDATE casework_custody SET uid = '', number = 0; UPDATE casework_case_state SET uid = '', number = 0;
  UPDATE casework_revision SET uid = (SELECT pid FROM casework_note) || '/text/' || number; UPDATE casework_note SET current = pid || '/text/2';"
on old case state "$c" --to transmitted --reason "done here" --recipient "TJ Rennes" >/dev/null 2>&1 # changed since, with an event of its own
on old merge export -o "$dir/1.events" 2>/dev/null
has "$(cat "$dir/1.events")" '"adopted":"'
on old merge export -o "$dir/2.events" 2>/dev/null
[ "$(wc -l <"$dir/1.events")" = "$(wc -l <"$dir/2.events")" ] || fail "adopted twice"
on new merge import "$dir/1.events" >"$dir/out" 2>&1 || { cat "$dir/out" >&2; fail "not imported"; }
has "$(on new --json merge import "$dir/2.events")" '"new":0'
looks new "$c"
norm() { sed 's/"marks":\[.*\]//'; } # a mark says when it was learnt here
for what in "case show $c" "incident show $i" "exhibit show $e" "exercise list" "task list" "qualify show $q" "zone list"; do
  [ "$(on old --json $what | norm)" = "$(on new --json $what | norm)" ] || {
    diff <(on old --json $what | norm | tr , '\n') <(on new --json $what | norm | tr , "\n") >&2; fail "differs: $what"; }
done
has "$(on new --json case show "$c")" '"transmitted"'
[ "$(on new --json merge conflicts)" = "" ] || fail "a conflict: $(on new --json merge conflicts)"
# Nothing is adopted on a store that begins with this version, nor where texts were erased.
[ "$(sqlite3 "$dir/new/vigie.db" 'SELECT at FROM merge_adopted')" = 0 ] || fail "a new store adopts"
for h in old new; do on $h ledger verify >/dev/null; done
