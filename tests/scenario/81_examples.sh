#!/bin/bash
# Every example that --help (hence the manual) and the README give is a command that can be typed: it parses, and where what it names is there it works.
# Run on the demonstration, one copy a language, with ids and files of it in place of the invented ones; what an example comes after is done first
# (before); nothing goes to the network.
set -uo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
cd "$d"
export VIGIE_HOME=$d/h
"$VIGIE" --home "$d/h" demo > demo.log 2>&1 || { cat demo.log; exit 1; }
vigie() { timeout -k 5 120 "$VIGIE" "$@"; }
json() { vigie "$@" --json 2> /dev/null; }
incident=$(json incident list | grep -oE 'incident--[0-9a-f-]{36}' | head -1)
vigie case open --incident "$incident" --ref 2026-OUE-0001 --frame flagrance --offence CP323-2-1 --again "its own frame" > /dev/null || exit 1
vigie exhibit add --case 2026-OUE-0001 --description disque --medium ssd --serial S1 --seal 12 > /dev/null
vigie case finding 2026-OUE-0001 --type observed --text "note lue" > /dev/null
vigie act plan --case 2026-OUE-0001 --kind search --place Vannes --object poste > /dev/null
vigie act plan --case 2026-OUE-0001 --kind requisition --to "Hébergeur" --object journaux > /dev/null
vigie act plan --case 2026-OUE-0001 --kind search --place Vannes --object portable > /dev/null
vigie incident refer "$incident" --to bank --reason rappel > /dev/null
vigie event open --name "Vague" --kind ransomware --since 2017-05-12T07:00:00Z > /dev/null
vigie referent add --name Lynn --zone EST --role analyst --login lynn > /dev/null
vigie action add --title visite --org "Menuiserie du Golfe" --referent legoff --at 2099-03-02T09:00:00Z > /dev/null 2>&1
vigie org add --name "Imprimerie du Rhin" --siren 552100554 --department 67 > /dev/null
vigie org contact "Menuiserie du Golfe" --name "Luc Roi" --email luc@exemple.fr --agreed > /dev/null
other=$(vigie incident add --org "Brasserie du Ried" --kind ransomware --summary chiffré --happened 2026-03-02T07:00:00Z --known 2026-03-02T08:00:00Z --json | grep -oE 'incident--[0-9a-f-]{36}' | head -1)
for ref in 2026-EST-0004 2018-EST-0004; do vigie case open --incident "$other" --ref $ref --frame flagrance --offence CP323-2-1 --again "its own frame" > /dev/null; done
for ref in 2026-OUE-0001 2026-EST-0004; do vigie case finding $ref --type observed --text "relais kx3-partage.example.net" > /dev/null; done
vigie exercise add --org "Menuiserie du Golfe" --name "ancien" --at 2025-03-02 --group A:20:9:3:1:2 > /dev/null
vigie intel import <(echo 203.0.113.88) --as text --source "Feed X" > /dev/null; vigie intel import <(echo 203.0.113.88) --as text --source "Flux X" > /dev/null
for url in https://exemple.fr/fil.xml https://example.org/feed.xml; do vigie watch add $url > /dev/null; done
mkdir -p build rules regles demo tranco10k public-dns-v4; ln -s "$DEMO" build/demo; ln -s "$SOURCE/demo/bad" demo/bad; ln -s "$DEMO/evaluation" demo/evaluation
cp "$DEMO"/rules/*.yar rules/; cp "$DEMO"/rules/*.yar regles/; cat "$DEMO"/rules/eicar.yar > rules.yar
cp "$SOURCE/tests/data/cases/iris.json" .; cp "$DEMO/poste-compta.img" medium; cp "$DEMO/watch/cert.xml" feed.xml
for f in counts.csv comptes.csv; do cp "$SOURCE/tests/data/anticipate/counts.csv" $f; done
for f in claims.csv revendications.csv; do printf 'date,group,zone,sector,size\n2024-01-02,lockbit,EST,C,PME\n' > $f; done
for f in events.jsonl evenements.jsonl; do echo '{"id":"e1","known_date":"2017-03-14","kind":"patch","objects":["MS17-010"]}' > $f; done
for f in reports.jsonl rapports.jsonl case.jsonl affaire.jsonl; do echo '{"id":"r1","techniques":["T1059","T1486"]}' > $f; done
for f in results.csv resultats.csv; do { echo 'id,status,email,position'; for n in 1 2 3 4 5 6 7 8; do echo "$n,Email Sent,a$n@example.org,Ateliers"; done; } > $f; done
for f in library.yaml bibliotheque.yaml; do sed "s/premiers-pas/${f%.yaml}/; s/Premiers-pas/${f%.yaml}/" "$SOURCE/tests/data/ciso-library.yaml" > $f; done
for f in terms.csv termes.csv; do printf 'ref,benefit,effort,counters\n1.1,3,1,*\n' > $f; done
{ echo q,zone,expo,pilot,post,cases; for z in A:1 B:1 C:0 D:0 E:0; do for q in 1 2 3 4; do echo "$q,${z%:*},100,${z#*:},$((q > 2)),$((50 + q))"; done; done; } > zones.csv
printf '"Numéro NATINF";"Nature de l’infraction";"Qualification de l’infraction";"Articles définissant l’infraction"\n"900001";"Délit";"ESSAI";"ART.1"\n' > natinf.csv
printf 'Raison sociale,Dirigeant,Courriel\nBrasserie du Ried,Jean,jean@exemple.fr\n' > contacts.csv
echo '{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[]}' > observations.json
for f in tranco10k public-dns-v4; do echo "{\"name\":\"$f\",\"type\":\"hostname\",\"list\":[\"example.org\"]}" > $f/list.json; done
vigie watch opml --export sources.opml 2> /dev/null
printf 'a.example.org\n' > new.txt; cp new.txt nouvelles.txt
for f in report.pdf rapport.pdf mail.eml courriel.eml report.doc rapport.doc invoice.exe facture.exe facture.pdf.exe journaux.zip proxy.log.gz; do seq 1 400 | sha256sum > "$f"; cat "$DEMO"/logs/proxy-est >> "$f" 2> /dev/null; done
for f in bulletin.txt; do echo "Prévenez votre référent." > $f; done
echo 'organisation,email' > addresses.csv; cp addresses.csv adresses.csv
echo long-enough-password > lynx.pass; chmod 600 lynx.pass
vigie intel pack -o vigie.pack > /dev/null 2>&1; cp vigie.pack zone.pack
vigie intel pack --to "Brasserie du Ried" --blind ried.key -o blind.pack > /dev/null 2>&1; echo 'blind:0000000000000000' | tee hits.jsonl > occurrences.jsonl
vigie similar digest report.pdf --json | sed 's/.*"tlsh":"\([^"]*\)".*/\1/' > known.csv; cp known.csv connues.csv; cp known.csv new.txt; cp known.csv nouvelles.txt
cp -r h h.fr
# the first id of a kind that the instance holds
id() {
  case $1 in
    case) json case list ;; action) json action list ;; diagnosis) json diagnose list ;; qualification) json qualify list ;; warning) json anticipate list ;;
    evaluation) json evaluate list ;; event) json event list ;; obstacle) json obstacle list ;; content) json content list ;; convention) json convention list ;;
    story) json watch list --days 36500 ;; task) json task list --all ;; access) json case access ;; link) json case links ;; exercise) json exercise list ;; indicator) json intel list --objects --type indicator ;; finding) json case show 2026-OUE-0001 ;; incident) json incident list ;; referral) json incident show "$incident" ;;
  esac | grep -oE -- "$1--[0-9a-f-]{36}" | head -1
}
in_place() { # in_place LINE: its invented ids, and nothing of this machine
  local line=$1 kind known
  for kind in $(grep -oE '[a-z][a-z-]*--(…|0190a7c4-0000-7000-8000-000000000000)' <<< "$line" | sed 's/--.*//' | sort -u); do
    known=$(id "$kind")
    [ -z "$known" ] || line=$(sed -E "s/$kind--(…|0190a7c4-0000-7000-8000-000000000000)/$known/g" <<< "$line")
  done
  sed "s|/dev/sdb|$d/medium|; s|/media/[a-z]*/feed.xml|feed.xml|; s|/mnt/copies|$d|g; s|/srv/vigie|$d/srv|; s|/tmp/trial|$d/trial|; s|/tmp/essai|$d/essai|g; s|:8443|:0|; s|/var/log|$d/rules|" <<< "$line"
}
fresh() { # an instance of nothing but its first account, for examples that begin something
  rm -rf "$d/fresh"; VIGIE_HOME=$d/fresh; vigie init > /dev/null
}
request() { vigie qualify open --type domain-name --value ask.example.net --json | grep -oE 'qualification--[0-9a-f-]{36}' | head -1; }
survey() { # an evaluation that is planned, and opened unless it is said so
  fresh
  evaluation=$(vigie evaluate plan "$DEMO/evaluation/plan.json" --json | grep -oE 'evaluation--[0-9a-f-]{36}' | head -1)
  [ "${1:-}" = planned ] || vigie evaluate open "$evaluation" > /dev/null
  line=$(sed -E "s/evaluation--[0-9a-f-]{36}/$evaluation/" <<< "$line")
}
ready() { vigie act authority "2026-OUE-0001/$1" --by opj --ref "PV 1"; vigie act attend "2026-OUE-0001/$1" --role occupant --name X; }
under_way() { ready "$1"; vigie act start "2026-OUE-0001/$1" --quality opj; }
# What an example comes after, and the ids that it makes; sets line and VIGIE_HOME.
before() {
  local now soon; now=$(date -u +%FT%TZ) soon=$(date -u -d '+12 days' +%F)
  case $line in
    *" act answer "*) vigie act authority 2026-OUE-0001/A2 --by opj --ref "PV 1"; vigie act start 2026-OUE-0001/A2 --quality opj ;;
    *" act authority "*) line=${line/--by prosecutor/--by opj} ;; # its case is a flagrance
    *" act start "*) ready A1 ;;
    *" act end "*) line=${line/A1/A3}; line=${line% --seal*}; under_way A3 ;;
    *" case document "*) under_way A1 ;;
    *" action add "*) line=$(sed -E 's/2026-03-02/2099-03-02/' <<< "$line") ;;
    *" action cancel "* | *" action done "* | *" action mailing "*)
      line=$(sed -E "s/action--[0-9a-f-]{36}/$(vigie action add --title visite --org "Menuiserie du Golfe" --at "$now" --json | grep -oE 'action--[0-9a-f-]{36}' | head -1)/" <<< "$line") ;;
    *" case ask "*) line=${line/vigie case/vigie --as legoff case} ;;
    *" case decide "*) vigie --as legoff case ask 2018-EST-0004 --motive X; line=$(in_place "${line//access--*( )/access--… }") ;;
    *" case frame "*" preliminary"*) line=${line/2026-OUE-0001/2026-EST-0004}; line=${line/2026-11-20/$now} ;;
    *" case frame "*) under_way A1; line=${line/2026-11-27/$soon}; line=${line/2026-11-18/$now} ;;
    *" case open "*) line=$(sed -E "s/incident--[0-9a-f-]{36}/$(vigie incident add --org "Menuiserie du Golfe" --kind fraud --summary x --happened 2026-03-02T07:00:00Z --known 2026-03-02T08:00:00Z --json | grep -oE 'incident--[0-9a-f-]{36}' | head -1)/" <<< "$line") ;;
    *" content publish "*) line=$(sed -E "s/content--[0-9a-f-]{36}/$(vigie content add --title public --body bulletin.txt --tlp CLEAR --pap CLEAR --json | grep -oE 'content--[0-9a-f-]{36}' | head -1)/" <<< "$line")
      vigie --as lynn content review "$(grep -oE 'content--[0-9a-f-]{36}' <<< "$line")" --approve ;;
    *" evaluate open "*) survey planned ;;
    *" evaluate token "* | *" evaluate close "* | *" evaluate attach "*) survey ;;
    *" evaluate answer "* | *" evaluate questions "*) survey; line=${line/7KQ2…/$(vigie evaluate token "$evaluation" --group referents --json | grep -oE '"token":"[^"]*"' | cut -d'"' -f4 | head -1)} ;;
    *" incident intake "* | *" org add "* | *" referent add "*) fresh ;;
    *" org dismiss "*) vigie org invite "Menuiserie du Golfe" --name Léa --login lea.legoff ;;
    *" qualify answer "* | *" qualify decide "* | *" qualify ask "*) line=$(sed -E "s/qualification--[0-9a-f-]{36}/$(request)/" <<< "$line") ;;
    *" qualify confirm "*) line=$(sed -E "s/qualification--[0-9a-f-]{36}/$(request)/" <<< "$line"); vigie qualify decide "$(grep -oE 'qualification--[0-9a-f-]{36}' <<< "$line")" --verdict malicious ;;
    *" watch add https://www.cert"*) vigie watch drop https://www.cert.ssi.gouv.fr/feed/ ;;
  esac > /dev/null 2>&1
}
lines() { # every example, with the language that gives it
  local name words lang
  for name in $(sed -n 's/^COMMAND(\(.*\))$/\1/p' "$SOURCE/src/cli/commands.def"); do
    words=$(sed 's/_/ /; s/_/-/g' <<< "$name")
    for lang in en fr; do
      # shellcheck disable=SC2086
      vigie --lang $lang $words --help | sed -n '/^Exempl\|^Example/,$s/^  \(vigie .*\)$/\1/p' > "$d/one"
      [ -s "$d/one" ] || echo "no example: $words ($lang)" >> "$d/wrong"
      sed "s/^/$lang /" "$d/one"
    done
  done
  sed -n 's/^    \$ \(.*vigie .*\)$/en \1/p' "$SOURCE/README.md" | grep -v 'init$'
}
: > wrong
lines | awk '{ lang = $1; sub(/^.. /, "") } !seen[$0]++ { print lang, $0 }' > examples
worked=0
while read -r lang line; do
  VIGIE_HOME=$d/h got=0
  [ $lang = en ] || VIGIE_HOME=$d/h.fr
  line=$(in_place "$line")
  case $line in
    *" fetch"*) VIGIE_HOME=$d/still; [ -d "$d/still" ] || vigie init --login "$(id -un)" > /dev/null ;; # one that follows nothing
    *"vigie serve"*) line="timeout -s TERM 4 $VIGIE ${line#vigie }" ;;
    *) before ;;
  esac
  eval "$line" > out 2> err < /dev/null || got=$?
  case $got in
    0 | 3) worked=$((worked + 1)) ;;
    1 | 124) ;;
    *) echo "status $got: $line: $(head -n 1 err)" >> wrong ;;
  esac
  [ $got != 1 ] || echo "$(head -n 1 err) <- $line" >> failed
done < examples
if [ -s wrong ]; then cat wrong; exit 1; fi
[ -z "${SHOW:-}" ] || cat failed
echo "$worked of $(wc -l < examples) examples did their work, the others lack what they name"
[ "$worked" -ge 260 ] || { cat failed; exit 1; }
