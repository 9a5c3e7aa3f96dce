#!/bin/bash
# Two laptops work apart and their events meet at the centre: nothing lost, conflicts shown and settled by answering again, whatever the clocks said;
# strangers, gaps, cut or changed files and a rewritten past are refused whole.
set -eu
. "$(dirname "$0")/merge.bash"
id() { sed 's/.*"id":"\([a-z]*--[^"]*\)".*/\1/'; }
for h in centre one two; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
# A diagnosis begun at the centre travels to both laptops.
on centre org add --name Lynx --siren 732829320 --department 35 --naf C --size PME >/dev/null
d=$(on centre --json diagnose open --org Lynx | id)
on centre diagnose answer "$d" 1=yes 2=no >/dev/null
on centre merge export -o "$dir/centre.events" 2>/dev/null
refused one merge import "$dir/centre.events"
grep -q 'merge trust' "$dir/out"
for h in one two; do
  on $h merge trust centre --key "$(key centre)" 2>/dev/null
  on centre merge trust $h --key "$(key $h)" 2>/dev/null
done
# The company is known on one laptop under its SIREN and another name, on the other not at all.
on one org add --name "Lynx SAS" --siren 732829320 --department 35 >/dev/null
has "$(on one --json merge import "$dir/centre.events")" '"new":2,"known":0,"conflicts":0,"clock_back":0'
has "$(on one --json merge import "$dir/centre.events")" '"new":0,"known":2'
on two merge import "$dir/centre.events" >/dev/null
has "$(on one --json diagnose show "$d")" '"organisation":"Lynx SAS"'
has "$(on two --json diagnose show "$d")" '"measure":2,"ref":"2"'
# Both answer measure 13 without knowing of each other; measure 5 alike; two's clock stands years back.
on one diagnose answer "$d" 13=no 5=yes 24=partly >/dev/null
on one diagnose adopt "$d" 13 --state accepted >/dev/null
VIGIE_NOW=2099-01-01T00:00:00Z on two diagnose answer "$d" 2=partly >/dev/null
on two diagnose answer "$d" 13=yes 5=yes >/dev/null
on two diagnose adopt "$d" 13 --state refused --reason "no budget" >/dev/null
own=$(on two --json diagnose open --org Lynx | id)
on one merge export -o "$dir/one.events" 2>/dev/null
on two merge export -o "$dir/two.events" 2>/dev/null
on centre merge import "$dir/one.events" >/dev/null
status=0; got=$(on centre --json merge import "$dir/two.events") || status=$?
[ $status = 3 ] || fail "status $status"
has "$got" '"conflicts":2,"clock_back":1'
shown=$(on centre --json diagnose show "$d")
has "$shown" '"measure":13,"ref":"13"'
has "$shown" '{"measure":13,"what":"answer","value":"no","person":"anne"'
has "$shown" '{"measure":13,"what":"answer","value":"yes","person":"anne"'
has "$shown" '{"measure":13,"what":"adoption","value":"refused"'
# A conflict counts as unknown: the interval is wider, not wrong. What both said alike is no conflict.
has "$(echo "$shown" | grep -o '"measure":13,"ref":"13"[^}]*')" '"answer":"unknown","adoption"'
has "$(echo "$shown" | grep -o '"measure":5,"ref":"5"[^}]*')" '"answer":"yes","adoption":"","find_out":false,"conflict":false'
has "$(on centre --json diagnose list)" "$own"
# The other way round the same state comes out: order of arrival decides nothing.
cp -r "$dir/one" "$dir/other"
on one merge trust two --key "$(key two)" 2>/dev/null
on one merge import "$dir/two.events" >/dev/null || [ $? = 3 ]
[ "$(on one --json diagnose show "$d" | grep -o '"conflicts":\[[^]]*')" = "$(echo "$shown" | grep -o '"conflicts":\[[^]]*')" ] || fail "order of arrival matters"
# Answering again settles it, and the settlement travels.
on centre diagnose answer "$d" 13=partly >/dev/null
on centre diagnose adopt "$d" 13 --state doing >/dev/null
on centre merge export -o "$dir/centre2.events" --from 3 2>/dev/null
has "$(on centre --json diagnose show "$d")" '"conflicts":[]'
has "$(on one --json merge import "$dir/centre2.events")" '"new":2,"known":0,"conflicts":0'
has "$(on one --json diagnose show "$d" | grep -o '"measure":13,"ref":"13"[^}]*')" '"answer":"partly","adoption":"doing"'
# Passed on by another with the signature of whoever made it.
on centre merge export -o "$dir/relayed.events" --of one 2>/dev/null
on two merge trust one --key "$(key one)" 2>/dev/null
has "$(on two --json merge import "$dir/relayed.events" || true)" '"new":2'
# Refused whole: own file, a gap, cut, changed, signed by another, a rewritten past, no such file.
refused centre merge import "$dir/centre.events"
"$VIGIE" --home "$dir/fresh" init --login anne >/dev/null
on fresh merge trust centre --key "$(key centre)" 2>/dev/null
refused fresh merge import "$dir/centre2.events"
grep -q 'events 1 to 2 are missing' "$dir/out"
head -n -1 "$dir/centre.events" >"$dir/cut"; refused fresh merge import "$dir/cut"
sed 's/2\b"},*/&/; s/"measure":2,"answer":"no"/"measure":2,"answer":"yes"/' "$dir/centre.events" >"$dir/changed"; refused fresh merge import "$dir/changed"
cmp -s "$dir/centre.events" "$dir/changed" && fail "nothing was changed"
sed "1s/\"origin\":\"[0-9a-f]*\"/\"origin\":\"$(key centre)\"/" "$dir/one.events" >"$dir/forged"; refused fresh merge import "$dir/forged"
has "$(on fresh --json diagnose list; on fresh --json merge status | tail -n 1)" '"events":0'
on other diagnose answer "$d" 40=no >/dev/null
on other merge export -o "$dir/again.events" 2>/dev/null
on other diagnose answer "$d" 41=no >/dev/null
on one diagnose answer "$d" 40=yes >/dev/null
on one merge export -o "$dir/one2.events" 2>/dev/null
on centre merge import "$dir/one2.events" >/dev/null
refused centre merge import "$dir/again.events"
grep -q 'rewrote its past' "$dir/out"
refused centre merge import "$dir/none"
refused centre merge trust x --key 12
# A conflict of interest closes the diagnosis to who would import it.
on fresh org add --name Lynx --siren 732829320 --department 35 >/dev/null
on fresh referent add --name Jeanne --login jeanne --zone OUEST --from 2018-03-01 >/dev/null
on fresh referent conflict jeanne --org Lynx --reason "former employer" >/dev/null
if "$VIGIE" --home "$dir/fresh" --as jeanne merge import "$dir/centre.events" 2>/dev/null; then fail "imported in spite of a conflict"; fi
on fresh merge distrust centre
refused fresh merge import "$dir/centre.events"
for h in centre one two fresh; do on $h ledger verify >/dev/null; done
