#!/bin/bash
# What two laptops saw and said without knowing of each other: sightings make one warning where both are known, a withdrawn report counts nowhere, what came of
# a warning counts for the one that says the same; a convention is known and opens nothing before it is admitted; marks of the watch follow their person and
# wait for the item. And a store of before tells them once.
set -eu
. "$(dirname "$0")/merge.bash"
. <(grep '^id()' "$(dirname "$0")/79_merge_rest.sh")
for h in hq lap; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
on hq merge trust lap --key "$(key lap)" 2>/dev/null; on lap merge trust hq --key "$(key hq)" 2>/dev/null
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" 2>/dev/null; }
take() { on "$1" --json merge import "$dir/$2.events" 2>&1 || [ $? = 3 ]; }
on hq org add --name Golfe --siren 000560011 --naf C --department 56 >/dev/null
on lap org add --name Ried --siren 000680017 --naf C --department 68 >/dev/null
report() { on "$1" --json intel sight "$2" --org "$3" --first 2026-03-0"$4" --last 2026-03-0"$4" | sed 's/.*"report":"\([^"]*\)".*/\1/'; }
a=$(report hq relais.zzqx-relay.net Golfe 2) b=$(report lap relais.zzqx-relay.net Ried 5)
# Neither knows of a coincidence; the one that learns of the other's does, with the reports of both.
[ -z "$(on hq --quiet --json anticipate coincidence)" ] && [ -z "$(on lap --quiet --json anticipate coincidence)" ] || fail "a warning of one company"
give lap; take hq lap >/dev/null
w=$(on hq --quiet --json anticipate coincidence)
has "$w" "\"report\":\"$a\""; has "$w" "\"report\":\"$b\""
give hq; take lap hq >/dev/null
twice=$(on lap --quiet --json anticipate coincidence | id warning) first=$(echo "$w" | id warning)
[ "$twice" != "$first" ] || fail "a warning that was never raised here"
# What came of it, said at headquarters, is known on the laptop of its own warning; said otherwise on both, a conflict that somebody settles.
on hq anticipate judge "$first" false --why "an update server" >/dev/null 2>&1
give hq; take lap hq >/dev/null
has "$(on lap --json anticipate show "$twice" 2>/dev/null)" '"confirmed":false'
on hq anticipate judge "$first" confirmed --why "it was a relay" >/dev/null 2>&1
on lap anticipate judge "$twice" false --why "an update server, says Ried" >/dev/null 2>&1
give hq; give lap; take hq lap >/dev/null; take lap hq >/dev/null
for h in hq lap; do
  said=$(on $h merge conflicts --kind judgement)
  has "$said" 'What came of it'; has "$said" 'Confirmed yes'; has "$said" 'Why an update server, says Ried'; has "$said" 'About relais.zzqx-relay.net'
done
on hq merge settle "$(on hq --json merge conflicts --kind judgement | grep 'it was a relay' | sed 's/.*"version":"\([^"]*\)".*/\1/')" 2>/dev/null
give hq; take lap hq >/dev/null
[ -z "$(on lap --json merge conflicts)" ] || fail "left: $(on lap merge conflicts)"
has "$(on lap --json anticipate show "$twice" 2>/dev/null)" '"confirmed":true'
# A report that is withdrawn on one counts nowhere, also what is added to it there before that is known; here nothing more is added to it.
for h in hq lap; do echo 'domain,late.zzqx-relay.net' >"$dir/late.csv"; on $h intel import "$dir/late.csv" --source Veille >/dev/null; done
on hq intel withdraw "$b" --motive "another Ried" >/dev/null
on lap intel sight --report "$b" late.zzqx-relay.net --org Ried >/dev/null
give hq; give lap; take hq lap >/dev/null; take lap hq >/dev/null
for h in hq lap; do
  [ -z "$(on $h --quiet --json anticipate coincidence)" ] || fail "withdrawn, and still a coincidence on $h"
  lacks "$(on $h --json intel show late.zzqx-relay.net 2>&1 || true)" Ried
  refused $h intel sight --report "$b" more.zzqx-relay.net --org Ried
  has "$(cat "$dir/out")" withdrawn
done
refused hq intel sight --report "not an id" x.zzqx-relay.net --org Ried
# A log's hits too, and all of them: a report of 3,000 values travels in few events.
seq -f 'v%g.zzqx-many.net' 3000 >"$dir/list"
on lap intel pack --indicators "$dir/list" -o "$dir/many.pack" >/dev/null 2>&1
on lap match --pack "$dir/many.pack" --record --org Ried "$dir/list" >/dev/null 2>&1
echo 'domain,v2999.zzqx-many.net' >"$dir/known.csv"
for h in hq lap; do on $h intel import "$dir/known.csv" --source Veille >/dev/null; done
give lap
[ "$(grep -c '"kind":"sighting.seen"' "$dir/lap.events")" -lt 9 ] || fail "an event a sighting"
take hq lap >/dev/null
[ "$(on hq --json intel show v2999.zzqx-many.net | grep -c Ried)" = 1 ] || fail "a hit did not travel: $(on hq --json intel show v2999.zzqx-many.net)"
# A convention is known on the other side and opens nothing before it is admitted there.
on hq org add --name Lynx --kind partner --department 75 >/dev/null
c=$(on hq --json convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER | id convention)
echo 'domain,secret.zzqx-relay.net' >"$dir/amber.csv"
on lap intel import "$dir/amber.csv" --source Veille >/dev/null
give hq; take lap hq >/dev/null
has "$(on lap --json convention list)" '"in_force":false,"admitted":false'
has "$(on lap convention list)" 'from elsewhere, allows nothing here'
on lap share publish --to Lynx --as csv -o "$dir/given" >/dev/null 2>&1 || true
lacks "$(cat "$dir/given" 2>/dev/null || true)" secret
on lap intel source Veille --tlp GREEN >/dev/null 2>&1 || true
on lap convention admit "$c" 2>/dev/null
has "$(on lap --json convention show "$c")" '"in_force":true,"admitted":true'
refused lap convention admit "$c"
give lap; take hq lap >/dev/null
[ "$(on hq --json convention list | wc -l)" = 1 ] || fail "a convention twice"
# Marks: the laptop follows the feed later, and what was marked waits for the item.
cat >"$dir/feed.xml" <<'F'
<?xml version="1.0"?><rss version="2.0"><channel><title>F</title><item><title>A story of relays</title><guid>g1</guid><link>https://f.example/1</link><description>words</description></item></channel></rss>
F
on hq watch add https://f.example/feed.xml >/dev/null
on hq watch read "$dir/feed.xml" --source https://f.example/feed.xml >/dev/null
s=$(on hq --json watch list | id story)
on hq watch mark "$s" --star --note "for Monday"
give hq; take lap hq >/dev/null
on lap watch add https://f.example/feed.xml >/dev/null
on lap watch read "$dir/feed.xml" --source https://f.example/feed.xml >/dev/null
t=$(on lap --json watch list | id story)
[ "$s" != "$t" ] || fail "one story, fetched twice, has one name"
has "$(on lap --json watch list)" '"read":true'; has "$(on lap --json watch show "$t")" 'for Monday'
on lap watch mark "$t" --star --note "for Tuesday"; on hq watch mark "$s" --star --note "for Wednesday"
give hq; give lap; take hq lap >/dev/null; take lap hq >/dev/null
has "$(on lap merge conflicts)" 'Watch A story of relays, Note'; has "$(on lap merge conflicts)" 'for Wednesday'
# Another person's marks are not shown among the conflicts.
on lap referent add --name "Paul Riou" --zone EST --login paul --from 2019-01-01 >/dev/null
[ -z "$("$VIGIE" --home "$dir/lap" --as paul --json merge conflicts)" ] || fail "marks of another are shown"
on lap merge settle "$(on lap --json merge conflicts | grep 'for Tuesday' | sed 's/.*"version":"\([^"]*\)".*/\1/')" 2>/dev/null
give lap; take hq lap >/dev/null
has "$(on hq --json watch show "$s")" 'for Tuesday'
for h in hq lap; do on $h ledger verify >/dev/null; done
# A store of before tells all of it once.
command -v sqlite3 >/dev/null || { echo "skip: no sqlite3"; exit 77; }
"$VIGIE" --home "$dir/new" init --login anne >/dev/null
on new merge trust hq --key "$(key hq)" 2>/dev/null
sqlite3 "$dir/hq/vigie.db" "DELETE FROM merge_event; DELETE FROM merge_version; DELETE FROM merge_after; DELETE FROM territory_alias; DELETE FROM territory_person_alias;
  DELETE FROM merge_adopted; INSERT INTO merge_adopted VALUES (1); DELETE FROM store_meta WHERE room = 'merge' AND step >= 12; DROP TABLE watch_marked; DROP VIEW watch_v_marked;
  DELETE FROM store_meta WHERE room = 'watch' AND step >= 6; DROP INDEX anticipate_judgement_uid; DROP VIEW anticipate_v_judgement; ALTER TABLE anticipate_judgement DROP COLUMN uid;
  CREATE VIEW anticipate_v_judgement AS SELECT j.warning, w.pid AS warning_pid, w.signature, w.level, j.confirmed, j.why, j.judged_by, j.time FROM anticipate_judgement j
    JOIN anticipate_warning w ON w.id = j.warning WHERE j.id = (SELECT max(x.id) FROM anticipate_judgement x WHERE x.warning = j.warning);
  DELETE FROM store_meta WHERE room = 'anticipate' AND step >= 5; DROP TABLE merge_several; DROP INDEX merge_event_withheld; DROP VIEW merge_v_origin; DROP TABLE merge_attached"
give hq; n=$(wc -l <"$dir/hq.events"); give hq; [ "$n" = "$(wc -l <"$dir/hq.events")" ] || fail "told twice"
for k in sighting.seen sighting.withdrawn convention.made story.marked warning.judged; do grep -q "\"kind\":\"$k\"" "$dir/hq.events" || fail "not told: $k"; done
take new hq >/dev/null
on new intel import "$dir/known.csv" --source Veille >/dev/null
[ "$(on new --json intel show v2999.zzqx-many.net | grep -c Ried)" = 1 ] || fail "sightings of before"
