#!/bin/bash
# Bad input: one clear line, the right exit status, the good objects kept, nothing half-written.
set -euo pipefail
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
v() { "$VIGIE" --home "$home/i" --lang en --as tester "$@"; }
status() { local want=$1; shift; local got=0; "$@" > "$home/out" 2> "$home/err" || got=$?; [ $got = "$want" ] || { echo "status $got, not $want: $*"; cat "$home/out" "$home/err"; exit 1; }; }
says() { grep -qF -- "$1" "$home/err" || { echo "stderr lacks: $1"; cat "$home/err"; exit 1; }; }
counts() { grep -qF -- "$1" "$home/out" || { echo "stdout lacks: $1"; cat "$home/out"; exit 1; }; }
status 0 "$VIGIE" --home "$home/i" --lang en init --login tester
status 1 "$VIGIE" --home "$home/i" --lang en init --login tester; says "is an instance already"
bad=$SOURCE/demo/bad
status 3 v intel import "$bad/broken-json.json" --json;      counts '"added":4'; counts '"rejected":1'; says "broken-json.json, byte "
status 3 v intel import "$bad/object-without-id.json" --json; counts '"added":0'; counts '"rejected":1'; says 'indicator object without an `id`'
status 3 v intel import "$bad/cut-json.json" --json;         counts '"rejected":1'; says "cut short"
status 1 v intel import "$bad/wrong-columns.csv";            says "the first line must name the columns"
printf "Hello team\nwe saw it in the logs\n" > "$home/prose.txt"
status 3 v intel import "$home/prose.txt";                  counts "2 read, 0 added, 0 updated, 2 rejected"; says "prose is read as a report: --as report"
status 3 v intel import "$bad/wrong-rows.csv" --json;        counts '"added":3'; counts '"rejected":3'; says "line 3"; says "line 5"
status 1 v intel import "$home/nothing.json";                says "cannot open"
status 1 v intel import "$bad/not-a-disk.img" --as stix;     says "JSON"
status 2 v intel import --wrong;                             says "unknown option: --wrong"
status 2 v nonsense;                                         says "unknown command: nonsense"
status 2 v ledger;                                           says "needs a sub-command"
status 1 v org add --name X --siren 123456789;               says "bad SIREN"
status 1 v org add --name X --department 99;                 says "unknown department: 99"
status 1 v --as nobody org add --name X;                     says 'no account `nobody`'
# every command refuses an option that it does not know, and a command line that means nothing, with a word about it
"$VIGIE" --lang en --help --all | sed -n 's/^  \([a-z][a-z -]*[a-z]\)  .*/\1/p' > "$home/commands"
[ "$(wc -l < "$home/commands")" -gt 200 ]
while read -r command; do
  status 2 v $command --no-such-option < /dev/null; says "unknown option: --no-such-option"
  got=0; v $command a b c d e f g < /dev/null > "$home/out" 2> "$home/err" || got=$?
  case $got in 1 | 2) [ -s "$home/err" ] ;; 3) [ -s "$home/out" ] ;; *) false ;; esac || { echo "status $got: $command a b c d e f g"; cat "$home/out" "$home/err"; exit 1; }
done < "$home/commands"
# what a person writes enters the records whole or not at all: each text of each writing command in turn is 5,000 bytes, and none is kept in part
long=$(head -c 5000 /dev/zero | tr '\0' W); n=0
v org add --name Scierie --department 35 > /dev/null
in=$(v --json incident add --org Scierie --kind phishing --summary x --happened 2026-01-05T08:00:00Z --known 2026-01-05T09:00:00Z | jq -r .id)
ev=$(v --json event open --name Vague | jq -r .id)
case=$(v --json case open --incident "$in" --frame flagrance --offence CP323-2-1 | jq -r .ref)
exhibit=$(v --json exhibit add --case "$case" --description x --seal S1 | jq -r .ref)
echo words > "$home/words"
while read -r line; do
  read -ra words <<< "$line"
  for i in "${!words[@]}"; do
    [[ ${words[i]} == W ]] || continue
    n=$((n + 1)); tried=("${words[@]}"); tried[i]=$long
    for j in "${!tried[@]}"; do [[ ${tried[j]} != W ]] || tried[j]=w$n; done
    got=0; v "${tried[@]}" > /dev/null 2> "$home/err" || got=$?
    [ $got = 0 ] || grep -q '^vigie.*:' "$home/err" || { echo "status $got: $line"; cat "$home/err"; exit 1; }
  done
done << END
org add --name W --department 35
org add --name x --siren W
org invite Scierie --name W --login W
referent add --name W --login W --skills W
referent mandate tester --role reservist --charter W
referent capacity tester --requests 3 --skills W
incident add --org Scierie --kind phishing --summary W --happened 2026-01-05T08:00:00Z --known 2026-01-05T09:00:00Z
incident intake --org Scierie --summary W --contact W --again again
incident intake --org W --department 35 --summary x
event open --name W --summary W
event message $ev --text W
event task $ev --title W --to W
event indicator $ev --value a.example.net --note W
case open --incident $in --frame flagrance --offence CP323-2-1 --ref W --again again
exhibit add --case $case --description W --medium W --serial W --seal W
act plan --case $case --kind search --place W --object W --to W --article W
task add --about $case --what W --to W
obstacle add --family legal --title W --owner W
action add --title W --place W --for W --at 2026-11-20
content add --title W --body $home/words
exercise add --org Scierie --name W --scenario W --group all:10:1:0:1
ledger hold $in --until 2036-01-01 --motive W
ledger consult $in --motive W
ledger combine $case --with prevention --motive W
case note $case --text W
case party $case --category victim --name W --basis fact --detail W
incident refer $in --to 17cyber --reason W
incident clock $in CNIL72 --not-applicable --reason W
zone contact OUEST W
org contact Scierie --name W --duty W --email W --phone W --agreed
org address Scierie --lines W
watch add https://a.example.net/feed --title W
watch add https://b.example.net/feed --category W
exhibit move $exhibit --what opened --place W --reason W
event shift $ev --to tester --notes W
event close $ev --lesson W
case state $case --to closed --reason W --recipient W
referent conflict tester --org Scierie --reason W
END
[ $n -gt 40 ]
cut=$(sqlite3 "$home/i/vigie.db" .dump | { grep -aoE 'W{7,}' || true; } | awk 'length($0) < 5000' | sort | uniq -c)
[ -z "$cut" ] || { echo "kept in part: $cut"; exit 1; }
# what could not be written is no success
for words in "--json zone list" "zone list" "--json offence list" "--help"; do
  got=0; v $words > /dev/full 2> "$home/err" || got=$?
  [ $got = 1 ] || { echo "status $got into a full disk: $words"; exit 1; }
  says "cannot write stdout (No space left on device)"
done
status 0 v ledger verify
# an instance of a newer version
sed -i 's/"version":1/"version":2/' "$home/i/vigie.json"
status 1 v zone list; says "made by a newer Vigie"
sed -i 's/"version":2/"version":1/' "$home/i/vigie.json"
chmod 644 "$home/i/key"; status 1 v zone list; says "chmod 600"
