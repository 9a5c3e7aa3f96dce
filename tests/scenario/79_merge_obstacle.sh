#!/bin/bash
# Obstacles of two laptops become one register: entered here, taken in hand there; two who changed the same without knowing of each other are in conflict, shown
# and settled; what stands behind one is known by a name that holds everywhere, and goes with an erased case.
set -eu
. "$(dirname "$0")/merge.bash"
id() { sed "s/.*\"id\":\"\($1--[^\"]*\)\".*/\1/"; }
names="one two"
for h in $names; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
on one merge trust two --key "$(key two)" 2>/dev/null; on two merge trust one --key "$(key one)" 2>/dev/null
give() { rm -f "$dir/$1.events"; on "$1" merge export "${@:2}" -o "$dir/$1.events" 2>/dev/null; }
take() { on "$1" merge import "$dir/$2.events" >"$dir/out" 2>&1 || [ $? = 3 ] || { cat "$dir/out" >&2; fail "$1 does not take $2"; }; }
swap() { give one; give two; take two one; take one two; }
both() { [ "$(on one "$@")" = "$(on two "$@")" ] || { diff <(on one "$@") <(on two "$@") >&2; fail "differs: $*"; }; }

for h in $names; do on $h org add --name Lynx --siren 732829320 --department 35 --naf C --size PME >/dev/null; done
a=$(on one --json obstacle add --family human --title "Douze départements pour un référent" --zone OUEST --severity 3 --owner Marc --due 2027-01-31T09:00:00Z | id obstacle)
b=$(on two --json obstacle add --family legal --title "Pas de base pour les réservistes" | id obstacle)
visit=$(on one --json action add --title "Visite" --kind visit --org Lynx --at 2024-03-02T09:00:00Z | id action)
on one obstacle link "$a" "$visit" 2>/dev/null
swap
both --json obstacle list
[ "$(on two --json obstacle list | wc -l)" = 2 ] || fail "not both: $(on two --json obstacle list)"
has "$(on two --json obstacle show "$a")" "\"owner\":\"Marc\",\"due\":\"2027-01-31T09:00:00.000Z\""
has "$(on two --json obstacle show "$a")" "\"behind\":[\"$visit\"]"
# Changed on one alone: no conflict. What is so already is said.
on two obstacle set "$a" --owner "Division" 2>/dev/null
refused two obstacle set "$a" --owner "Division"
has "$(cat "$dir/out")" "it is so already"
swap; both --json obstacle show "$a"
has "$(on one --json obstacle show "$a")" '"owner":"Division","due":"2027-01-31T09:00:00.000Z"'
# Changed on both, removed on both: two fields in conflict, both versions kept, the same one shown until somebody decides.
on one obstacle set "$a" --severity 4 2>/dev/null; on two obstacle set "$a" --due 2027-06-30T09:00:00Z 2>/dev/null
on one obstacle remove "$b" --evidence "décret paru" --shown-by "$visit" 2>/dev/null; on two obstacle remove "$b" --evidence "convention signée" 2>/dev/null
swap
both --json obstacle list; both --json merge conflicts
[ "$(on one --json merge conflicts --kind obstacle | wc -l)" = 4 ] || fail "conflicts: $(on one --json merge conflicts)"
words=$(on one merge conflicts)
has "$words" 'Obstacle Douze départements pour un référent, Owner, due, severity'
has "$words" 'Obstacle Pas de base pour les réservistes, Removal'
has "$words" 'Evidence convention signée'
has "$(on two --json obstacle show "$b")" "\"shown_gone_by\":[\"$visit\"]"
for uid in $(on two --json merge conflicts | grep -E 'décret|\\"severity\\":4' | sed 's/.*"version":"\([^"]*\)".*/\1/'); do on two merge settle "$uid" 2>/dev/null; done
swap
for h in $names; do [ -z "$(on $h --json merge conflicts)" ] || fail "$h: $(on $h --json merge conflicts)"; done
both --json obstacle list
has "$(on one --json obstacle show "$a")" '"severity":4,"owner":"Division"'
has "$(on one --json obstacle show "$b")" '"evidence":"décret paru"'
# A case behind it: by its name, whatever its reference is there; without the case for whom the prevention alone is given, and gone with it.
i=$(on one --json incident add --org Lynx --kind ransomware --summary x --happened 2024-03-01T06:00:00Z --known 2024-03-01T08:00:00Z | id incident)
c=$(on one --json case open --incident "$i" --frame preliminary --ref X-1 --offence CP323-2-1 | id case)
on one obstacle link "$a" X-1 2>/dev/null
has "$(on one --json obstacle show "$a")" '"X-1"'
give one --regime prevention
lacks "$(cat "$dir/one.events")" "\"ref\":\"$c\""
give one; take two one
two=$(on two --json obstacle show "$a")
has "$two" '"links":2'; has "$two" '"X-1"'
for h in $names; do on $h ledger verify >/dev/null; done
