#!/bin/bash
# Two laptops that worked apart, beyond diagnoses: actions, incidents with their clocks, major events. What was changed on both sides stays on both, the same
# version shows everywhere whatever the order of arrival and the clocks, and the choice travels.
set -eu
. "$(dirname "$0")/merge.bash"
id() { sed "s/.*\"id\":\"\($1--[^\"]*\)\".*/\1/"; }
names="one two centre"
for h in $names; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
for h in $names; do for o in $names; do [ $h = $o ] || on $h merge trust $o --key "$(key $o)" 2>/dev/null; done; done
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" 2>/dev/null; } # a file of events is never written over
# One laptop plans an action, reports an incident, opens a major event; the other takes all of it in.
on one org add --name Lynx --siren 732829320 --department 35 --naf C --size PME >/dev/null
a=$(on one --json action add --title "breakfast" --org Lynx --kind talk --at 2024-03-02T09:00:00Z | id action)
i=$(on one --json incident add --org Lynx --kind ransomware --summary "files are locked" --happened 2024-03-04T06:00:00Z --known 2024-03-04T08:00:00Z | id incident)
e=$(on one --json event open --name "March wave" --kind ransomware --since 2024-03-04T00:00:00Z | id event)
on one event join "$e" --incident "$i" >/dev/null
on one event indicator "$e" --value bad.example --note "seen in the mail" >/dev/null
on one event message "$e" --text "two victims in Rennes" >/dev/null
give one
got=$(on two --json merge import "$dir/one.events") || fail "not imported"
has "$got" '"conflicts":0,"clock_back":0'
has "$(on two --json merge import "$dir/one.events")" '"new":0'
has "$(on two --json action list)" "$a"
has "$(on two --json incident show "$i")" '"summary":"files are locked"'
[ "$(on two --json incident show "$i" | grep -o '"clocks":.*')" = "$(on one --json incident show "$i" | grep -o '"clocks":.*')" ] || fail "clocks differ"
seen=$(on two --json event show "$e")
has "$seen" '"text":"two victims in Rennes"'
has "$seen" 'bad.example'
has "$seen" "$i"
has "$seen" 'anne' # who said it there
# Both go on without knowing of each other; two's clock was years ahead and is set back.
on one action done "$a" --people C:PME:12 2>/dev/null
on one incident clock "$i" CNIL72 --done --at 2024-03-05T10:00:00Z >/dev/null
on one event leave "$e" --incident "$i" --reason "another family" >/dev/null
VIGIE_NOW=2099-01-01T00:00:00Z on two action cancel "$a" --reason "snow" >/dev/null
on two incident clock "$i" CNIL72 --not-applicable --reason "no personal data" >/dev/null
on two event message "$e" --text "a third in Brest" >/dev/null
on two event close "$e" --lesson "patch sooner" >/dev/null
on two event message "$e" --text x >/dev/null 2>&1 && fail "a closed event takes messages"
give one; give two
# Whatever the order, the same state and the same conflicts.
cp -r "$dir/centre" "$dir/other"
on centre merge import "$dir/one.events" >/dev/null || fail "one"
status=0; got=$(on centre --json merge import "$dir/two.events") || status=$?
[ $status = 3 ] || fail "status $status: $got"
has "$got" '"conflicts":2,"clock_back":1'
on other merge import "$dir/two.events" >/dev/null || [ $? = 3 ]
on other merge import "$dir/one.events" >/dev/null || [ $? = 3 ]
state() { on "$1" --json action list; on "$1" --json incident show "$i" | grep -o '"clocks":.*'; on "$1" --json merge conflicts; on "$1" --json event show "$e" | grep -oE '"(lesson|text)":"[^"]*"' | sort; }
[ "$(state centre)" = "$(state other)" ] || { diff <(state centre) <(state other); fail "order of arrival matters"; }
shown=$(on centre --json merge conflicts)
[ "$(echo "$shown" | wc -l)" = 4 ] || fail "$shown"
has "$shown" '"field":"state","value":"done"'
has "$shown" '"field":"state","value":"cancelled\nsnow"'
has "$shown" '"field":"clock CNIL72","value":"not-applicable no personal data"'
[ "$(echo "$shown" | grep -c '"shows":true')" = 2 ] || fail "$shown"
has "$(on centre --json event show "$e")" 'patch sooner'
# The other laptop sees the same conflicts as the centre.
on two merge import "$dir/one.events" >/dev/null || [ $? = 3 ]
[ "$(on two --json merge conflicts | cut -d, -f1-4)" = "$(echo "$shown" | cut -d, -f1-4)" ] || fail "two sees others"
# An officer settles them; the choice travels, and a choice made twice does no harm.
keep=$(echo "$shown" | grep '"value":"done"' | sed 's/.*"version":"\([^"]*\)".*/\1/')
clock=$(echo "$shown" | grep 'no personal data' | sed 's/.*"version":"\([^"]*\)".*/\1/')
on centre merge settle "$keep" 2>/dev/null
on centre merge settle "$clock" 2>/dev/null
refused centre merge settle "$keep"
refused centre merge settle nothing
[ -z "$(on centre --json merge conflicts)" ] || fail "left: $(on centre --json merge conflicts)"
has "$(on centre --json action list)" '"state":"done","people":12'
has "$(on centre --json incident show "$i")" '"state":"not-applicable"'
give centre
on two merge import "$dir/centre.events" >/dev/null || fail "two: $(on two merge conflicts)"
[ "$(state centre)" = "$(state two)" ] || { diff <(state centre) <(state two); fail "the choice did not travel"; }
# A company known on each by itself moved, said differently on each; who came to an action, counted twice: shown in words, decided, and the choice travels.
b=$(on one --json action add --title "lunch" --org Lynx --kind talk --at 2024-03-02T12:00:00Z | id action)
for h in one two; do on $h org add --name "Two SA" --siren 552100554 --department 35 >/dev/null; done
give one; on two merge import "$dir/one.events" >/dev/null || [ $? = 3 ]
on one action done "$b" --people C:PME:12 2>/dev/null; on two action done "$b" --people C:PME:9 --people G:PME:2 2>/dev/null
on one org move "Two SA" --to 75 --from 2024-03-01 >/dev/null; on two org move "Two SA" --to 69 --from 2024-03-15 >/dev/null
on one org move Lynx --to 75 --from 2024-03-01 >/dev/null
give one; give two
for h in one two; do on $h merge import "$dir/$([ $h = one ] && echo two || echo one).events" >/dev/null || [ $? = 3 ]; done
seats() { on "$1" --json org show "$2" | grep -o '"departments":\[[^]]*'; }
[ "$(seats one "Two SA")" = "$(seats two "Two SA")" ] || fail "differs: $(seats one "Two SA") $(seats two "Two SA")"
has "$(seats two Lynx)" '"department":"75","since":"2024-03-01T00:00:00.000Z"},{"department":"35","since":null}'
shown=$(on two merge conflicts)
[ "$(on one merge conflicts --kind identity)" = "$(on two merge conflicts --kind identity)" ] || fail "other conflicts: $shown"
has "$shown" 'Organisation Two SA, Departments  Department 75, Since 2024-03-01 00:00, Department 35'
has "$shown" 'C PME 9, G PME 2'
has "$(VIGIE_LANG=fr "$VIGIE" --home "$dir/one" --lang fr --as anne merge conflicts)" 'Département 75, Depuis 01/03/2024 00:00, Département 35'
keep=$(on one --json merge conflicts --kind identity | grep '"value":"35\\n69' | sed 's/.*"version":"\([^"]*\)".*/\1/')
on one merge settle "$keep" 2>/dev/null
give one; on two merge import "$dir/one.events" >/dev/null || [ $? = 3 ]
[ "$(seats two "Two SA")" = '"departments":[{"department":"69","since":"2024-03-15T00:00:00.000Z"},{"department":"35","since":null}' ] || fail "$(seats two "Two SA")"
on centre merge import "$dir/one.events" >/dev/null || [ $? = 3 ]
has "$(seats centre "Two SA")" '"department":"69"' # where it was not known at all
# A name and a size put right on both sides: one is the same everywhere until somebody chooses; what one alone says travels; a name that another company has there tells which it is.
for h in one two; do on $h org add --name "Three SA" --department 35 --size PME >/dev/null; done
on one org correct "Three SA" --name "Three SAS" >/dev/null; on two org correct "Three SA" --name "Three Group SA" --naf C >/dev/null
on one org add --name "Four" --department 35 >/dev/null; on two org add --name "Four" --department 35 >/dev/null; on two org add --name "Five" --department 29 >/dev/null
on one org correct "Four" --name "Five" >/dev/null
give one; give two
for h in one two; do on $h merge import "$dir/$([ $h = one ] && echo two || echo one).events" >/dev/null || [ $? = 3 ]; done
three() { on "$1" --json org list | grep -o '"name":"Three [^}]*"naf":"[^"]*"' | sed 's/"kind.*"naf/"naf/'; }
[ "$(three one)" = "$(three two)" ] || fail "differs: $(three one) / $(three two)"
[ "$(three one | grep -c '"naf":"C"')" = 1 ] || fail "$(three one)"
has "$(on one merge conflicts --kind identity)" 'Three Group SA'; has "$(on one merge conflicts --kind identity)" 'Three SAS'
keep=$(on two --json merge conflicts --kind identity | grep '"value":"Three SAS"' | sed 's/.*"version":"\([^"]*\)".*/\1/')
on two merge settle "$keep" 2>/dev/null
give two; on one merge import "$dir/two.events" >/dev/null || [ $? = 3 ]
[ "$(three one)" = '"name":"Three SAS","naf":"C"' ] && [ "$(three two)" = "$(three one)" ] || fail "$(three one) / $(three two)"
has "$(on two --json org list)" '"name":"Five (35)"'
[ "$(on two --json org list | grep -c '"name":"Three')" = 1 ] || fail "known twice: $(on two org list)"
# A SIREN of somebody else's is put right, then the one whose it is becomes known: two companies, everywhere.
on one org add --name Six --siren 356000000 --department 35 >/dev/null; on one org move Six --to 29 --from 2024-04-01 >/dev/null
on one org correct Six --siren "" >/dev/null; on one org add --name Seven --siren 356000000 --department 35 >/dev/null; on one org move Seven --to 22 --from 2024-04-01 >/dev/null
give one; on two merge import "$dir/one.events" >/dev/null || [ $? = 3 ]
has "$(on two --json org show Six)" '"siren":""'; has "$(seats two Six)" '"department":"29","since":"2024-04'
has "$(on two --json org show Seven)" '"siren":"356000000"'; has "$(seats two Seven)" '"department":"22","since":"2024-04'
# A version that names another subject's, and a forged line, are refused whole.
sed 's/"seq":1,/"seq":1 ,/' "$dir/one.events" >"$dir/changed"; refused centre merge import "$dir/changed"
# Whoever has a conflict of interest with the company takes none of it in.
"$VIGIE" --home "$dir/fresh" init --login anne >/dev/null
on fresh org add --name Lynx --siren 732829320 --department 35 >/dev/null
on fresh merge trust one --key "$(key one)" 2>/dev/null
on fresh referent add --name Jeanne --login jeanne --zone OUEST --from 2018-03-01 >/dev/null
on fresh referent conflict jeanne --org Lynx --reason "former employer" >/dev/null
if "$VIGIE" --home "$dir/fresh" --as jeanne merge import "$dir/one.events" 2>/dev/null; then fail "imported in spite of a conflict"; fi
on one referent add --name Jeanne --login jeanne --zone OUEST --from 2018-03-01 >/dev/null
on one referent conflict jeanne --org Lynx --reason "former employer" >/dev/null
if "$VIGIE" --home "$dir/one" --as jeanne merge export -o "$dir/jeanne.events" 2>/dev/null; then fail "given in spite of a conflict"; fi
[ ! -e "$dir/jeanne.events" ] || fail "written in spite of a conflict"
for h in one two centre other; do on $h ledger verify >/dev/null; done
