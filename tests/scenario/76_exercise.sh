#!/bin/bash
# Exercises of phishing: counts by group out of GoPhish's results, nothing of a person anywhere on disk, small groups never stored, before and after by
# exact tests.
set -eu
dir=$(mktemp -d); home=$dir/h; pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en "$@"; }
a() { v --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
refused() { if v "$@" >"$dir/out" 2>&1; then fail "accepted: $*"; fi; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
id() { sed 's/.*"id":"\(exercise--[^"]*\)".*/\1/'; }
v init --login anne >/dev/null
a org add --name Lynx --department 35 --naf C --size PME >/dev/null
a org add --name Other --department 35 --naf G --size PME >/dev/null
a referent add --name Jeanne --zone OUEST --login jeanne --from 2018-03-01 >/dev/null
# GoPhish's CSV: accounts 12 people (4 clicked, 1 of them gave data), workshop 10 (1 clicked), management 3, one message that went nowhere.
{
  echo 'id,status,ip,latitude,longitude,send_date,reported,modified_date,email,first_name,last_name,position'
  line() { for n in $(seq "$1"); do echo "id$2$n,$3,192.0.2.7,0,0,2026-03-02,$4,2026-03-02,zoe$2$n@lynx.example,Zoe$2$n,Quimper$2,$5"; done; }
  line 5 a 'Email Sent' false Accounts; line 3 b 'Email Opened' true Accounts; line 3 c 'Clicked Link' false Accounts
  line 1 d 'Submitted Data' false Accounts; line 9 e 'Email Sent' false Workshop; line 1 f 'Clicked Link' false Workshop
  line 3 g 'Submitted Data' false Management; line 1 h 'Error' false Accounts
} >"$dir/results.csv"
got=$(a --json exercise add --org Lynx --name parcel --at 2024-03-02T09:00:00Z --scenario "a parcel waits" --results "$dir/results.csv")
has "$got" '"undelivered":1,"aside":false,"sent":25,"opened":11,"clicked":8,"submitted":4,"reported":3'
has "$got" '{"group":"Accounts","sent":12,"opened":7,"clicked":4,"submitted":1,"reported":3'
# Management is 3: it is joined to the smallest other group, so that its number does not follow from the total.
has "$got" '{"group":"","sent":13,"opened":4,"clicked":4,"submitted":3,"reported":0'
case $got in *Management* | *Workshop*) fail "a small group shows: $got" ;; esac
e=$(echo "$got" | id)
# Nothing of a person is anywhere on disk: records, ledger, journals.
for word in zoe Quimper 192.0.2.7 idc1 Management lynx.example; do
  if grep -rqa "$word" "$home"; then fail "$word is kept"; fi
done
a ledger verify >/dev/null
# The campaign's JSON gives the same; another cut of the same exercise is refused.
awk -F, 'NR > 1 { printf "%s{\"status\":\"%s\",\"reported\":%s,\"email\":\"%s\",\"position\":\"%s\"}", (NR > 2) ? "," : "{\"name\":\"x\",\"results\":[", $2, $7, $9, $12 } END { print "]}" }' \
  "$dir/results.csv" >"$dir/results.json"
refused --as anne exercise add --org Lynx --name parcel --at 2024-03-02T09:00:00Z --results "$dir/results.json"
grep -q 'already' "$dir/out" || fail "$(cat "$dir/out")"
[ "$(a --json exercise add --org Other --name parcel --at 2024-03-02T09:00:00Z --results "$dir/results.json" | grep -o '"groups".*')" = "$(echo "$got" | grep -o '"groups".*')" ] || fail "JSON differs"
# Names in the column of groups are no groups; too few people are nothing to keep.
sed 's/Accounts/zoe@lynx.example/' "$dir/results.csv" >"$dir/names.csv"
has "$(a --json exercise add --org Lynx --name names --at 2024-04-02T09:00:00Z --results "$dir/names.csv")" '{"group":"","sent":15'
refused --as anne exercise add --org Lynx --name few --at 2024-04-03T09:00:00Z --group A:3:1:0:0:0 --group B:1:0:0:0:0
refused --as anne exercise add --org Lynx --name wrong --at 2024-04-03T09:00:00Z --group A:9:2:3:0:0
# Another cut of the same people, or all but one of them, under another name or of another day of the month: their difference would be a person.
refused --as anne exercise add --org Lynx --name "parcel by size" --at 2024-03-02T09:00:00Z --group Small:13:8:5:2:2 --group Large:12:3:3:2:1
grep -q 'within 30 days of this company’s exercise “parcel”' "$dir/out" || fail "$(cat "$dir/out")"
refused --as anne exercise add --org Lynx --name "all but Zoe" --at 2024-03-20T09:00:00Z --group All:24:11:7:3:3
refused --as anne exercise add --org Lynx --name "all but Zoe" --at 2024-02-20T09:00:00Z --group All:24:11:7:3:3
# All did the same: at least, so that nobody is told of for certain; files and groups together make one exercise.
alike=$(a --json exercise add --org Lynx --name alike --at 2024-06-03T09:00:00Z --group A:9:9:9:0:0 --group B:8:2:1:0:0 --results "$dir/results.json")
has "$alike" '"sent":42,"opened":20,"clicked":16,"submitted":4,"reported":3'
has "$alike" '{"group":"A","sent":9,"opened":7,"clicked":7,"submitted":0,"reported":0,"opened_most":9,"clicked_most":9,"submitted_most":0'
has "$(a exercise show "$(echo "$alike" | id)")" '≥ 7'
refused --as anne exercise add --org Lynx --name soon --at 2999-01-01T09:00:00Z --group A:9:2:1:0:0
sed 's/Clicked Link/Clicked/' "$dir/results.csv" >"$dir/odd.csv"
refused --as anne exercise add --org Lynx --name odd --at 2024-04-03T09:00:00Z --results "$dir/odd.csv"
grep -q 'row 10' "$dir/out" || fail "$(cat "$dir/out")"
refused --as anne exercise add --org Lynx --name none --results /dev/null
# Before and after: 8 of 25, then 2 of 40; the tables no likelier than that add up to 0.00518740.
a exercise add --org Lynx --name later --at 2024-09-02T09:00:00Z --group Accounts:20:5:1:0:9 --group Workshop:20:3:1:0:4 >/dev/null
effect=$(a --json exercise effect)
p=$(echo "$effect" | head -n 1 | sed 's/.*"exact_p":\([0-9.]*\).*/\1/')
awk -v p="$p" 'BEGIN { d = p - 0.0051874004; exit !(d < 1e-9 && d > -1e-9) }' || fail "p = $p"
has "$effect" '{"companies":1,"fell":1,"rose":0,"exact_p":1}'
has "$(a --json action reach --from 2024-01-01 | grep OUEST)" '"exercises":5,"exercised":157,"tested":2'
# Entered wrongly: taken back with a reason, it is out of the figures, its date is free, its counts are nowhere to be read, and the right ones come under its name.
l=$(a --json exercise list | grep '"later"' | id)
refused --as anne exercise cancel "$l"
grep -q 'needs a reason' "$dir/out" || fail "$(cat "$dir/out")"
refused --as anne exercise add --org Lynx --name near --at 2024-09-10T09:00:00Z --group All:30:5:1:0:9
has "$(a --json ledger list --count 1000 | grep "$l")" '"clicked":"2"'
a exercise cancel "$l" --reason "another company's file" 2>/dev/null
refused --as anne exercise cancel "$l" --reason again
grep -q 'taken back already' "$dir/out" || fail "$(cat "$dir/out")"
gone=$(a --json exercise show "$l")
has "$gone" "\"undelivered\":0,\"aside\":false,\"taken_back\":\"another company's file\",\"groups\":[]}"
has "$(a exercise show "$l")" "Counted by mistake and taken back: another company's file"
has "$(a exercise list | grep later)" 'taken back'
has "$(a --json exercise effect | head -n 1)" '"exercises":3'
has "$(a --json action reach --from 2024-01-01 | grep OUEST)" '"exercises":4,"exercised":117,"tested":2'
told=$(a --json ledger list --count 1000 | grep "$l")
has "$told" '"kind":"exercise.taken_back"'
has "$told" "another company's file"
case $told in *'"clicked"'*) fail "the ledger still says how many clicked: $told" ;; esac
a ledger verify >/dev/null
again=$(a --json exercise add --org Lynx --name later --at 2024-09-02T09:00:00Z --group All:39:7:2:0:13)
has "$again" '"aside":false,"sent":39,"opened":7,"clicked":2'
[ "$(echo "$again" | id)" = "$l" ] || fail "counted again under another id"
[ "$(a --json exercise list | grep -c '"later"')" = 1 ] || fail "both are listed"
a exercise cancel "$l" --reason twice 2>/dev/null
a exercise add --org Lynx --name near --at 2024-09-10T09:00:00Z --group All:30:5:1:0:9 >/dev/null
# The same on its page: without a reason the field is marked; then the page shows the reason, no count, and the way to the right one.
n=$(a --json exercise list | grep '"near"' | id)
password=$(a --json referent password anne | sed 's/.*"password":"\([^"]*\)".*/\1/')
"$VIGIE" --home "$home" --lang en serve --listen 127.0.0.1:0 --json >"$dir/served" & pid=$!
for _ in $(seq 100); do [ -s "$dir/served" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/served")
[ "$(curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' --data-urlencode login=anne --data-urlencode "password=$password" "$at/login")" = 303 ]
get() { curl -sk -b "$dir/jar" -o "$dir/page" -w '%{http_code}' "$@" "$at/exercices/$n"; }
[ "$(get)" = 200 ]
has "$(cat "$dir/page")" '?csv=groupes'
csrf=$(sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' "$dir/page" | head -1)
[ "$(get -d "csrf=$csrf" -d what=cancel -d reason=)" = 422 ]
grep -q 'id="f-reason"[^>]*aria-invalid' "$dir/page" || fail "the field that is wrong is not marked"
[ "$(get -d "csrf=$csrf" -d what=cancel -d reason=rehearsal)" = 303 ]
[ "$(get)" = 200 ]
has "$(cat "$dir/page")" rehearsal; has "$(cat "$dir/page")" '/exercices?org=Lynx'
case $(cat "$dir/page") in *'?csv=groupes'*) fail "counts are shown still" ;; esac
kill -TERM "$pid"; wait "$pid"; pid=
# A conflict of interest closes it here too.
a referent conflict jeanne --org Lynx --reason "former employer" >/dev/null
refused --as jeanne exercise show "$e"
case $(v --as jeanne --json exercise list) in *Lynx*) fail "listed in spite of a conflict" ;; esac
has "$(v --as jeanne --json exercise effect)" '{"companies":0'
