#!/bin/bash
# People between two instances: a conflict of interest shuts the same doors everywhere, a mandate is known and gives no rights until it is admitted, one that
# is ended ends everywhere; what two said differently is shown in words, and the stricter holds meanwhile. And a store of before tells its people once.
set -eu
. "$(dirname "$0")/merge.bash"
for h in hq lap old; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
for h in hq lap old; do for o in hq lap old; do [ $h = $o ] || on $h merge trust $o --key "$(key $o)" 2>/dev/null; done; done
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" 2>/dev/null; }
take() { on "$1" --json merge import "$dir/$2.events" 2>&1 || [ $? = 3 ]; }
jeanne() { local h=$1; shift; "$VIGIE" --home "$dir/$h" --lang en --as jeanne "$@"; }
on hq org add --name Lynx --siren 732829320 --department 35 >/dev/null
on hq referent add --name "Jeanne Le Goff" --zone OUEST --login jeanne --from 2020-01-01 --capacity 4 --skills EDR >/dev/null
on hq referent conflict jeanne --org Lynx --reason "former employer" >/dev/null
on hq referent mandate jeanne --role reservist --zone EST --from 2021-01-01 --charter "charter 2021" >/dev/null
give hq
take lap hq >/dev/null
# What came: one person, her mandates without rights here, her capacity, the conflict with the company that nobody had entered here.
seen=$(on lap --json referent show "Jeanne Le Goff")
has "$seen" '"capacity":4'
has "$seen" '"role":"reservist","zone":"EST","from":"2021-01-01T00:00:00.000Z","to":null,"in_force":true,"admitted":false'
has "$seen" '"charter":"charter 2021"'
has "$seen" '"organisation":"Lynx","reason":"former employer"'
has "$(on lap referent show "Jeanne Le Goff")" 'given elsewhere: no rights here'
lacks "$(on lap --json referent list)" '"role":"admin","zone":"OUEST"'
# Whoever adds the mandate again admits it; with an account she works here, and the conflict shuts the company to her.
on lap referent mandate "Jeanne Le Goff" --role reservist --zone EST --from 2021-01-01 >/dev/null
has "$(on lap --json referent show "Jeanne Le Goff")" '"role":"reservist","zone":"EST","from":"2021-01-01T00:00:00.000Z","to":null,"in_force":true,"admitted":true'
on lap referent password "Jeanne Le Goff" --login jeanne >/dev/null
lacks "$(on lap --json referent show jeanne)" '"admitted":false'
i=$(on lap --json incident add --org Lynx --kind fraud --summary x --happened 2024-03-04T06:00:00Z --known 2024-03-04T06:00:00Z | sed 's/.*"id":"\(incident--[^"]*\)".*/\1/')
if jeanne lap incident show "$i" >"$dir/out" 2>&1; then fail "a conflict from elsewhere opens the door"; fi
has "$(on lap --json incident route "$i" 2>&1)" 'Jeanne' # routed to nobody else, and she is named with the reason why not
lacks "$(on lap --json incident route "$i" | grep '"eligible":true' || true)" 'Jeanne'
# Ended yesterday at headquarters: at the next import she does nothing here any more.
on hq referent mandate jeanne --role referent --end --to 2024-01-01T00:00:00Z >/dev/null
on hq referent mandate jeanne --role reservist --end --to 2024-01-02T00:00:00Z >/dev/null
jeanne lap incident list >/dev/null
give hq; take lap hq >/dev/null
if jeanne lap incident list >"$dir/out" 2>&1; then fail "a mandate that ended elsewhere goes on"; fi
has "$(cat "$dir/out")" 'Jeanne'
# A mandate that another instance gives, or makes longer, is no right here.
on lap referent mandate jeanne --role analyst --from 2024-01-01 >/dev/null
give lap; take hq lap >/dev/null
has "$(on hq --json referent show jeanne)" '"role":"analyst","zone":"","from":"2024-01-01T00:00:00.000Z","to":null,"in_force":true,"admitted":false'
if jeanne hq incident list >"$dir/out" 2>&1; then fail "another instance gave rights here"; fi
# Two who do not know of each other: lifted here, declared anew there. Shut everywhere until somebody decides, said in words.
give hq; take lap hq >/dev/null
on lap referent conflict jeanne --org Lynx --end --reason "an error" >/dev/null
on lap referent conflict jeanne --org Lynx --reason "her brother works there" >/dev/null
sleep 0.01 # the one that lifts it is the later one
on hq referent conflict jeanne --org Lynx --end --reason "ten years ago" >/dev/null
give hq; give lap; take hq lap >/dev/null; take lap hq >/dev/null
for h in hq lap; do
  shown=$(on $h merge conflicts)
  has "$shown" 'Person Jeanne Le Goff, Conflict of interest'
  has "$shown" 'With Lynx, Reason her brother works there'
  has "$shown" 'With Lynx, Reason ten years ago, Lifted yes'
  has "$(on $h --json referent show jeanne)" '"reason":"her brother works there","from":"'
  on $h --json referent show jeanne | grep -q '"reason":"her brother works there","from":"[^"]*","to":null' || fail "open on $h: $(on $h --json referent show jeanne)"
done
has "$(on lap merge conflicts --kind person)" 'With Lynx'
for h in hq lap; do # what is said to hold is what holds
  case $(on $h --json merge conflicts | grep '"shows":true') in *lifted*) fail "a lifted conflict is said to hold on $h" ;; *"her brother works there"*) ;; *) fail "no version is said to hold on $h" ;; esac
done
[ -z "$(on lap --json merge conflicts --kind identity)" ] || fail "a person among the companies"
has "$("$VIGIE" --home "$dir/lap" --lang fr --as anne merge conflicts)" 'Personne Jeanne Le Goff, Conflit d’intérêts'
keep=$(on hq --json merge conflicts | grep 'ten years ago' | sed 's/.*"version":"\([^"]*\)".*/\1/')
on hq merge settle "$keep" 2>/dev/null
give hq; take lap hq >/dev/null
for h in hq lap; do on $h --json referent show jeanne | grep -q '"organisation":"Lynx","reason":"[^"]*","from":"[^"]*","to":null' && fail "still shut on $h"; done
[ -z "$(on lap --json merge conflicts)" ] || fail "left: $(on lap merge conflicts)"
# A store of before: its people are told once, at the first export.
command -v sqlite3 >/dev/null || { echo "skip: no sqlite3"; exit 77; }
on old org add --name "Two SA" --siren 552100554 --department 75 >/dev/null
on old referent add --name "Paul Riou" --zone EST --from 2019-01-01 --capacity 2 >/dev/null
on old referent conflict "Paul Riou" --org "Two SA" --reason "shares" >/dev/null
on old referent add --name "Rose Morel" --zone EST --from 2019-01-01 >/dev/null
on old referent conflict "Rose Morel" --org "Two SA" --reason "her husband" >/dev/null
sqlite3 "$dir/old/vigie.db" "DELETE FROM territory_mandate WHERE person = (SELECT id FROM territory_person WHERE name = 'Rose Morel'); DELETE FROM merge_event; DELETE FROM merge_version; DELETE FROM merge_after; DELETE FROM territory_person_alias; DELETE FROM territory_alias;
  DELETE FROM merge_adopted; INSERT INTO merge_adopted VALUES (1); DELETE FROM store_meta WHERE room = 'merge' AND step >= 8; DROP TABLE merge_given; DROP TABLE merge_several; DROP INDEX merge_event_withheld; DROP VIEW merge_v_origin; DROP TABLE merge_attached"
give old; grep -q '"adopted"' "$dir/old.events" && fail "people need no other author"
n=$(wc -l <"$dir/old.events"); give old; [ "$n" = "$(wc -l <"$dir/old.events")" ] || fail "told twice"
take lap old >/dev/null
has "$(on lap --json referent show "Paul Riou")" '"organisation":"Two SA","reason":"shares"'
has "$(on lap --json referent show "Paul Riou")" '"zone":"EST","from":"2019-01-01T00:00:00.000Z"'
# Who is known by a conflict alone is on the page as in the list; a mandate from elsewhere is not said to be in force; a kind of conflict is shown alone.
has "$(on lap referent list)" 'Rose Morel'
password=$(on lap --json referent password anne | sed 's/.*"password":"\([^"]*\)".*/\1/')
"$VIGIE" --home "$dir/lap" serve --listen 127.0.0.1:0 --json >"$dir/at" & pid=$!
trap 'kill $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 100); do [ -s "$dir/at" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/at")
curl -sk -c "$dir/jar" -o /dev/null --data-urlencode login=anne --data-urlencode "password=$password" "$at/login"
people=$(curl -sk -b "$dir/jar" "$at/personnes" | tr -d '\n')
has "$people" '>Rose Morel</a>'
has "$(sed 's/.*>Rose Morel<//; s/<\/tr>.*//' <<<"$people")" 'sans mandat'
has "$(sed 's/.*>Paul Riou<//; s/<\/tr>.*//' <<<"$people")" 'donné ailleurs'
for h in hq lap old; do on $h ledger verify >/dev/null; done
