#!/bin/bash
# A pack for somebody else passes the release gate and names its recipient; one for oneself says so; dates are kept.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
export VIGIE_HOME=$home/i
"$VIGIE" --quiet init --login root > /dev/null
v() { "$VIGIE" --quiet --as root --json "$@"; }
v org add --name Lynx --kind partner --department 75 > /dev/null
v org add --name Loutre --kind company --department 68 > /dev/null
v convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER > /dev/null
cat > "$home/b.json" <<'J'
{"type":"bundle","id":"bundle--11111111-1111-4111-8111-111111111111","objects":[
{"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'a.zzqx-relay.net']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]},
{"type":"indicator","spec_version":"2.1","id":"indicator--22222222-2222-4222-8222-222222222222","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'b.zzqx-relay.net']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]}]}
J
v intel import "$home/b.json" --source Lynx > /dev/null
printf 'GET http://a.zzqx-relay.net/ \nGET http://b.zzqx-relay.net/ \n' > "$home/log"
hits() { "$VIGIE" --json match --pack "$1" "$home/log" | grep -o '"indicator":"[^"]*"' | sort | tr '\n' ' '; }

# Own use: everything, signed, marked.
"$VIGIE" --as root --lang en intel pack -o "$home/own.pack" > /dev/null 2> "$home/err"
grep 'own use.*TLP:RED' "$home/err" > /dev/null
[ "$(hits "$home/own.pack")" = '"indicator":"a.zzqx-relay.net" "indicator":"b.zzqx-relay.net" ' ]
grep -a '"own_use":true' "$home/own.pack" > /dev/null

# For the partner: what the convention allows, the refusal with its rule, all of it in the register.
"$VIGIE" --as root --lang en intel pack --to Lynx -o "$home/lynx.pack" > /dev/null 2> "$home/err"
grep 'indicator--2222.*share.rule.tlp_red' "$home/err" > /dev/null
[ "$(hits "$home/lynx.pack")" = '"indicator":"a.zzqx-relay.net" ' ]
grep -a '"recipient":"[a-z]*--.*"own_use":false' "$home/lynx.pack" > /dev/null
if grep -a 'b\.zzqx' "$home/lynx.pack" > /dev/null; then echo "a refused value is in the pack"; exit 1; fi
v ledger export > "$home/ledger" 2>/dev/null || true
v ledger verify | grep '"ok":true' > /dev/null

# Without a convention: nothing flows.
v intel pack --to Loutre -o "$home/loutre.pack" | grep '"indicators":{}' > /dev/null
[ -z "$(hits "$home/loutre.pack")" ]

# A pack past its date is refused with a clear line unless one insists; a date in the past is a usage error.
v intel pack --expires "$(date -u -d '+1 hour' +%FT%TZ)" -o "$home/short.pack" > /dev/null
later=$(date -u -d '+2 hours' +%FT%TZ)
status=0; VIGIE_NOW=$later "$VIGIE" --lang en match --pack "$home/short.pack" "$home/log" 2> "$home/err" || status=$?
[ $status = 1 ]; grep 'expired on' "$home/err" > /dev/null
VIGIE_NOW=$later "$VIGIE" match --allow-expired --count --pack "$home/short.pack" "$home/log" | grep '^2$' > /dev/null
status=0; v intel pack --expires 2001-01-01 -o "$home/past.pack" 2>/dev/null || status=$?
[ $status = 2 ]; [ ! -e "$home/past.pack" ]

# A blind pack passes the same gate; without its key it opens for nobody, with it the hits are those of the plain one; nothing of it can be read.
v intel pack --to Lynx --blind "$home/lynx.key" -o "$home/blind.pack" > /dev/null 2>&1
[ "$(stat -c %a "$home/lynx.key")" = 600 ]
if grep -a 'zzqx' "$home/blind.pack" > /dev/null; then echo "a value can be read in a blind pack"; exit 1; fi
status=0; "$VIGIE" --lang en match --pack "$home/blind.pack" "$home/log" 2> "$home/err" || status=$?
[ $status = 1 ]; grep -e '--key' "$home/err" > /dev/null
"$VIGIE" --json match --pack "$home/blind.pack" --key "$home/lynx.key" "$home/log" > "$home/out"
[ "$(wc -l < "$home/out")" = 1 ]; grep '"indicator":"blind:[0-9a-f]*","seen":"a.zzqx-relay.net"' "$home/out" > /dev/null
# Who made it finds the values again, from the store or from the list; a name that is no value's is counted.
v --json intel unblind --key "$home/lynx.key" - < "$home/out" > "$home/values"
[ "$(wc -l < "$home/values")" = 1 ]; grep '"blind":"blind:[0-9a-f]*","type":"domain-name","indicator":"[a-z.]*zzqx-relay.net"' "$home/values" > /dev/null
printf 'domain\t%s\ndomain\tother.example\n' "$(sed 's/.*"indicator":"\([^"]*\)".*/\1/' "$home/values")" > "$home/owners"
name=$(sed 's/.*"indicator":"\(blind:[0-9a-f]*\)".*/\1/' "$home/out")
status=0; env -u VIGIE_HOME HOME="$home/nobody" "$VIGIE" --lang en intel unblind --key "$home/lynx.key" --indicators "$home/owners" "$name" blind:0123456789abcdef > "$home/values" 2> "$home/err" || status=$?
[ $status = 3 ]; grep "$name  *domain-name  *.*zzqx-relay.net" "$home/values" > /dev/null; grep '1 name is of no value' "$home/err" > /dev/null
status=0; "$VIGIE" intel unblind --key "$home/lynx.key" --indicators "$home/owners" nothing > /dev/null 2>&1 || status=$?; [ $status = 2 ]
cp "$home/lynx.key" "$home/before"; v intel pack --to Lynx --blind "$home/lynx.key" -o "$home/blind2.pack" > /dev/null 2>&1; cmp "$home/before" "$home/lynx.key" # the convention's key
printf '%064d\n' 0 > "$home/other.key"
status=0; "$VIGIE" --lang en match --pack "$home/blind.pack" --key "$home/other.key" "$home/log" 2> "$home/err" || status=$?; [ $status = 1 ]
status=0; v intel pack --to Lynx --blind "$home/other.key" -o "$home/x.pack" > /dev/null 2>&1 || status=$?; [ $status = 1 ] && [ ! -e "$home/x.pack" ]
status=0; v intel pack --blind "$home/x.key" -o "$home/x.pack" > /dev/null 2>&1 || status=$?; [ $status = 2 ] && [ ! -e "$home/x.key" ]

# From a list always; from the store what any alert names (CVE, technique, AS number, CPE) only when asked for.
cd "$home"
printf 'type,value\nmac,00:1a:2b:3c:4d:5e\nphone,+33698765432\ncve,CVE-2021-44228\nattack-id,T1059.001\nasn,AS64499\n' > rare.csv
"$VIGIE" --quiet intel pack --indicators rare.csv -o rare.pack > /dev/null 2>&1
printf 'lease 001A.2B3C.4D5E\ncall 06.98.76.54.32 of 0698765432\nET (CVE-2021-44228)\ntags: attack.t1059.001\nAS64499\n' > rare.log
seen() { "$VIGIE" --quiet --json match --pack "$1" rare.log | sed 's/.*"line":\([0-9]*\),"type":"\([^"]*\)","indicator":"\([^"]*\)".*/\1 \2 \3/' | tr '\n' ';'; }
all='1 mac-addr 00:1a:2b:3c:4d:5e;2 phone-number +33698765432;2 phone-number +33698765432;3 cve CVE-2021-44228;4 attack-id T1059.001;5 autonomous-system AS64499;'
[ "$(seen rare.pack)" = "$all" ] || { seen rare.pack; exit 1; }
[ "$("$VIGIE" --quiet --json match --summary --pack rare.pack rare.log | grep -c phone)" = 1 ]
"$VIGIE" --quiet --home rare init > /dev/null; grep -v attack-id rare.csv > stored.csv # a technique is no value of the store
"$VIGIE" --quiet --home rare intel import --as csv stored.csv > /dev/null
"$VIGIE" --quiet --home rare intel pack -o some.pack > /dev/null 2>&1; [ "$(seen some.pack)" = "$(echo "$all" | sed 's/3 cve.*//')" ] || { seen some.pack; exit 1; }
"$VIGIE" --quiet --home rare intel pack --all-types -o all.pack > /dev/null 2>&1; [ "$(seen all.pack)" = "$(echo "$all" | sed 's/4 attack-id [^;]*;//')" ] || { seen all.pack; exit 1; }
