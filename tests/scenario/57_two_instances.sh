#!/bin/bash
# Only the partner knows the subject. The question travels as a signed STIX file to the partner's instance and the answer back, each through
# the gate; with a second officer's confirmation the police's assessment says malicious because of the partner's piece; struck out, it is
# unknown again. Not with PAP:RED, not once the convention has ended, not with a wrong signature.
set -eu
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
police() { VIGIE_HOME=$d/police "$VIGIE" --quiet --lang en --json "$@"; }
lynx() { VIGIE_HOME=$d/lynx "$VIGIE" --quiet --lang en --json "$@"; }
fails() { if "$@" > /dev/null 2> "$d/err"; then echo "should fail: $*"; exit 1; fi; }
id() { sed 's/.*"id":"\(qualification--[0-9a-f-]*\)".*/\1/' | tail -1; }
VIGIE_HOME=$d/police "$VIGIE" --quiet init --login anne > /dev/null
VIGIE_HOME=$d/lynx "$VIGIE" --quiet init --login lynn > /dev/null
police --as anne org add --name Lynx --kind partner --department 75 > /dev/null
police --as anne convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER > /dev/null
police --as anne referent add --name Paul --zone OUEST --role referent --from 2020-01-01 --login paul > /dev/null
police --as anne qualify source Lynx --reliability B --why "three years" > /dev/null
lynx --as lynn org add --name D2A --kind authority --department 75 > /dev/null
lynx --as lynn convention add --partner D2A --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER > /dev/null
value=relais.zzqx-relay.net

# nobody at the police knows it
police --as anne qualify assess $value | grep '"verdict":"unknown"' > /dev/null
q=$(police --as anne qualify open --type domain --value $value --question "What is it?" --basis prevention --deadline 2099-01-01 | id)
police --as anne qualify due | grep . && { echo "nothing is due"; exit 1; }
status=0; VIGIE_NOW=2098-12-30T00:00:00Z police --as anne qualify due --exit-code > "$d/due" || status=$?
[ $status = 3 ]; grep "$q" "$d/due" > /dev/null
# PAP:RED never makes a query; the refusal names its rule and is in the ledger
fails police --as anne qualify ask "$q" --to Lynx -o "$d/no.json" --pap RED
grep 'share.rule.pap_red' "$d/err" > /dev/null; [ ! -e "$d/no.json" ]
red=$(police --as anne qualify open --type domain --value drei.zzqx-relay.net --pap RED | id)   # nor does the command line soften the request's own
fails police --as anne qualify ask "$red" --to Lynx -o "$d/no.json" --pap CLEAR
grep 'share.rule.pap_red' "$d/err" > /dev/null; [ ! -e "$d/no.json" ]
fails police --as anne qualify terms "$red" --to Lynx                  # an organisation is asked through the gate only
police --as anne ledger list | grep share.refused > /dev/null
pkey=$(police --as anne qualify ask "$q" --to Lynx -o "$d/q.json" --deadline 2099-01-01 | sed 's/.*"key":"\([0-9a-f]*\)".*/\1/')
police --as anne qualify show "$q" | grep '"state":"asked"' > /dev/null

# at the partner's: a wrong key and a changed bundle are refused, then the question is there
fails lynx --as lynn qualify receive "$d/q.json" --from D2A --trust "$(printf '0%.0s' $(seq 64))"
sed 's/relais/autres/' "$d/q.json" > "$d/forged.json"; cp "$d/q.json.sig" "$d/forged.json.sig"
fails lynx --as lynn qualify receive "$d/forged.json" --from D2A --trust "$pkey"
p=$(lynx --as lynn qualify receive "$d/q.json" --from D2A --trust "$pkey" | id)
fails lynx --as lynn qualify receive "$d/q.json" --from D2A --trust "$pkey"   # once only
lynx --as lynn qualify show "$p" | grep "\"value\":\"$value\"" | grep '"deadline":"2099-01-01T' > /dev/null   # the deadline travels too
fails lynx --as lynn qualify reply "$p" --to D2A -o "$d/a.json"               # nothing answered yet
lynx --as lynn qualify answer "$p" --verdict malicious --admiralty A2 --text "Relay of a loader, seen in three countries" > /dev/null
lkey=$(lynx --as lynn qualify reply "$p" --to D2A -o "$d/a.json" | sed 's/.*"key":"\([0-9a-f]*\)".*/\1/')

# back home: the answer, two officers, and the partner's piece in the reasons
police --as anne qualify receive "$d/a.json" --from Lynx --trust "$lkey" | grep '"kind":"answer"' > /dev/null
fails police --as anne qualify receive "$d/a.json" --from Lynx --trust "$lkey"     # the same file twice says it once
police --as anne qualify assess $value | grep '"verdict":"unknown"' > /dev/null  # not before somebody decides
police --as anne qualify decide "$q" --verdict malicious --motive "as Lynx" > /dev/null
fails police --as anne qualify confirm "$q"
police --as paul qualify confirm "$q" > /dev/null
police --as anne qualify show "$q" | grep '"state":"released"' | grep '"answers":\[{"from":"Lynx","verdict":"malicious","admiralty":"B2"' > /dev/null
police --as anne qualify turnaround | grep '"to":"Lynx","asked":1,"answered":1,"late":0' > /dev/null
police --as anne qualify turnaround --rows | grep '"to":"Lynx"' | grep "$q" > /dev/null
police --as anne qualify assess $value > "$d/verdict"
grep '"verdict":"malicious"' "$d/verdict" | grep 'Lynx answered malicious (B2), upheld by' > /dev/null
piece=$(grep -o 'answer:[0-9]*' "$d/verdict" | head -1)
police --as anne qualify strike "$q" --piece "$piece" --motive hearsay > /dev/null
police --as anne qualify assess $value | grep '"verdict":"unknown"' > /dev/null

# a convention that ends between the question and its answer
police --as anne org add --name Loutre --kind partner --department 75 > /dev/null
police --as anne convention add --partner Loutre --from 2020-01-01 --to 2090-01-01 > /dev/null
q2=$(police --as anne qualify open --type domain --value deux.zzqx-relay.net | id)
police --as anne qualify ask "$q2" --to Loutre -o "$d/q2.json" > /dev/null
p2=$(lynx --as lynn qualify receive "$d/q2.json" --from D2A --trust "$pkey" | id)
lynx --as lynn qualify answer "$p2" --verdict benign --admiralty A1 > /dev/null
lynx --as lynn qualify reply "$p2" --to D2A -o "$d/a2.json" > /dev/null
VIGIE_NOW=2095-01-01T00:00:00Z fails police --as anne qualify receive "$d/a2.json" --from Loutre --trust "$lkey"
grep 'share.rule.expired' "$d/err" > /dev/null
# an answer to what was never asked of this one
fails police --as anne qualify receive "$d/a2.json" --from Lynx --trust "$lkey"
# a thing that STIX has no object for travels too
q3=$(police --as anne qualify open --type mutex --value "it's\\a mutex" | id)
police --as anne qualify ask "$q3" --to Lynx -o "$d/q3.json" > /dev/null
# the key that vouched for the first letter is kept: another one is refused, and it need not be said again
fails lynx --as lynn qualify receive "$d/a2.json" --from D2A --trust "$lkey"
grep 'signs here with another key' "$d/err" > /dev/null
lynx --as lynn qualify receive "$d/q3.json" --from D2A > /dev/null
lynx --as lynn ledger list | grep share.key_kept > /dev/null
for home in police lynx; do VIGIE_HOME=$d/$home "$VIGIE" --json ledger verify | grep '"ok":true' > /dev/null; done
