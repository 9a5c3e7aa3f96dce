#!/bin/bash
# A company looks for a blind pack in its logs without reading it and hands its hits back; the police finds the values on the page of the convention. A file
# without hits, one of another convention and none at all are answered in words.
set -eu
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill $pid 2> /dev/null || true; rm -rf "$dir"' EXIT
unset VIGIE_HOME
v() { "$VIGIE" --quiet --home "$dir/home" --lang en --as anne "$@"; }
says() { sed 's/<wbr>//g' "$dir/page" | grep -F -- "$1" > /dev/null || { echo "the page lacks: $1"; sed 's/<[^>]*>/ /g' "$dir/page" | tr -s ' \n' | head -60; exit 1; }; }
"$VIGIE" --home "$dir/home" init --login anne | grep -oE '[a-z0-9]{20}$' > "$dir/pw"
for who in Ried Autre; do
  v org add --name $who --kind company --department 67 > /dev/null
  v convention add --partner $who --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER $([ $who = Ried ] || echo --purpose prevention --purpose investigation) > /dev/null
done
printf 'type,value,tlp\ndomain-name,zzqx-relay.net,GREEN\nfile-name,zzqx-loader.exe,GREEN\nmutex,Global\\zzqx,GREEN\nbtc,1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa,GREEN\nwindows-registry-key,HKLM\\Software\\zzqx\\Run,GREEN\n' > "$dir/list.csv"
v intel import "$dir/list.csv" --source Feed > /dev/null
v intel pack --to Ried --blind "$dir/ried.key" -o "$dir/ried.pack" > /dev/null
v intel pack --to Autre --blind "$dir/autre.key" -o "$dir/autre.pack" > /dev/null
if grep -a 'zzqx\|1A1zP1' "$dir/ried.pack" > /dev/null; then echo "a value can be read in a blind pack"; exit 1; fi

# at the company: no instance, no list
printf 'GET http://www.zzqx-relay.net/x\nC:\\Temp\\ZZQX-loader.exe zzqx-loader.exe.bak\n"Global\\\\zzqx"\npay 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa now\nhklm\\SOFTWARE\\zzqx\\run\nzzqx-relay.net again\n' > "$dir/log"
env -u VIGIE_HOME HOME="$dir/nobody" "$VIGIE" --quiet --json match --pack "$dir/ried.pack" --key "$dir/ried.key" "$dir/log" > "$dir/hits.jsonl"
[ "$(wc -l < "$dir/hits.jsonl")" = 6 ]
"$VIGIE" --quiet --json match --pack "$dir/autre.pack" --key "$dir/autre.key" "$dir/log" > "$dir/other.jsonl"

# at the police: on the page
"$VIGIE" --home "$dir/home" serve --listen 127.0.0.1:0 --json > "$dir/out" & pid=$!
for _ in $(seq 100); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
get() { curl -sk -b "$dir/jar" -b lang=en "$at$1"; }
[ "$(curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' --data-urlencode login=anne --data-urlencode "password=$(cat "$dir/pw")" "$at/login")" = 303 ]
get /conventions > "$dir/page"
page=$(grep -o '/conventions/[a-z]*--[0-9a-f-]*">Ried' "$dir/page" | head -n 1 | cut -d'"' -f1)
get "$page" > "$dir/page"; says "Hits of a blind pack"
# The purposes of a convention stand in words, in both languages.
autre=$(get /conventions | grep -o '/conventions/[a-z]*--[0-9a-f-]*">Autre' | head -n 1 | cut -d'"' -f1)
get "$autre" > "$dir/page"; says "prevention, investigation"
curl -sk -b "$dir/jar" -b lang=fr "$at$autre" > "$dir/page"; says "prévention, enquête"
get "$page" > "$dir/page"
csrf=$(sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' "$dir/page" | head -1)
upload() { curl -sk -b "$dir/jar" -b lang=en -o "$dir/page" -w '%{http_code}' -F "csrf=$csrf" -F "$1" "$at$page"; }
[ "$(upload "file=@$dir/hits.jsonl")" = 200 ]
for value in zzqx-relay.net zzqx-loader.exe 'Global\zzqx' 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 'HKLM\Software\zzqx\Run' Feed 'handed back by Ried'; do says "$value"; done
[ "$(upload "file=@$dir/other.jsonl")" = 200 ]; says "No value of the instance"; says "5 names are of no value"
[ "$(upload "file=@$dir/log")" = 422 ]; says "no hit of a blind pack"
[ "$(upload "file=;filename=")" = 422 ]
