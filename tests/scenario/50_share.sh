#!/bin/bash
# Nothing leaves without a convention but what is public; every refusal names its rule; four eyes; all of it in the ledger.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
export VIGIE_HOME=$home/i
"$VIGIE" --quiet init --login root > /dev/null
v() { "$VIGIE" --quiet --as root --json "$@"; }
v org add --name Lynx --kind partner --department 75 > /dev/null
v org add --name Loutre --kind company --department 68 > /dev/null
status=0; v convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --purpose "$(printf "%0300d" 1)" --purpose "$(printf "%0300d" 2)" > /dev/null 2> "$home/err" || status=$?
[ $status = 2 ]; grep -q "511" "$home/err"; [ -z "$(v --json convention list)" ] # a list of purposes is kept whole or refused
v convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER > /dev/null
cat > "$home/b.json" <<'J'
{"type":"bundle","id":"bundle--11111111-1111-4111-8111-111111111111","objects":[
{"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'a.zzqx-relay.net']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]},
{"type":"indicator","spec_version":"2.1","id":"indicator--22222222-2222-4222-8222-222222222222","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'b.zzqx-relay.net']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]}]}
J
v intel import "$home/b.json" --source Lynx > /dev/null
v share publish --to Lynx -o "$home/lynx.json" > "$home/lynx.out"
v share publish --to Loutre -o "$home/loutre.json" > "$home/loutre.out"
grep -q 'indicator--1111.*"allowed":true,"rule":"share.rule.convention"' "$home/lynx.out"
grep -q 'indicator--2222.*"allowed":false,"rule":"share.rule.tlp_red"' "$home/lynx.out"
grep -q 'indicator--1111.*"allowed":false,"rule":"share.rule.no_convention"' "$home/loutre.out"
grep -q 'a.zzqx-relay.net' "$home/lynx.json"
if grep -q 'b.zzqx-relay.net' "$home/lynx.json"; then echo "should not be: line $LINENO"; exit 1; fi
if grep -q 'zzqx' "$home/loutre.json"; then echo "should not be: line $LINENO"; exit 1; fi
# People read refusals by reason, with how many and the first of them in words.
for i in 1 2 3 4 5; do printf '{"type":"malware","spec_version":"2.1","id":"malware--%s1111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"Zzqx %s","is_family":false,"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]}\n' $i $i; done > "$home/red.json"
v intel import "$home/red.json" --source Lynx > /dev/null
"$VIGIE" --lang fr --as root share publish --to Lynx --source Lynx -o "$home/lynx.json" > "$home/lynx.words" 2> /dev/null
grep -q '^6 objets refusés : .*\[share.rule.tlp_red\]' "$home/lynx.words"; grep -q '^  .*« Zzqx .* et 3 autres$' "$home/lynx.words"; [ "$(grep -c 'share.rule.tlp_red' "$home/lynx.words")" = 1 ]
"$VIGIE" --lang en --as root share publish --to Lynx --source Lynx 2> "$home/lynx.words" > /dev/null
grep -q '^vigie: 6 objects refused: \|^6 objects refused: ' "$home/lynx.words"
convention=$(v convention list | sed 's/.*"id":"\(convention--[0-9a-f-]*\)".*/\1/')
v convention show "$convention" | grep '"way":"give","purpose":"prevention","allowed":true,"rule":"share.rule.convention","objects":1' > /dev/null
# Another content of the same version is judged by its own marking, and a name that is marked more strictly stays, in lists and packs too.
sed -e 's/a\.zzqx/c.zzqx/; s/55d920b0-5e8b-4f79-9ee9-91f868d9b421/e828b379-4e03-4974-9ac4-e53a884c97c1/' "$home/b.json" > "$home/c.json"
sed -e 's/a\.zzqx/d.zzqx/; s/"indicator--1/"indicator--3/; s/"pattern":/"name":"unnameable","granular_markings":[{"marking_ref":"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1","selectors":["name"]}],&/' "$home/b.json" > "$home/d.json"
v intel import "$home/c.json" --source Loutre > /dev/null
v intel import "$home/d.json" --source Lynx > /dev/null
for form in stix csv misp; do
  v share publish --to Lynx --as $form -o "$home/lynx.$form" > /dev/null
  [ "$(grep -o '[a-z].zzqx-relay.net' "$home/lynx.$form" | sort -u | tr '\n' ' ')" = "a.zzqx-relay.net d.zzqx-relay.net " ] || { echo "$form: $(cat "$home/lynx.$form")"; exit 1; }
  if grep -q 'unnameable' "$home/lynx.$form"; then echo "should not be: line $LINENO"; exit 1; fi
done
v intel pack --to Lynx -o "$home/lynx.pack" | grep '"domain-name":2}' > /dev/null
# A source that marks the same version again, more strictly, is heard, until it is withdrawn; nobody else speaks for it.
sed 's/55d920b0-5e8b-4f79-9ee9-91f868d9b421/e828b379-4e03-4974-9ac4-e53a884c97c1/' "$home/d.json" > "$home/e.json"
v intel import "$home/e.json" --source Loutre > /dev/null
v share publish --to Lynx -o "$home/lynx.json" | grep 'indicator--3111.*"allowed":true' > /dev/null
v intel import "$home/e.json" --source Lynx > /dev/null
for form in stix csv misp; do
  v share publish --to Lynx --as $form -o "$home/lynx.$form" > "$home/lynx.out"
  grep -q 'indicator--3111.*"allowed":false,"rule":"share.rule.tlp_red"' "$home/lynx.out"
  if grep -q 'd.zzqx' "$home/lynx.$form"; then echo "should not be: line $LINENO"; exit 1; fi
done
id=$(v qualify open --type domain --value a.zzqx-relay.net | sed 's/.*"id":"\(qualification--[0-9a-f-]*\)".*/\1/')
v qualify decide "$id" --verdict malicious > /dev/null
if v qualify confirm "$id" > /dev/null 2>&1; then echo "should not be: line $LINENO"; exit 1; fi
v ledger verify | grep '"ok":true' > /dev/null
