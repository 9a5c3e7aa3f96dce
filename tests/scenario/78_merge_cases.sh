#!/bin/bash
# Two officers work offline, on one case and on cases of their own: everything in them travels, what was changed on both sides stays on both, a number given
# twice keeps what was printed and finds both; another zone gets what it may have and the chain still proves; the ledger of each is proved.
set -eu
. "$(dirname "$0")/merge.bash"
id() { sed "s/.*\"id\":\"\($1--[^\"]*\)\".*/\1/"; }
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" "${@:2}" 2>/dev/null; }
take() { on "$1" --json merge import "$dir/$2.events" || [ $? = 3 ]; }
names="one two centre"
for h in $names; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
for h in $names; do for o in $names; do [ $h = $o ] || on $h merge trust $o --key "$(key $o)" 2>/dev/null; done; done
# A case on one laptop, with all that a case has; the other takes it in.
on one org add --name Lynx --siren 732829320 --department 35 --naf C --size PME >/dev/null
i=$(on one --json incident intake --org Lynx --summary "files are locked" --contact "M. Un, 0600000000" --kind ransomware --insured yes | id incident)
on one case open --incident "$i" --ref 2026-OUE-0007 --frame flagrance --offence CP323-2-1 >/dev/null
on one case charge 2026-OUE-0007 --offence CP312-1 >/dev/null
on one case party 2026-OUE-0007 --category witness --name "Mme Deux" >/dev/null
on one exhibit add --case 2026-OUE-0007 --description server --seal SC-1 >/dev/null
n=$(on one --json case note 2026-OUE-0007 --text "first words" | id note)
on one case finding 2026-OUE-0007 --type observed --text "ransom note on the desk" --exhibit 2026-OUE-0007/1 --from 2024-03-02T07:00:00Z >/dev/null
t=$(on one --json task add --about 2026-OUE-0007 --what "call the insurer" | id task)
on one act plan --case 2026-OUE-0007 --kind search --place "10 rue X" >/dev/null
on one act authority 2026-OUE-0007/A1 --by opj --ref "PV 1" >/dev/null
on one act attend 2026-OUE-0007/A1 --role occupant --name "M. Trois" --signature signed >/dev/null
on one act start 2026-OUE-0007/A1 --quality opj >/dev/null
on one act end 2026-OUE-0007/A1 --result "one server" >/dev/null
on one act plan --case 2026-OUE-0007 --kind requisition --to operator --object "who had this address" >/dev/null
on one act authority 2026-OUE-0007/A2 --by opj --ref "PV 2" >/dev/null
on one act start 2026-OUE-0007/A2 --quality opj >/dev/null
on one act answer 2026-OUE-0007/A2 --text "a subscriber in Rennes" >/dev/null
head -c 100000 /dev/urandom > "$dir/disk"
on one exhibit move 2026-OUE-0007/1 --what opened --reason copy >/dev/null
on one acquire "$dir/disk" --to "$dir/copy" --format raw --case 2026-OUE-0007 --exhibit 2026-OUE-0007/1 >/dev/null
give one
got=$(take two one)
has "$got" '"conflicts":0'
has "$got" '"ledger_proved":true'
# The marks that tell cases akin are found here, so their time is that of the taking in.
refused two case show 2026-OUE-0007 # the reason to read it is asked where it came
looks two 2026-OUE-0007
told() { on "$@" | sed 's/"marks":.*//'; }
for c in "case show 2026-OUE-0007" "case notes 2026-OUE-0007" "act show 2026-OUE-0007/A1" "act show 2026-OUE-0007/A2" "exhibit show 2026-OUE-0007/1"; do
  # shellcheck disable=SC2086
  [ "$(told one --json $c)" = "$(told two --json $c)" ] || { diff <(told one --json $c) <(told two --json $c); fail "$c differs"; }
done
has "$(on two --json case show 2026-OUE-0007)" "$(sha256sum "$dir/disk" | cut -d' ' -f1)"
has "$(on two --json act show 2026-OUE-0007/A2)" 'a subscriber in Rennes'
has "$(on two --json act show 2026-OUE-0007/A1)" 'M. Trois'
has "$(sqlite3 "$dir/two/vigie.db" 'SELECT contact, insured FROM casework_intake')" 'M. Un, 0600000000|yes'
on two case list --search "ransom" --motive "what came" | grep -q 2026-OUE-0007 || fail "what came is not found"
# Both write the note again, close and drop the task, move the seal; each opens a case of its own with the same number.
on one case note 2026-OUE-0007 --revise "$n" --text "as one saw it" >/dev/null
on two case note 2026-OUE-0007 --revise "$n" --text "as two saw it" >/dev/null
on one task set "$t" --state done --outcome called >/dev/null
on two task set "$t" --state dropped --outcome "no insurer" >/dev/null
j=$(on two --json incident add --org Lynx --kind phishing --summary "a mail" --happened 2024-03-05T06:00:00Z --known 2024-03-05T08:00:00Z | id incident)
on one case open --incident "$i" --ref 2026-OUE-0009 --frame preliminary --offence CP323-2-1 --again "another victim" >/dev/null
on two case open --incident "$j" --ref 2026-OUE-0009 --frame preliminary --offence CP323-2-1 >/dev/null
on one exhibit add --case 2026-OUE-0007 --description "phone of one" --seal SC-7 >/dev/null
on two exhibit add --case 2026-OUE-0007 --description "phone of two" --seal SC-7 >/dev/null
# And each takes the case into another frame.
on one case frame 2026-OUE-0007 preliminary --from "$(date -u +%FT%TZ)" --reference "PV 31" >/dev/null 2>&1
on two case frame 2026-OUE-0007 rogatory --from "$(date -u +%FT%TZ)" --reference "CR 32" --authority "Mme la juge" >/dev/null 2>&1
give one; give two
take centre one >/dev/null; take centre two >/dev/null; take two one >/dev/null; take one two >/dev/null
conflicts=$(on centre --json merge conflicts)
has "$conflicts" 'as one saw it'; has "$conflicts" 'as two saw it'; has "$conflicts" 'no insurer'
[ "$(on one --json merge conflicts)" = "$conflicts" ] || fail "one sees other conflicts"
[ "$(on two --json merge conflicts)" = "$conflicts" ] || fail "two sees other conflicts"
refused centre case show 2026-OUE-0009 --motive x
grep -q 'several bear the number 2026-OUE-0009: 2026-OUE-0009~' "$dir/out" || fail "$(cat "$dir/out")"
refs() { on "$1" --json case list | grep -o '"ref":"2026-OUE-0009~[0-9a-f]*"' | sort; }
[ "$(refs centre | wc -l)" = 2 ] || fail "cases of one number: $(refs centre)"
[ "$(refs centre)" = "$(refs one)" ] && [ "$(refs one)" = "$(refs two)" ] || fail "called otherwise elsewhere"
[ "$(on centre --json exhibit list --motive "who has number 2" | grep -c '"ref":"2026-OUE-0007/2~')" = 2 ] || fail "exhibits: $(on centre --json exhibit list)"
# The next number is free on all.
has "$(on centre --json exhibit add --case 2026-OUE-0007 --description third --seal SC-8)" '2026-OUE-0007/3'
# Two frames are a conflict, told in words; both changes stay in the history, the act says the frame of its day, and settling gives all the same frame.
frames=$(on centre merge conflicts)
has "$frames" 'Frame before flagrancy inquiry, Frame preliminary inquiry'; has "$frames" 'Reference CR 32, Decided by Mme la juge'
settle=$(echo "$conflicts" | grep 'CR 32' | sed 's/.*"version":"\([^"]*\)".*/\1/')
on one merge settle "$settle" 2>/dev/null
give one; take centre one >/dev/null; take two one >/dev/null
for h in one two centre; do
  looks $h 2026-OUE-0007
  shown=$(on $h --json case show 2026-OUE-0007)
  has "$shown" '"frame":"rogatory","tlp"'; has "$shown" 'PV 31'; has "$shown" 'CR 32'
  has "$(on $h --json act show 2026-OUE-0007/A1)" '"frame":"flagrance"'
done
# Settled once, said everywhere; the loser stays readable.
keep=$(echo "$conflicts" | grep 'as one saw it' | sed 's/.*"version":"\([^"]*\)".*/\1/')
on centre merge settle "$keep" 2>/dev/null
give centre; take one centre >/dev/null; take two centre >/dev/null
lacks "$(on two --json merge conflicts)" 'saw it'
has "$(on two --json case notes 2026-OUE-0007)" 'as one saw it'
lacks "$(on two --json case notes 2026-OUE-0007)" 'as two saw it'
has "$(on two --json case notes 2026-OUE-0007 --history)" 'as two saw it'
# For another zone: what is not its own goes without a word, and what went before is known by its hash.
on centre org add --name Ours --department 67 --naf C --size PME >/dev/null
k=$(on centre --json incident add --org Ours --kind fraud --summary "a transfer" --happened 2024-03-06T06:00:00Z --known 2024-03-06T08:00:00Z | id incident)
"$VIGIE" --home "$dir/est" init --login anne --zone EST >/dev/null
for h in centre one; do on est merge trust $h --key "$(key $h)" 2>/dev/null; done
refused centre merge export -o "$dir/x" --for NOWHERE
give one --for EST
lacks "$(cat "$dir/one.events")" 'ransom note'
lacks "$(cat "$dir/one.events")" 'Mme Deux'
has "$(on est --json merge import "$dir/one.events")" '"withheld":'
[ -z "$(on est --json case list)" ] || fail "the other zone has the case"
give centre --for EST
has "$(on est --json merge import "$dir/centre.events")" '"conflicts":0'
has "$(on est --json incident show "$k")" 'a transfer'
give one --regime prevention
lacks "$(cat "$dir/one.events")" 'files are locked'
# Later it may have all: the same events, now with their text.
give one
has "$(on est --json merge import "$dir/one.events")" '"conflicts":0'
has "$(on est --json case show 2026-OUE-0007 --motive "handed over")" 'Mme Deux'
# A ledger that was cut shows, and its last checkpoint can be asked for.
on est merge checkpoint one > "$dir/checkpoint"
on one ledger export -o "$dir/ledger.jsonl" 2>/dev/null
on est ledger verify --file "$dir/ledger.jsonl" --checkpoint "$dir/checkpoint" >/dev/null || fail "the ledger is not the one that was shown"
refused est merge checkpoint nobody
for h in one two centre est; do on $h ledger verify >/dev/null; done
