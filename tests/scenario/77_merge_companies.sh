#!/bin/bash
# One company that a laptop knows by its SIREN and another by its name only: proposed to a person, who says that it is one, on the page or by command; all that
# was said of either is then of one company everywhere, found under both names. What is said to be two is proposed no more. Two namesakes of two SIRENs stay two.
set -eu
. "$(dirname "$0")/merge.bash"
. <(grep '^id()' "$(dirname "$0")/79_merge_rest.sh")
for h in hq lap; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
on hq merge trust lap --key "$(key lap)" 2>/dev/null; on lap merge trust hq --key "$(key hq)" 2>/dev/null
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" 2>/dev/null; }
take() { on "$1" --json merge import "$dir/$2.events" 2>&1 || [ $? = 3 ]; }
meet() { give hq; give lap; take hq lap >/dev/null; take lap hq >/dev/null; }
incident() { on "$1" --json incident add --org "$2" --kind ransomware --summary "$3" --happened 2026-03-04T06:00:00Z --known 2026-03-04T06:00:00Z | id incident; }
on hq org add --name Lynx --siren 732829320 --department 35 --naf C >/dev/null
on lap org add --name "SARL LYNX" --department 35 --size PME >/dev/null
i1=$(incident hq Lynx "seen at headquarters") i2=$(incident lap "SARL LYNX" "told on the spot")
ref=$(on lap --json case open --incident "$i2" --frame flagrance --offence CP323-1-1 | sed 's/.*"ref":"\([^"]*\)".*/\1/')
on lap org contact "SARL LYNX" --name "Rose Morel" --email rose@lynx.example >/dev/null
on hq org contact Lynx --name "Rose Morel" --phone 0299000000 >/dev/null
on lap intel sight relay.zzqx.net --org "SARL LYNX" >/dev/null
on lap referent add --name "Jeanne Le Goff" --zone OUEST --login jeanne --from 2020-01-01 >/dev/null
on lap referent conflict jeanne --org "SARL LYNX" --reason "her brother" >/dev/null
# Others of nearly that name: another department, another number, no company.
on hq org add --name "Lynx SAS" --department 67 >/dev/null
on hq org add --name "Lynx (partner)" --kind partner --department 75 >/dev/null
[ -z "$(on hq --json org alike)" ] || fail "proposed too early: $(on hq --json org alike)"
meet
for h in hq lap; do
  seen=$(on $h --json org alike)
  [ "$(echo "$seen" | wc -l)" = 1 ] || fail "proposed on $h: $seen"
  has "$seen" '"name":"SARL LYNX","siren":""'; has "$seen" '"siren":"732829320"'
done
has "$(on hq org alike)" 'SARL LYNX'
refused hq org join Lynx "SARL LYNX"
refused hq org join Lynx Lynx --reason x
refused hq org join Lynx "Lynx (partner)" --reason x
# A person says so on one side; the other learns it. Said in the other order, with other words, on both at once, it is the same.
on hq org join "SARL LYNX" Lynx --reason "same manager, same address" 2>/dev/null
on lap org join Lynx "SARL LYNX" --reason "says Rose Morel" 2>/dev/null
i3=$(incident lap "SARL LYNX" "told later under its old name")
meet
for h in hq lap; do
  for n in Lynx "SARL LYNX" 732829320; do
    shown=$(on $h --json org show "$n" --regime both --motive "what became of it")
    has "$shown" '"name":"Lynx"'; has "$shown" '"siren":"732829320"'; has "$shown" '"size":"PME"'
    for i in "$i1" "$i2" "$i3"; do has "$shown" "$i"; done
    has "$shown" "$ref"
  done
  [ -z "$(on $h --json org alike)" ] || fail "still proposed on $h"
  [ "$(on $h --json org list | grep -ci '"name":"\(sarl \)*lynx"')" = 1 ] || fail "two on $h: $(on $h --json org list)"
  refused $h org add --name "SARL LYNX" --department 35
  has "$(on $h --json case list --search lynx 2>/dev/null || on $h --json case list)" "$ref"
  on $h ledger verify >/dev/null
done
has "$(on hq --json ledger list)" '"kind":"org.joined"'
has "$(on lap org show Lynx)" 'SARL LYNX'
# Both contacts are kept, and the conflict of interest with either name shuts the company.
rose=$(on lap --json org show Lynx)
has "$rose" rose@lynx.example
if "$VIGIE" --home "$dir/lap" --as jeanne incident show "$i1" >"$dir/out" 2>&1; then fail "a conflict with the other name opens the door"; fi
# Lifted once, it is lifted under both names, here and there.
on hq referent conflict "Jeanne Le Goff" --org Lynx --end --reason "he left" >/dev/null
meet
for h in hq lap; do on $h --json referent show "Jeanne Le Goff" | grep -q '"organisation":"Lynx","reason":"[^"]*","from":"[^"]*","to":null' && fail "still shut on $h"; done
[ -z "$(on lap --json merge conflicts)" ] || fail "left: $(on lap merge conflicts)"
# Two that are two: said once, proposed nowhere.
on hq org add --name "Scierie du Donon" --siren 552100554 --department 67 >/dev/null; incident hq "Scierie du Donon" a >/dev/null
on lap org add --name "SAS Scierie du Donon" >/dev/null; incident lap "SAS Scierie du Donon" b >/dev/null
meet
has "$(on lap --json org alike)" 'SAS Scierie du Donon'
on lap org apart 552100554 "SAS Scierie du Donon" --reason "father and son" 2>/dev/null
meet
for h in hq lap; do [ -z "$(on $h --json org alike)" ] || fail "proposed again on $h"; done
# One name, two numbers: two companies, each with its own reports; a number that is told later of a name is kept.
on hq org add --name "Boulangerie Martin" --siren 000560011 --department 56 >/dev/null; m1=$(incident hq "Boulangerie Martin" "in the Morbihan")
on lap org add --name "Boulangerie Martin" --siren 000680017 --department 68 >/dev/null; m2=$(incident lap "Boulangerie Martin" "in Alsace")
on hq org add --name Adour --siren 000400010 --department 40 >/dev/null; incident hq Adour c >/dev/null
on lap org add --name Adour >/dev/null; incident lap Adour d >/dev/null
meet
for h in hq lap; do
  show() { on $h --json org show "$1" --regime both --motive "namesakes"; }
  has "$(show 000560011)" "$m1"; lacks "$(show 000560011)" "$m2"; has "$(show 000680017)" "$m2"; lacks "$(show 000680017)" "$m1"
  has "$(show Adour)" '"siren":"000400010"'
done
refused hq org join 000560011 000680017 --reason x
# On the page.
on lap org add --name "SA Kepler" --department 35 >/dev/null; on lap org add --name "Kepler SARL" --siren 000440016 --department 35 >/dev/null 2>&1 || on lap org add --name "Kepler SARL" --department 35 >/dev/null
password=$(on lap --json referent password anne | sed 's/.*"password":"\([^"]*\)".*/\1/')
"$VIGIE" --home "$dir/lap" serve --listen 127.0.0.1:0 --json >"$dir/at" & pid=$!
trap 'kill $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 100); do [ -s "$dir/at" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/at")
curl -sk -c "$dir/jar" -o /dev/null --data-urlencode login=anne --data-urlencode "password=$password" "$at/login"
page=$(curl -sk -b "$dir/jar" "$at/fusion" | tr -d '\n')
has "$page" 'Peut-être une seule entreprise'; has "$page" 'SA Kepler'
one=$(grep -o 'name="one" value="[^"]*"' <<<"$page" | head -n 1 | cut -d'"' -f4) other=$(grep -o 'name="other" value="[^"]*"' <<<"$page" | head -n 1 | cut -d'"' -f4)
token=$(grep -o 'name="csrf" value="[^"]*"' <<<"$page" | head -n 1 | cut -d'"' -f4)
curl -sk -b "$dir/jar" -o "$dir/answer" -e "$at/fusion" --data-urlencode "csrf=$token" --data-urlencode what=alike --data-urlencode "one=$one" --data-urlencode "other=$other" --data-urlencode say=join --data-urlencode "reason=même gérant" "$at/fusion"
[ -z "$(on lap --json org alike)" ] || fail "the page did not join: $(head -c 300 "$dir/answer")"
has "$(curl -sk -b "$dir/jar" "$at/entreprises/$one" | tr -d '\n')$(curl -sk -b "$dir/jar" "$at/entreprises/$other" | tr -d '\n')" 'Connue aussi sous'
