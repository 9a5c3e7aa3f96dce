#!/bin/bash
# The demonstration runs to its end, twice into two homes, and its ledger is intact.
set -euo pipefail
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
"$VIGIE" --home "$home/a" --json demo > "$home/out"
[ "$(grep -c '"ok":true' "$home/out")" = "$(wc -l < "$home/out")" ] || { cat "$home/out"; exit 1; }
"$VIGIE" --home "$home/a" --json ledger verify | grep '"ok":true' > /dev/null
# both sources of a value stay asserted
[ "$("$VIGIE" --home "$home/a" --json intel show iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com | grep -c '"indicator":')" = 2 ]
"$VIGIE" --home "$home/a" --json intel show 9.9.9.9 | grep '"benign":"public-resolver"' > /dev/null
# the watch's story on top names the relay; the surge is warned of; the sheet joins both zones
"$VIGIE" --home "$home/a" --json watch show "$("$VIGIE" --home "$home/a" --json watch list --limit 1 | jq -r .id)" | grep vqx7dzrelais > /dev/null
[ "$("$VIGIE" --home "$home/a" --json anticipate list | jq -r .kind | sort | uniq -c | tr -s ' \n' ' ')" = " 2 coincidence 1 surge-week " ]
# two waves among nine other companies are two campaigns, whose links tell what is shared
"$VIGIE" --home "$home/a" --json anticipate links --regime both --motive "one wave?" > "$home/links"
[ "$(jq -s 'map(.campaign) | unique | length' "$home/links")" = 2 ] && grep 'depot-factures.hk3wzqlmur.com' "$home/links" > /dev/null || { cat "$home/links"; exit 1; }
grep '"analysis--.*"regime":"investigation"' "$home/links" > /dev/null
# what an analysis of an inquiry found joins nothing under prevention, and nobody brings both together without a motive
"$VIGIE" --home "$home/a" --json anticipate links > "$home/links"
[ "$(wc -l < "$home/links")" = 5 ] && ! grep analysis-- "$home/links" || { echo "the inquiry's analysis joins"; exit 1; }
! "$VIGIE" --home "$home/a" anticipate links --regime both > /dev/null 2>&1 || { echo "joined without a motive"; exit 1; }
"$VIGIE" --home "$home/a" --lang fr anticipate links > "$home/words" 2> /dev/null
grep 'poids [0-9]*,[0-9][0-9],' "$home/words" > /dev/null; ! grep '[0-9]\.[0-9][0-9]  *[a-z]\|poids [0-9]*\.' "$home/words" || { echo "a decimal point in French"; exit 1; }
# what an analysis found is told to whoever may see its case
seen() { "$VIGIE" --home "$home/a" --json --as "$1" anticipate links; for w in $("$VIGIE" --home "$home/a" --json anticipate list | jq -r .id); do "$VIGIE" --home "$home/a" --json --as "$1" anticipate show "$w"; done; }
seen legoff | grep '"analysis--' > /dev/null
! seen schmitt | grep '"analysis--' || { echo "the West's analysis in the East"; exit 1; }
"$VIGIE" --home "$home/a" --json event show "$("$VIGIE" --home "$home/a" --json event list | jq -r .id)" | grep '"total":{"incidents":2' > /dev/null
# people read words, not codes; who looks at what inquiries hold has said why
"$VIGIE" --home "$home/a" exhibit list --motive "which words" > /dev/null
for list in incident org referent action exercise evaluate obstacle qualify event convention content exhibit act case; do
  "$VIGIE" --home "$home/a" --lang fr $list list > "$home/words"
  [ "$(wc -l < "$home/words")" -ge "$([ $list = qualify ] && echo 1 || echo 2)" ] || { echo "$list list: nothing"; exit 1; }
  ! grep -wE 'ransomware|intrusion .*unknown|company|partner|authority|referent|analyst|visit|done|planned|group|human|released|malicious|both|published|draft|closed|open' "$home/words" || { echo "$list list: a code"; exit 1; }
done
# What is shown of one thing, and counted, is in words too.
first() { "$VIGIE" --home "$home/a" --json "$1" list | head -n 1 | jq -r .id; }
words() {
  "$VIGIE" --home "$home/a" --lang fr "$@" > "$home/words" 2> "$home/err" || { echo "$*: $(cat "$home/err")"; exit 1; }
  [ "$(wc -l < "$home/words")" -ge 2 ] || { echo "$*: nothing"; exit 1; }
  ! grep -E 'share\.rule|domain-name|ipv4-addr|malicious|1 indicateurs|[0-9]\.[0-9] ;|journal\.consulted|case\.opened' "$home/words" || { echo "$*: a code"; exit 1; }
}
words action reach; grep -F '[0,0 ; ' "$home/words" > /dev/null
words convention show "$(first convention)"; grep 'permis par la convention' "$home/words" > /dev/null
words qualify show "$(first qualify)"; grep -E 'malveillant +\[verdict' "$home/words" > /dev/null
words watch show "$(first watch)"; grep 'adresse IPv4' "$home/words" > /dev/null
words event show "$(first event)"
words ledger list --count 100
words intel list
words anticipate links --regime both --motive "which words"
status=0; "$VIGIE" --home "$home/a" demo > /dev/null 2>&1 || status=$?
[ $status = 1 ]
"$VIGIE" --home "$home/b" --lang en demo > /dev/null
