#!/bin/bash
# An officer in the field analyses a medium; after the merge headquarters has all that was found: files, hits, timeline, sightings, with who, where and by
# which list. Twice changes nothing; what was left out comes with a later file; a changed finding is refused; another zone gets nothing; the end of the case
# takes it all.
set -eu
. "$(dirname "$0")/merge.bash"
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" "${@:2}" 2>/dev/null; }
take() { on "$1" --json merge import "$dir/$2.events" || [ $? = 3 ]; }
names="field other hq"
for h in $names; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
for h in $names; do for o in $names; do [ $h = $o ] || on $h merge trust $o --key "$(key $o)" 2>/dev/null; done; done
mkdir "$dir/medium"
printf 'beacon to bad-updates.top and 198.51.100.7\n' > "$dir/medium/log.txt"
printf 'nothing here\n' > "$dir/medium/$(printf 'caf\351 "odd"\tname')"
printf 'rule words { strings: $a = "beacon to" condition: $a }\n' > "$dir/words.yar"
printf 'type,value\ndomain,bad-updates.top\n' > "$dir/list.csv"
for h in $names; do on $h intel import "$dir/list.csv" --source lab >/dev/null 2>&1; done
on field org add --name Lynx --siren 732829320 --department 35 --naf C --size PME >/dev/null
i=$(on field --json incident add --org Lynx --kind ransomware --summary "files are locked" --happened 2024-03-05T06:00:00Z --known 2024-03-05T08:00:00Z | sed 's/.*"id":"\(incident--[^"]*\)".*/\1/')
on field case open --incident "$i" --ref 2026-OUE-0007 --frame flagrance --offence CP323-2-1 >/dev/null
on field exhibit add --case 2026-OUE-0007 --description server --seal SC-1 >/dev/null
on field act plan --case 2026-OUE-0007 --kind analysis --exhibit 2026-OUE-0007/1 >/dev/null
on field act authority 2026-OUE-0007/A1 --by opj --ref "PV 1" >/dev/null
on field act start 2026-OUE-0007/A1 --quality opj >/dev/null
on field analyse "$dir/medium" --case 2026-OUE-0007 --exhibit 2026-OUE-0007/1 --rules "$dir/words.yar" >/dev/null 2>"$dir/err" || [ $? = 3 ] || fail "$(cat "$dir/err")"
a=$(on field --json case show 2026-OUE-0007 | jq -r '.analyses[0].id')
# Without findings first: the run is known, and what it found is said to be missing.
give field --no-findings
has "$(head -n 1 "$dir/field.events")" '"version":2'
got=$(take hq field)
has "$got" '"analyses":0,"analyses_bare":1'
looks hq 2026-OUE-0007
run() { on "$1" --json case show 2026-OUE-0007 | jq -c '.analyses'; }
has "$(run hq)" '"findings_here":false'
has "$(on hq case show 2026-OUE-0007)" 'not here yet'
[ -z "$(on hq timeline --case 2026-OUE-0007)" ] || fail "a timeline of what is not here"
# What was changed on the way is refused, and nothing of it stays.
give field
has "$(head -n 1 "$dir/field.events")" '"version":3'
cp "$dir/field.events" "$dir/whole"
refuses() { refused hq merge import "$dir/field.events"; grep -q "$1" "$dir/out" || fail "$(cat "$dir/out")"; has "$(run hq)" '"findings_here":false'; }
sed 's|"/log.txt",""|"/lag.txt",""|' "$dir/whole" > "$dir/field.events"; refuses 'is not what its event signed'
sed '/^\["finding","hit"/d' "$dir/whole" > "$dir/field.events"; refuses 'is not what its event signed'
sed 's|^\["file",1,.*|&\n&|' "$dir/whole" > "$dir/field.events"; refuses 'is not what its event signed'
sed 's|"version":3|"version":2|' "$dir/whole" > "$dir/field.events"; refuses 'is not what its event signed'
head -c "$(grep -m 1 -b -o '^\["finding"' "$dir/whole" | cut -d: -f1)" "$dir/whole" > "$dir/field.events"; refuses 'is cut'
cp "$dir/whole" "$dir/field.events"
# All of it, once; twice changes nothing.
has "$(take hq field)" '"analyses":1,"analyses_bare":0'
has "$(take hq field)" '"new":0'
has "$(take hq field)" '"analyses":0,"analyses_bare":0'
has "$(run hq)" '"by":"anne","pack":"vigie-pack--'
has "$(run hq)" '"rules":1,"origin":"'"$(key field)"'","instance":"field","findings_here":true'
[ "$(run field | jq -c '.[0] | del(.origin, .instance)')" = "$(run hq | jq -c '.[0] | del(.origin, .instance)')" ] || fail "$(run field) $(run hq)"
for t in volume file finding event; do
  rows() { sqlite3 "$dir/$1/vigie.db" "SELECT * FROM analysis_$t ORDER BY id" | cut -d'|' -f3-; }
  [ "$(rows field)" = "$(rows hq)" ] || fail "analysis_$t: $(rows field) and $(rows hq)"
done
seen() { sqlite3 "$dir/$1/vigie.db" "SELECT type, value, report, place, first_seen, last_seen, count, withdrawn FROM intel_sighting"; }
has "$(seen hq)" "domain-name|bad-updates.top|$a|2026-OUE-0007/1"
[ "$(seen field)" = "$(seen hq)" ] || fail "$(seen field) and $(seen hq)"
[ "$(on field timeline --case 2026-OUE-0007)" = "$(on hq timeline --case 2026-OUE-0007)" ] || fail "timelines differ"
has "$(on hq --json act show 2026-OUE-0007/A1)" "$a"
has "$(on hq --json case show 2026-OUE-0007)" 'bad-updates.top'
# The ledger of who analysed holds the digest of all that was found.
has "$(on field --json ledger list | grep analysis.done)" "$(run field | jq -r '.[0].findings_sha256')"
# Passed on by headquarters, it comes as it was signed; another zone, and the other regime, get none of it.
rm -f "$dir/on"; on hq merge export --of field -o "$dir/on" 2>/dev/null
has "$(on other --json merge import "$dir/on")" '"analyses":1,'
looks other 2026-OUE-0007
has "$(run other)" '"instance":"field","findings_here":true'
give field --for EST
lacks "$(cat "$dir/field.events")" 'log.txt'
give field --regime prevention
lacks "$(cat "$dir/field.events")" 'log.txt'
# What comes before its case waits, findings and all, and is whole when the case comes.
"$VIGIE" --home "$dir/late" init --login anne >/dev/null
for h in field hq; do on late merge trust $h --key "$(key $h)" 2>/dev/null; done
j=$(on hq --json incident add --org Lynx --kind ransomware --summary "again" --happened 2024-03-06T06:00:00Z --known 2024-03-06T08:00:00Z | sed 's/.*"id":"\(incident--[^"]*\)".*/\1/')
on hq case open --incident "$j" --ref 2026-OUE-0009 --frame flagrance --offence CP323-2-1 >/dev/null
on hq exhibit add --case 2026-OUE-0009 --description laptop --seal SC-2 >/dev/null
give hq; take field hq >/dev/null; looks field 2026-OUE-0009
mkdir "$dir/medium2"; printf 'call to bad-updates.top\n' > "$dir/medium2/other.txt"
on field analyse "$dir/medium2" --case 2026-OUE-0009 --exhibit 2026-OUE-0009/1 >/dev/null 2>&1
give field
has "$(on late --json merge import "$dir/field.events")" '"analyses":1,"analyses_bare":0'
[ "$(sqlite3 "$dir/late/vigie.db" "SELECT COUNT(*) FROM merge_attached")" -gt 3 ] || fail "nothing waits"
has "$(on late --json merge import "$dir/hq.events")" '"waiting":0,"orders_waiting":0,"analyses":1,'
looks late 2026-OUE-0009
has "$(on late --json case show 2026-OUE-0009 | jq -c '.analyses')" '"instance":"field","findings_here":true'
[ "$(on late timeline --case 2026-OUE-0009)" = "$(on field timeline --case 2026-OUE-0009)" ] || fail "what waited differs"
[ "$(sqlite3 "$dir/late/vigie.db" "SELECT COUNT(*) FROM merge_attached")" = 0 ] || fail "what waited stays"
# Headquarters analyses the same medium: both stay, each with its instance.
on hq analyse "$dir/medium" --case 2026-OUE-0007 --exhibit 2026-OUE-0007/1 >/dev/null 2>&1
give hq; take field hq >/dev/null
[ "$(run field | jq -r '[.[] | .instance] | join(" ")')" = ' hq' ] || fail "$(run field)"
[ "$(run hq | jq -r '[.[] | .instance] | join(" ")')" = 'field ' ] || fail "$(run hq)"
[ "$(on field timeline --case 2026-OUE-0007)" = "$(on hq timeline --case 2026-OUE-0007)" ] || fail "timelines of two differ"
# A report that is withdrawn on one side is withdrawn on the other.
on hq intel withdraw "$a" --motive "wrong disk" >/dev/null
give hq; take field hq >/dev/null
has "$(seen field)" "$a|2026-OUE-0007/1"
[ "$(seen field | grep "$a" | sed 's/.*|//')" = 1 ] || fail "not withdrawn: $(seen field)"
# Rows that are no longer what was signed are not given away.
sqlite3 "$dir/other/vigie.db" "UPDATE analysis_finding SET value = x'78' WHERE kind = 'hit' AND rule = ''"
rm -f "$dir/on"; refused other merge export --of field -o "$dir/on"
grep -q 'is no longer what was signed' "$dir/out" || fail "$(cat "$dir/out")"
[ ! -e "$dir/on" ] && [ ! -e "$dir/on.part" ] || fail "a refused file stays"
on other merge export --of field -o "$dir/on" --no-findings 2>/dev/null
# The end of the case reaches both, and an old file brings nothing back.
cp "$dir/whole" "$dir/field.events"
on field case close 2026-OUE-0007 --reason done >/dev/null 2>&1 || true
on field case erase 2026-OUE-0007 --order "CR 9" --motive "ordered" >/dev/null 2>&1
rm -f "$dir/f2"; on field merge export -o "$dir/f2" 2>/dev/null
for h in hq other; do
  on $h --json merge import "$dir/f2" >/dev/null || [ $? = 3 ]
  on $h --json merge import "$dir/whole" >/dev/null || [ $? = 3 ]
  [ "$(sqlite3 "$dir/$h/vigie.db" "SELECT COUNT(*) FROM analysis_run WHERE case_ref = '2026-OUE-0007'")" = 0 ] || fail "$h still has a run"
  for t in volume file finding event; do
    [ "$(sqlite3 "$dir/$h/vigie.db" "SELECT COUNT(*) FROM analysis_$t WHERE run NOT IN (SELECT id FROM analysis_run)")" = 0 ] || fail "$h still has rows of analysis_$t"
  done
  lacks "$(seen $h)" "$a"
  ! grep -qa 'log.txt' "$dir/$h/vigie.db" || fail "the findings are in the bytes of $h"
done
for h in $names; do on $h ledger verify >/dev/null; done
