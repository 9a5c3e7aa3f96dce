#!/bin/bash
# Unlucky and hostile meetings: an act begun on one laptop and ended on another, ended on both, started on both; a key that was revoked is told from one that
# is not known, and its order to erase waits for a person; what comes before its beginning says so; a file cut anywhere is refused whole; two that join and
# erase apart end the same.
set -eu
. "$(dirname "$0")/merge.bash"
id() { sed "s/.*\"id\":\"\($1--[^\"]*\)\".*/\1/"; }
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" "${@:2}" 2>/dev/null; }
take() { on "$1" merge import "$dir/$2.events" 2>&1 || [ $? = 3 ]; }
names="a b hq"
for h in $names; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
for h in $names; do for o in $names; do [ $h = $o ] || on $h merge trust $o --key "$(key $o)" 2>/dev/null; done; done
incident() { on "$1" --json incident add --org "$2" --kind ransomware --summary "$3" --happened 2024-03-05T06:00:00Z --known 2024-03-05T08:00:00Z | id incident; }
on a org add --name Lynx --siren 732829320 --department 35 >/dev/null
on a org add --name "SARL LYNX" --department 35 >/dev/null
on a org add --name "LYNX FRERES" --department 35 >/dev/null
for n in 1:Lynx "2:SARL LYNX" "3:LYNX FRERES"; do
  on a case open --incident "$(incident a "${n#*:}" "files are locked")" --ref "C-${n%%:*}" --frame flagrance --offence CP323-2-1 >/dev/null
done
for n in 1 2; do
  on a act plan --case C-1 --kind search --place "$n rue X" >/dev/null
  on a act authority C-1/A$n --by opj --ref "PV $n" >/dev/null
  on a act attend C-1/A$n --role occupant --name "M. Trois" --signature signed >/dev/null
done
on a act start C-1/A1 --quality opj >/dev/null
give a; take b a >/dev/null; looks b C-1
# Begun on one, ended on the other.
on b act end C-1/A1 --result "ended by b" >/dev/null
on b case note C-1 --text "b looks on" >/dev/null
# What b says of a case that headquarters does not know yet waits, and says for what.
give b
has "$(take hq b)" '1 event waits for what it is about: take in the file of the instance where that began too'
has "$(on hq --json merge import "$dir/b.events")" '"waiting":1'
# Ended on both, and another one started on both: conflicts on both, settled on one.
on a act end C-1/A1 --result "ended by a" >/dev/null
for h in a b; do on $h act start C-1/A2 --quality opj >/dev/null; done
give a; give b
take a b >/dev/null; take b a >/dev/null; lacks "$(take hq a)" 'waits'
take hq b >/dev/null
for h in a b hq; do
  has "$(on $h merge conflicts)" 'ended by a'; has "$(on $h merge conflicts)" 'ended by b'
  [ "$(on $h --json merge conflicts)" = "$(on a --json merge conflicts)" ] || fail "$h has other conflicts"
  [ "$(on $h --json merge conflicts | wc -l)" = 4 ] || fail "conflicts: $(on $h merge conflicts)"
done
on b act end C-1/A2 --result "both were there" >/dev/null # whoever goes on has seen both, and settles it
on hq merge settle "$(on hq --json merge conflicts | grep 'ended by b' | sed 's/.*"version":"\([^"]*\)".*/\1/')" 2>/dev/null
give b; give hq
for h in a b hq; do for o in b hq; do [ $h = $o ] || take $h $o >/dev/null; done; done
for h in a b hq; do
  [ -z "$(on $h --json merge conflicts)" ] || fail "left on $h: $(on $h merge conflicts)"
  [ $h = a ] || looks $h C-1
  has "$(on $h --json act show C-1/A1)" '"result":"ended by b"'
  has "$(on $h --json act show C-1/A2)" '"result":"both were there"'
done
# A file that is cut anywhere, doubled, packed or empty is refused, and nothing of it stays.
give b
before=$(on hq --json merge status)
n=$(stat -c %s "$dir/b.events")
cut() { refused hq merge import "$dir/cut.events"; [ "$(on hq --json merge status)" = "$before" ] || fail "something of a cut file stays"; }
for k in $(seq 1 "$((n / 13))" "$((n - 2))"); do head -c "$k" "$dir/b.events" > "$dir/cut.events"; cut; done
tail -c "$((n / 2))" "$dir/b.events" > "$dir/cut.events"; cut
sed '$d' "$dir/b.events" > "$dir/cut.events"; cut; has "$(cat "$dir/out")" 'is cut: the signed line at the end is missing'
cat "$dir/b.events" "$dir/b.events" > "$dir/cut.events"; cut
gzip -c "$dir/b.events" > "$dir/cut.events"; cut
: > "$dir/cut.events"; cut; has "$(cat "$dir/out")" 'no file of events'
# Two that each joined and erased what the other did not: one company, no case, everywhere; what one may not order for the other waits for a person.
on a org join Lynx "SARL LYNX" --reason "a says" 2>/dev/null
on b org join "SARL LYNX" "LYNX FRERES" --reason "b says" 2>/dev/null
for h in a b; do on $h case erase C-1 --order "CR $h" --motive "$h was told to" >/dev/null 2>&1; done
on a case erase C-2 --order "CR 3" --motive "a was told to" >/dev/null 2>&1
on b case erase C-3 --order "CR 4" --motive "b was told to" >/dev/null 2>&1
give a; give b
take b a >/dev/null
has "$(take a b)" '1 erasure ordered elsewhere waits for a decision here: `vigie case due`'
has "$(on a case due)" 'CR 4'
on a case erase C-3 --order "CR 4" --motive "as b was told" >/dev/null 2>&1
give a; take b a >/dev/null; take hq a >/dev/null; take hq b >/dev/null
for h in a b hq; do
  [ "$(on $h --json org list | grep -ci lynx)" = 1 ] || fail "companies on $h: $(on $h org list)"
  [ -z "$(on $h --json case list)" ] || fail "cases on $h: $(on $h case list)"
  has "$(on $h case erased)" C-1; has "$(on $h case erased)" C-2; has "$(on $h case erased)" C-3
  ! grep -qa 'M. Trois' "$dir/$h/vigie.db" || fail "words of the case stay on $h"
done
# A key that was revoked is not one that is unknown; what it had ordered before is no longer carried out by itself.
i=$(incident b Lynx "a theft of data")
on b case open --incident "$i" --ref C-9 --frame flagrance --offence CP323-2-1 >/dev/null
give b; take hq b >/dev/null
looks hq C-9; on hq ledger hold C-9 --until 2030-01-01 --motive "another inquiry" >/dev/null 2>"$dir/out" || fail "$(cat "$dir/out")"
on b case erase C-9 --order "CR 9" --motive "says the thief" >/dev/null 2>&1
give b; take hq b >/dev/null
has "$(on hq case due)" 'CR 9'
on hq merge distrust b
refused hq merge import "$dir/b.events"
has "$(cat "$dir/out")" 'b is no longer accepted since'; lacks "$(cat "$dir/out")" 'unknown instance'
VIGIE_NOW=2031-01-02T00:00:00Z on hq merge import "$dir/a.events" >/dev/null || [ $? = 3 ] # the hold is over
has "$(on hq --json case list)" C-9
has "$(on hq case due)" 'CR 9'
"$VIGIE" --home "$dir/x" init --login anne >/dev/null
on x action add --title talk --at 2024-03-02T09:00:00Z --zone OUEST >/dev/null
give x; refused hq merge import "$dir/x.events"
has "$(cat "$dir/out")" 'unknown instance'
for h in a b hq; do on $h ledger verify >/dev/null; done
