#!/bin/bash
# What travels besides cases and visits: exercises, the contact of a zone, qualification requests, and of closed surveys the results alone: no answer, no
# sheet, no token, no small group.
set -eu
. "$(dirname "$0")/merge.bash"
id() { sed "s/.*\"id\":\"\($1--[^\"]*\)\".*/\1/"; }
here=$(cd "$(dirname "$0")/../.." && pwd)
names="one two centre"
for h in $names; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
for h in $names; do for o in $names; do [ $h = $o ] || on $h merge trust $o --key "$(key $o)" 2>/dev/null; done; done
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" 2>/dev/null; }
take() { on "$1" merge import "$dir/$2.events" >"$dir/out" 2>&1 || [ $? = 3 ] || { cat "$dir/out" >&2; fail "$1 does not take $2"; }; }
both() { [ "$(on one "$@")" = "$(on two "$@")" ] || { diff <(on one "$@") <(on two "$@") >&2; fail "differs: $*"; }; }

# An exercise, the same one counted on both sides by other cuts: one of the two counts shows, the same everywhere, until somebody decides; of the two only how
# many people and groups are told, for from two cuts, or two totals, people could be told apart. Two within thirty days: the later one is aside everywhere.
for h in one two; do on $h org add --name Lynx --siren 732829320 --department 35 --naf C --size PME >/dev/null; done
e1=$(on one --json exercise add --org Lynx --name parcel --at 2024-03-02T09:00:00Z --group Accounts:12:7:4:1:3 --group Workshop:13:4:4:3:0 | id exercise)
e2=$(on two --json exercise add --org Lynx --name parcel --at 2024-03-02T09:00:00Z --group Mornings:20:9:6:3:2 --group Nights:5:2:2:1:1 | id exercise)
e3=$(on two --json exercise add --org Lynx --name parking --at 2024-06-02T09:00:00Z --group All:25:9:3:1:9 | id exercise)
[ "$e1" = "$e2" ] || fail "one exercise, two names"
for h in one two; do on $h exercise add --org Lynx --name alike --at 2024-04-02T09:00:00Z --group All:30:9:6:3:2 >/dev/null; done
e4=$(on one --json exercise add --org Lynx --name "parking but one" --at 2024-06-12T09:00:00Z --group All:24:9:2:1:9 | id exercise)
# A request about a value, asked and answered; the contact of a zone.
q=$(on one --json qualify open --type domain --value relay.bad.example --question "what is it?" --basis prevention | id qualification)
on one qualify answer "$q" --from Lynx --verdict malicious --admiralty A2 --text "a relay, seen twice" >/dev/null
on one zone contact OUEST "02 99 00 00 00" 2>/dev/null
on two zone contact OUEST "02 99 11 11 11" 2>/dev/null
# A survey: referents 7, prosecutors 2, companies 9.
plan=$(on one --json evaluate plan "$here/demo/evaluation/plan.json" | id evaluation)
on one evaluate open "$plan" 2>/dev/null
n=0
for g in referents:7 parquets:2 entreprises:9; do
  for token in $(on one evaluate token "$plan" --group "${g%:*}" --count "${g#*:}"); do
    n=$((n + 1))
    on one evaluate answer "$token" q1=$((n % 5 + 1)) q2=3 2>/dev/null
  done
done
give one
lacks "$(cat "$dir/one.events")" survey.closed # nothing before closing
on one evaluate close "$plan" 2>/dev/null
give one; give two; take two one; take one two
both --json exercise list
seen=$(on two --json exercise list)
has "$seen" "$e1"; has "$seen" "$e3"
[ "$(echo "$seen" | wc -l)" = 4 ] || fail "both cuts are kept: $seen"
both --json exercise show "$e4"
aside=$(on one --json exercise show "$e4")
has "$aside" '"aside":true,"sent":24,"groups":[]}'
has "$(on two --json exercise show "$e3")" '"aside":false,"sent":25,"opened":9,"clicked":3'
lacks "$(on one --json exercise effect)" '"sent":24'
counted=$(on one --json merge conflicts --kind exercise)
[ "$(echo "$counted" | wc -l)" = 2 ] || fail "counted twice, said: $counted"
has "$counted" '"field":"count","value":"{\"groups\":2,\"sent\":25}"'
lacks "$counted" Nights; lacks "$counted" clicked
has "$(on one merge conflicts --kind exercise)" 'Count  Groups 2, Sent 25'
both merge conflicts --kind exercise
other=$(echo "$counted" | grep '"shows":false' | sed 's/.*"version":"\([^"]*\)".*/\1/')
before=$(on two --json exercise show "$e1")
on two merge settle "$other" 2>/dev/null
case $before in *Accounts*) chosen=Mornings ;; *) chosen=Accounts ;; esac
has "$(on two --json exercise show "$e1")" "\"group\":\"$chosen\""
give two; take one two; both --json exercise show "$e1"
[ -z "$(on one --json merge conflicts --kind exercise)" ] || fail "the choice did not travel"
# One that was entered wrongly is taken back: the other learns of it, what was kept aside because of it shows, and the right count under the same name travels after it.
on two exercise cancel "$e3" --reason "another company" 2>/dev/null
give two; take one two; both --json exercise list; both --json exercise show "$e3"
has "$(on one --json exercise show "$e3")" '"taken_back":"another company","groups":[]}'
has "$(on one --json exercise show "$e4")" '"aside":false,"sent":24,"opened":9,"clicked":2'
[ -z "$(on one --json merge conflicts --kind exercise)" ] || fail "taken back in conflict with what it takes back"
on one exercise cancel "$e4" --reason "one is missing" 2>/dev/null
on one exercise add --org Lynx --name parking --at 2024-06-02T09:00:00Z --group All:26:9:3:1:9 >/dev/null
give one; take two one; both --json exercise list; both --json exercise show "$e3"
has "$(on two --json exercise show "$e3")" '"aside":false,"sent":26,"opened":9'
# Taken back twice, for two reasons: both are told, and of the counts before nothing but their size.
on one exercise cancel "$e3" --reason "wrong day" 2>/dev/null
on two exercise cancel "$e3" --reason "wrong file" 2>/dev/null
give one; give two; take two one; take one two; both --json exercise list
has "$(on one --json merge conflicts --kind exercise)" 'wrong file'
lacks "$(on one --json merge conflicts --history --kind exercise)" clicked
on one merge settle "$(on one --json merge conflicts --kind exercise | grep 'wrong day' | sed 's/.*"version":"\([^"]*\)".*/\1/')" 2>/dev/null
give one; take two one; both --json exercise list
on two --json qualify show "$q" >"$dir/q2"
has "$(cat "$dir/q2")" '"state":"answered"'
has "$(cat "$dir/q2")" 'a relay, seen twice'
both --json qualify show "$q"
both --json zone list
has "$(on one --json merge conflicts)" '"subject":"OUEST","field":"contact"'
[ "$(on one --json merge conflicts)" = "$(on two --json merge conflicts)" ] || fail "other conflicts"
# The results are the same to the last digit; the answers are not there, and nothing of a sheet is in the file.
report=$(on one --json evaluate report "$plan" --by group)
parts() { tr ',{}[]' '\n' | grep -v '^$' | sort; } # members may come in another order
[ "$(on two --json evaluate report "$plan" --by group | parts)" = "$(echo "$report" | parts)" ] || fail "other results: $report"
has "$(on two --json evaluate list)" '"away":true'
# A group of two, and what it would follow from, is hidden in the file itself.
line=$(grep survey.closed "$dir/one.events")
[ "$(echo "$line" | grep -o '"hidden":true' | wc -l)" -ge 2 ] || fail "nothing is hidden in: $line"
if command -v sqlite3 >/dev/null; then
  for sheet in $(sqlite3 "$dir/one/vigie.db" 'SELECT DISTINCT sheet FROM evaluation_answer'); do
    lacks "$line" "$sheet"
  done
  [ "$(sqlite3 "$dir/two/vigie.db" 'SELECT COUNT(*) FROM evaluation_answer')" = 0 ] || fail "answers came along"
fi
refused two evaluate verify "$plan"
has "$(cat "$dir/out")" "its answers stayed there"
# Decided on one, confirmed on the other by somebody else; struck out here, it is struck out there.
on two qualify decide "$q" --verdict malicious --motive "it relays" >/dev/null
refused two qualify confirm "$q"
give two; take one two
refused one qualify confirm "$q" # anne is another person there, but of the same name: a second person has to look
on one referent add --name Luc --zone OUEST --login luc --from 2018-03-01 >/dev/null
"$VIGIE" --home "$dir/one" --lang en --as luc qualify confirm "$q" >/dev/null
give one; take two one
has "$(on two --json qualify show "$q")" '"state":"released"'
both --json qualify show "$q"
# Twice and in another order: nothing new, and the centre says the same.
take two one
has "$(on two --json merge import "$dir/one.events" || true)" '"new":0'
take centre two; take centre one
[ "$(on centre --json exercise list)" = "$(on one --json exercise list)" ] || fail "order matters"
[ "$(on centre --json qualify show "$q")" = "$(on one --json qualify show "$q")" ] || fail "the centre says otherwise: $(on centre --json qualify show "$q")"
for h in $names; do on $h ledger verify >/dev/null; done
