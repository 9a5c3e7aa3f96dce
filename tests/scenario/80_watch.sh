#!/bin/bash
# The technology watch against a real server: what is good is read and folded into stories, what is bad is named, costs only itself, and is asked less
# often; politeness is kept.
set -euo pipefail
dir=$(mktemp -d); server=; pages=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null; [ -z "$pages" ] || kill "$pages" 2> /dev/null; rm -rf "$dir"' EXIT
python3 "$SOURCE/tests/scenario/feeds.py" > "$dir/port" & server=$!
for _ in $(seq 100); do [ -s "$dir/port" ] && break; sleep 0.1; done
at=http://127.0.0.1:$(cat "$dir/port")
v() { "$VIGIE" --home "$dir/i" --lang en --as tester "$@"; }
says() { grep -F -- "$1" "$2" > /dev/null || { echo "lacks: $1"; cat "$2"; exit 1; }; }
VIGIE_NOW=2026-11-24T05:00:00Z "$VIGIE" --home "$dir/i" init --login tester > "$dir/init"
export VIGIE_NOW=2026-11-24T06:00:00Z
for feed in a.xml b.xml moved private/feed.xml broken.xml latin.xml bomb.xml outside.xml huge.xml packed.xml lying.xml later.xml json kev none.xml wrong.xml wide.xml marked list months.gz bare.xml bare.json login.xml plain.xml windows.xml often.xml; do
  v watch add "$at/$feed" > /dev/null
done
v watch add "$at/page" --page --category Pages > /dev/null
status=0; v watch fetch --json > "$dir/out" 2> "$dir/err" || status=$?
[ $status = 3 ] || { echo "status $status"; cat "$dir/err"; exit 1; }
says '"sources":27' "$dir/out"; says '"failed":12' "$dir/out"; says "bomb.xml: this feed defines entities made of entities" "$dir/err"
says "private/feed.xml: robots.txt forbids" "$dir/err"; says "later.xml: the server is out of order: error 503" "$dir/err"
says "none.xml: this address does not exist, or no more: error 404" "$dir/err"; says "look for the feed’s new address" "$dir/err"; says "often.xml: the server finds that it is asked too often: error 429" "$dir/err"
says "login.xml: it is a web page, no feed; the feed that it names: $at/news.rss" "$dir/err"; says "plain.xml: it is a web page, no feed" "$dir/err"; says "login page" "$dir/err"
says "huge.xml: the answer is larger" "$dir/err"; says "packed.xml: the answer is larger" "$dir/err"; says "lying.xml:" "$dir/err"; says "none.xml:" "$dir/err"
says "bare.xml: the feed holds no item: open its address" "$dir/err"; says "bare.json: the feed holds no item" "$dir/err"
# one that dribbles for ever costs the time that it is given and no more
v watch add "$at/slow" > /dev/null
status=0; v watch fetch "$at/slow" --timeout 1 > /dev/null 2> "$dir/err" || status=$?
[ $status = 3 ]; says "slow: " "$dir/err"
# two feeds tell one story; nothing of this machine got into a third
v watch list --json > "$dir/list"
sed -n 1p "$dir/list" > "$dir/first"
says '"title":"Ransomware through an updater"' "$dir/first"; says '"items":2,"sources":2' "$dir/first"; says '"cves":1' "$dir/first"
says '"title":"à voir"' "$dir/list"; says "kept though the end is missing" "$dir/list"
# wrong encodings lose nothing; a mailing list's archive is read, packed or not, its words decoded
says '"title":"café 2"' "$dir/list"; says '"title":"l’œuvre € €"' "$dir/list"; says '"title":"large €"' "$dir/list"; says '"title":"after a mark"' "$dir/list"
mail=$(grep -F '"title":"Faille à corriger dans le pare-feu"' "$dir/list" | head -n 1 | sed 's/.*"id":"\([^"]*\)".*/\1/')
v watch show "$mail" > "$dir/out"; says "CVE-2026-1234" "$dir/out"; says "203.0.114.77" "$dir/out"; says "Alertes du réseau" "$dir/out"; says "2026" "$dir/out"
! grep "root:" "$dir/list" > /dev/null || { echo "an entity read a file of this machine"; exit 1; }
id=$(sed 's/.*"id":"\([^"]*\)".*/\1/' "$dir/first")
v watch show "$id" > "$dir/out"; says "relay.qq7vzk.net" "$dir/out"; says "sources that tell it" "$dir/out"
v watch promote "$id" > /dev/null; v intel list > "$dir/out"; says "relay.qq7vzk.net" "$dir/out"; says "Feed A" "$dir/out"
# it also becomes a draft that nobody can click, a task, and a warning for the zones
v watch bulletin "$id" > "$dir/draft"; says "TLP:CLEAR" "$dir/draft"; says '- domain `relay[.]qq7vzk[.]net`' "$dir/draft"; v --lang fr watch bulletin "$id" > "$dir/brouillon"; says '- domaine `relay[.]qq7vzk[.]net`' "$dir/brouillon"; says "- CVE-2017-0144" "$dir/draft"; says "patch first" "$dir/draft"
! grep -E 'https?://' "$dir/draft" > /dev/null || { echo "an address in the draft can be clicked"; exit 1; }
task=$(v --json task add --about "$id" --what "tell the accountants" --to "Zone Est" --due 2026-11-25T00:00:00Z | sed 's/.*"id":"\([^"]*\)".*/\1/')
v --json task list --about "$id" > "$dir/out"; says '"what":"tell the accountants","owner":"Zone Est"' "$dir/out"; says '"state":"todo"' "$dir/out"
v task set "$task" --state done > /dev/null; v --json task list > "$dir/out"; [ ! -s "$dir/out" ] || { echo "the task is not done"; exit 1; }
status=0; v task set "$task" --state done 2> "$dir/err" || status=$?; [ $status = 1 ]; says "is “done” already" "$dir/err"
warning=$(v --json watch warn "$id" | sed 's/.*"warning":"\([^"]*\)".*/\1/')
v --json anticipate show "$warning" > "$dir/out"; says '"kind":"watch"' "$dir/out"; says 'relay.qq7vzk.net' "$dir/out"
status=0; v watch warn "$id" 2> "$dir/err" || status=$?; [ $status = 1 ]; says "stands already" "$dir/err"
v --json watch show "$id" > "$dir/out"; says '"became":[{"kind":"intel","title":"Feed A"' "$dir/out"; says "{\"id\":\"$warning\",\"kind\":\"vigilance\"" "$dir/out"; v watch show "$id" > "$dir/out"; says "$warning" "$dir/out"; says "Became:" "$dir/out"
v watch mark "$id" --star --note "à montrer"; v watch list --unread --json > "$dir/out"
! grep -F "$id" "$dir/out" > /dev/null || { echo "a read story is listed as unread"; exit 1; }
# an hour later: the unchanged feed answers 304, the page has changed, the moved one is asked where it lives now, those who failed wait
export VIGIE_NOW=2026-11-24T07:01:00Z
status=0; v watch fetch --json > "$dir/out" 2> "$dir/err" || status=$?
says '"unchanged":1' "$dir/out"; says '"items":1,' "$dir/out"
curl -s "$at/asked" > "$dir/asked"
says "'/moved': 1" "$dir/asked"; says "'/here.xml': 2" "$dir/asked"; says "'/later.xml': 1" "$dir/asked"; says "'/robots.txt': 1" "$dir/asked"
! grep private "$dir/asked" > /dev/null || { echo "robots.txt was not respected"; exit 1; }
# the pages say what is wrong, what to do, and what changed on a page that is followed
"$VIGIE" --home "$dir/i" serve --http --listen 127.0.0.1:0 --json > "$dir/serve" 2> /dev/null & pages=$!
until [ -s "$dir/serve" ]; do kill -0 "$pages"; sleep 0.1; done
web=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/serve")
get() { curl -s -b "$dir/jar" -b lang=fr "$web$1"; }
curl -s -c "$dir/jar" -o /dev/null --data-urlencode login=tester --data-urlencode "password=$(grep -oE '[a-z0-9]{20}$' "$dir/init")" "$web/login"
get /veille > "$dir/page"; says "erreur 404</b><br>Ouvrez le site" "$dir/page"; says "<wbr>news.<wbr>rss" "$dir/page"
get "$(grep -oE '/veille/sources/[^"]*">'"$at/none.xml" "$dir/page" | cut -d'"' -f1)" > "$dir/page"; says "Que faire" "$dir/page"; says "cherchez la nouvelle adresse du fil" "$dir/page"
v watch list --json > "$dir/list"; changed=$(grep -F '"title":"Une page"' "$dir/list" | head -n 1 | sed 's/.*"id":"\([^"]*\)".*/\1/')
get "/veille/$changed" > "$dir/page"; says "Avant : 1<br>Maintenant : 2<" <(sed 's/\xc2\xa0/ /g; s/&nbsp;/ /g' "$dir/page")
# what the story has become is a click away, on its page and on the warning's
get "/veille/$id" > "$dir/page"; says "/alertes/$warning\"" "$dir/page"; says "en cours" "$dir/page"
token() { grep -oE 'name="csrf" value="[^"]*"' "$dir/page" | head -n 1 | cut -d'"' -f4; }
post() { local to=$1; shift; curl -s -b "$dir/jar" -b lang=fr -o "$dir/page" -w '%{http_code} %{redirect_url}' --data-urlencode "csrf=$(token)" "$@" "$web$to"; }
post "/veille/$id" -d what=content > "$dir/where"; draft=$(grep -oE 'content--[0-9a-f-]+' "$dir/where")
get "/veille/$id" > "$dir/page"; says "/contenus/$draft\"" "$dir/page"; get "/alertes/$warning" > "$dir/page"; says "Encore rien" "$dir/page"
post "/alertes/$warning" -d what=content > "$dir/where"; draft=$(grep -oE 'content--[0-9a-f-]+' "$dir/where")
get "/alertes/$warning" > "$dir/page"; says "/contenus/$draft\"" "$dir/page"
# two who change one source: the second is told what the first wrote, and nothing is overwritten
source=$(get /veille | grep -oE '/veille/sources/[^"]*">Feed A' | cut -d'"' -f1)
get "$source" > "$dir/page"; shown=$(for n in title category tlp every silence; do grep -oE "name=\"was-$n\" value=\"[^\"]*\"" "$dir/page" | sed 's/name="\([^"]*\)" value="\(.*\)"/--data-urlencode \1=\2/' | tr ' ' '+' | sed 's/--data-urlencode+/-d /'; done)
v watch change "$at/a.xml" --every 45
post "$source" -d what=change $shown -d title=Feed+A -d category= -d tlp=TLP:CLEAR -d every=90 -d silence= > "$dir/where"; says 409 "$dir/where"; says "Quelqu’un d’autre a écrit entre-temps : « 45 »" <(sed 's/\xc2\xa0/ /g; s/\xe2\x80\xaf/ /g' "$dir/page")
v watch opml --export "$dir/o.xml"; says 'vigie:period="2700"' <(grep -F a.xml "$dir/o.xml")
v watch change "$at/a.xml" --every 60
kill "$pages"; wait "$pages" 2> /dev/null || true; pages=
# the list of sources travels
status=0; v watch sources > "$dir/out" || status=$?; [ $status = 3 ]; says "FAILING" "$dir/out"
v watch opml --export "$dir/o.xml"
VIGIE_NOW=2026-11-24T05:00:00Z "$VIGIE" --home "$dir/j" init --login tester > /dev/null
"$VIGIE" --home "$dir/j" --lang en --as tester watch opml --import "$dir/o.xml" 2> "$dir/err"; says "28 sources added, 0 followed already" "$dir/err"
# pages, marking, rhythm and expected silence too: a second export is the first one
v watch change "$at/page" --tlp TLP:GREEN --every 45 --silence 9; v watch change "$at/a.xml" --tlp TLP:AMBER
v watch opml --export "$dir/o1.xml"; says 'type="page"' "$dir/o1.xml"; says 'vigie:tlp="TLP:GREEN" vigie:period="2700" vigie:expect="777600"' "$dir/o1.xml"
VIGIE_NOW=2026-11-24T05:00:00Z "$VIGIE" --home "$dir/k" init --login tester > /dev/null
"$VIGIE" --home "$dir/k" --lang en --as tester watch opml --import "$dir/o1.xml" 2> "$dir/err"; says "28 sources added" "$dir/err"
"$VIGIE" --home "$dir/k" --lang en --as tester watch opml --export "$dir/o2.xml"
[ "$(sort "$dir/o1.xml")" = "$(sort "$dir/o2.xml")" ] || { diff <(sort "$dir/o1.xml") <(sort "$dir/o2.xml"); exit 1; }
v watch change "$at/a.xml" --tlp TLP:CLEAR
# a title of any length comes whole
long=$(printf 'presse %.0s' $(seq 60))fin
printf '<opml version="2.0"><body><outline text="%s" category="%s" xmlUrl="%s/long.xml"/></body></opml>' "$long" "$long" "$at" > "$dir/long.opml"
"$VIGIE" --home "$dir/k" --lang en --as tester watch opml --import "$dir/long.opml" 2> "$dir/err"; says "1 source added" "$dir/err"
"$VIGIE" --home "$dir/k" --lang en --as tester watch opml --export "$dir/o3.xml"; says "text=\"$long\"" "$dir/o3.xml"; says "category=\"$long\"" "$dir/o3.xml"
# one that is too long is refused with its line, and so is the list
printf '<opml version="2.0"><body>\n<outline text="a" xmlUrl="%s/b.xml"/>\n<outline text="%s" xmlUrl="%s/c.xml"/></body></opml>' "$at" "$(printf 'presse %.0s' $(seq 300))" "$at" > "$dir/long.opml"
status=0; "$VIGIE" --home "$dir/k" --lang en --as tester watch opml --import "$dir/long.opml" 2> "$dir/err" || status=$?
[ $status = 1 ]; says "line 3: the address, title or category is longer than 2000 bytes" "$dir/err"
"$VIGIE" --home "$dir/k" --lang en --as tester watch opml --export "$dir/o4.xml"; cmp "$dir/o3.xml" "$dir/o4.xml"
# nor is one that is cut off, or whose folders lie too deep, taken in part; an & that nobody escaped loses nothing
printf '<opml version="2.0"><body>\n<outline text="a" xmlUrl="%s/cut.xml"/>\n<outline text="b" xmlU' "$at" > "$dir/cut.opml"
{ printf '<opml version="2.0"><body><outline text="a" xmlUrl="%s/deep.xml"/>' "$at"; printf '<outline text="g">\n%.0s' $(seq 201); printf '</outline>%.0s' $(seq 201); echo '</body></opml>'; } > "$dir/deep.opml"
for list in cut deep; do
  status=0; "$VIGIE" --home "$dir/k" --lang en --as tester watch opml --import "$dir/$list.opml" 2> "$dir/err" || status=$?; [ $status = 1 ]; says "no source was added" "$dir/err"
done
"$VIGIE" --home "$dir/k" --lang en --as tester watch opml --export "$dir/o4.xml"; cmp "$dir/o3.xml" "$dir/o4.xml"
printf '<opml version="2.0"><body><outline text="R & D" xmlUrl="%s/amp.xml?a=1&b=2"/></body></opml>' "$at" > "$dir/amp.opml"
"$VIGIE" --home "$dir/k" --lang en --as tester watch opml --import "$dir/amp.opml" 2> "$dir/err"; says "1 source added" "$dir/err"
# A reader's list: nested folders, "feed:" addresses; what is no address of the web is told, not left out without a word.
cat > "$dir/reader.opml" <<END
<opml version="1.0"><body><outline text="Sécurité &amp; CERT"><outline text="Sous"><outline type="rss" text="Un" xmlUrl="feed://one.example/rss"/></outline></outline>
<outline type="rss" text="Deux" xmlUrl=" feed:https://two.example/atom "/><outline text="x" xmlUrl="javascript:alert(1)"/><outline type="link" text="l" url="https://l.example"/></body></opml>
END
"$VIGIE" --home "$dir/k" --lang en --as tester watch opml --import "$dir/reader.opml" 2> "$dir/err"; says "2 sources added, 0 followed already" "$dir/err"
says "1 source was not taken" "$dir/err"; says "javascript:alert(1)" "$dir/err"
"$VIGIE" --home "$dir/k" --lang en --as tester watch opml --export "$dir/o5.xml"; says 'category="Sous" ' "$dir/o5.xml"; says 'xmlUrl="http://one.example/rss"' "$dir/o5.xml"; says 'xmlUrl="https://two.example/atom"' "$dir/o5.xml"
status=0; "$VIGIE" --home "$dir/j" --lang en --as tester watch opml --import "$SOURCE/LICENSE" 2> "$dir/err" || status=$?
[ $status = 1 ]; says "no OPML" "$dir/err"
# a source changes its marking and rhythm, the rest stays
v watch change "$at/a.xml" --tlp TLP:GREEN --every 30; v watch sources --json > "$dir/out" || true; says '"title":"Feed A","category":"","kind":"feed","tlp":"TLP:GREEN"' "$dir/out"
# a story becomes a content: its text, its sources (none can be clicked), and a marking no looser than its strictest source's
v watch change "$at/a.xml" --tlp TLP:AMBER
v content add --from "$id" --json > "$dir/out"; says '"kind":"bulletin","title":"Ransomware through an updater","state":"draft"' "$dir/out"; says '"tlp":"TLP:AMBER"' "$dir/out"
v content show "$(sed 's/.*"id":"\([^"]*\)".*/\1/' "$dir/out")" > "$dir/content"; says "Feed A" "$dir/content"; says "- CVE-2017-0144" "$dir/content"; says '`relay[.]qq7vzk[.]net`' "$dir/content"
status=0; v content add --from "$id" --tlp CLEAR 2> "$dir/err" || status=$?; [ $status = 1 ]; says "TLP:CLEAR is looser than the story" "$dir/err"
v watch change "$at/a.xml" --tlp TLP:GREEN
status=0; v watch change "$at/a.xml" --every 1 2> "$dir/err" || status=$?; [ $status = 2 ]; says "five minutes" "$dir/err"
status=0; v watch change "$at/nothing" --every 10 2> "$dir/err" || status=$?; [ $status = 1 ]; says "no followed source" "$dir/err"
# silence is an alarm as was said, and what nobody reads for days is said too
v watch change "$at/a.xml" --silence 1; v watch sources --json > "$dir/out" || true; grep -F '"title":"Feed A"' "$dir/out" > "$dir/a"; says '"health":"ok"' "$dir/a"; says '"alarm_at":"2026-11-24T09:00:00.000Z"' "$dir/a"
v watch change "$at/a.xml" --silence 0; status=0; v watch change "$at/a.xml" --silence 9999 2> "$dir/err" || status=$?; [ $status = 2 ]
VIGIE_NOW=2026-11-26T10:00:00Z v watch sources --json > "$dir/out" || true; grep -F '"title":"Feed A"' "$dir/out" > "$dir/a"; says '"health":"unasked"' "$dir/a"
# a clock that ran ahead and is set back does not silence the watch until then
status=0; VIGIE_NOW=2031-01-01T00:00:00Z v watch fetch "$at/a.xml" > /dev/null 2>&1 || status=$?
curl -s "$at/asked" > "$dir/asked"
v watch fetch --timeout 1 > "$dir/out" 2> "$dir/err" || true; curl -s "$at/asked" > "$dir/after"
[ "$(grep -o "'/a.xml': [0-9]*" "$dir/after" | grep -o '[0-9]*$')" -gt "$(grep -o "'/a.xml': [0-9]*" "$dir/asked" | grep -o '[0-9]*$')" ]
# left running, it reads what comes without being asked
"$VIGIE" --home "$dir/i" --as tester watch fetch --follow --all --json > "$dir/follow" 2> /dev/null & follower=$!
until [ -s "$dir/follow" ]; do kill -0 "$follower"; sleep 0.1; done
kill -0 "$follower"
kill "$follower"; wait "$follower" 2> /dev/null || true; says '"sources":' "$dir/follow"
status=0; v watch add file:///etc/passwd 2> "$dir/err" || status=$?; [ $status = 2 ]; says "no http or https" "$dir/err"
v ledger verify > /dev/null
# a machine without the network: the same feed, carried in a file, gives the same story; what is no feed changes nothing
curl -s "$at/a.xml" > "$dir/carried.xml"
j() { VIGIE_NOW=2026-11-24T06:00:00Z "$VIGIE" --home "$dir/j" --lang en --as tester --json "$@"; }
status=0; j watch read "$dir/carried.xml" --source "$at/unknown" 2> "$dir/err" || status=$?; [ $status = 1 ]; says "no followed source" "$dir/err"
status=0; j watch read "$SOURCE/LICENSE" --source "$at/a.xml" 2> "$dir/err" || status=$?; [ $status = 1 ]; says "neither RSS" "$dir/err"
j watch read "$dir/carried.xml" --source "$at/a.xml" > "$dir/out"; says '"sources":1' "$dir/out"; ! grep '"items":0' "$dir/out" > /dev/null || exit 1
j watch list > "$dir/out"; says '"title":"Ransomware through an updater"' "$dir/out"
j watch read "$dir/carried.xml" --source "$at/a.xml" > "$dir/out"; says '"items":0,"stories":0' "$dir/out"
j ledger list --count 5 > "$dir/out"; says "$(sha256sum < "$dir/carried.xml" | cut -c1-64)" "$dir/out"
