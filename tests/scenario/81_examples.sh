#!/bin/bash
# Every example that --help (hence the manual) and the README give is a command that can be typed: it parses, and where what it names is there it works.
# Run on a copy of the demonstration, with ids and files of it in place of the invented ones; nothing goes to the network.
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
vigie incident refer "$incident" --to bank --reason rappel > /dev/null
vigie event open --name "Vague" --kind ransomware --since 2017-05-12T07:00:00Z > /dev/null
vigie referent add --name Lynn --zone EST --role analyst --login lynn > /dev/null
vigie action add --title visite --org "Menuiserie du Golfe" --referent legoff --at 2099-03-02T09:00:00Z > /dev/null 2>&1
mkdir -p build rules regles demo; ln -s "$DEMO" build/demo; ln -s "$SOURCE/demo/bad" demo/bad; ln -s "$DEMO/evaluation" demo/evaluation
cp "$DEMO"/rules/*.yar rules/; cp "$DEMO"/rules/*.yar regles/
printf 'a.example.org\n' > new.txt; cp new.txt nouvelles.txt
for f in report.pdf rapport.pdf mail.eml courriel.eml report.doc rapport.doc invoice.exe facture.exe facture.pdf.exe journaux.zip proxy.log.gz; do seq 1 400 | sha256sum > "$f"; cat "$DEMO"/logs/proxy-est >> "$f" 2> /dev/null; done
for f in bulletin.txt; do echo "Prévenez votre référent." > $f; done
echo 'organisation,email' > addresses.csv; cp addresses.csv adresses.csv
echo long-enough-password > lynx.pass; chmod 600 lynx.pass
vigie intel pack -o vigie.pack > /dev/null 2>&1; cp vigie.pack zone.pack
# the first id of a kind that the instance holds
id() {
  case $1 in
    case) json case list ;; action) json action list ;; diagnosis) json diagnose list ;; qualification) json qualify list ;; warning) json anticipate list ;;
    evaluation) json evaluate list ;; event) json event list ;; obstacle) json obstacle list ;; content) json content list ;; convention) json convention list ;;
    story) json watch list --days 36500 ;; task) json task list --all ;; finding) json case show 2026-OUE-0001 ;; incident) json incident list ;; referral) json incident show "$incident" ;;
  esac | grep -oE -- "$1--[0-9a-f-]{36}" | head -1
}
in_place() { # in_place LINE: its invented ids, and nothing of this machine
  local line=$1 kind known
  for kind in $(grep -oE '[a-z][a-z-]*--(…|0190a7c4-0000-7000-8000-000000000000)' <<< "$line" | sed 's/--.*//' | sort -u); do
    known=$(id "$kind")
    [ -z "$known" ] || line=$(sed -E "s/$kind--(…|0190a7c4-0000-7000-8000-000000000000)/$known/g" <<< "$line")
  done
  sed "s|/dev/sdb|$d/nothing|; s|/mnt/copies|$d|g; s|/srv/vigie|$d/srv|; s|/tmp/trial|$d/trial|; s|/tmp/essai|$d/essai|g; s|:8443|:0|; s|/var/log|$d/rules|" <<< "$line"
}
lines() { # every example, once
  local name words lang
  for name in $(sed -n 's/^COMMAND(\(.*\))$/\1/p' "$SOURCE/src/cli/commands.def"); do
    words=$(sed 's/_/ /; s/_/-/g' <<< "$name")
    for lang in en fr; do
      # shellcheck disable=SC2086
      vigie --lang $lang $words --help | sed -n '/^Exempl\|^Example/,$s/^  \(vigie .*\)$/\1/p' > "$d/one"
      [ -s "$d/one" ] || echo "no example: $words ($lang)" >> "$d/wrong"
      cat "$d/one"
    done
  done
  sed -n 's/^    \$ \(.*vigie .*\)$/\1/p' "$SOURCE/README.md" | grep -v 'init$'
}
: > wrong
lines | awk '!seen[$0]++' > examples
worked=0
while IFS= read -r line; do
  line=$(in_place "$line") got=0
  case $line in
    *" fetch"*) VIGIE_HOME=$d/still; [ -d "$d/still" ] || vigie init --login "$(id -un)" > /dev/null ;; # one that follows nothing
    *"vigie serve"*) line="timeout -s TERM 4 $VIGIE ${line#vigie }" ;;
    *) VIGIE_HOME=$d/h ;;
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
[ "$worked" -ge 130 ] || { cat failed; exit 1; }
