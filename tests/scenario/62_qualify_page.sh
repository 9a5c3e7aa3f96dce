#!/bin/bash
# Qualification without the command line, on the pages of two instances: a file is sent up, weighed and not kept; a question to a partner is
# refused when PAP:RED, with the rule named; sent, taken in by the partner, answered, and back; two officers decide; a piece is struck and the
# verdict moves.
set -eu
dir=$(mktemp -d); pids=
trap '[ -z "$pids" ] || kill $pids 2> /dev/null || true; rm -rf "$dir"' EXIT
unset VIGIE_HOME
v() { local home=$1; shift; "$VIGIE" --quiet --home "$dir/$home" --lang en "$@"; }
says() { grep -F -- "$1" "$dir/page" > /dev/null || { echo "the page lacks: $1"; sed 's/<[^>]*>/ /g' "$dir/page" | tr -s ' \n' | head -60; exit 1; }; }
for i in police:anne lynx:lynn; do
  "$VIGIE" --home "$dir/${i%:*}" init --login "${i#*:}" | grep -oE '[a-z0-9]{20}$' > "$dir/${i#*:}.pw"
done
v police --as anne org add --name Lynx --kind partner --department 75 > /dev/null
v police --as anne convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER > /dev/null
v police --as anne qualify source Lynx --reliability B --why "three years" > /dev/null
(umask 077; echo second-pair-of-eyes > "$dir/paul.pw")
v police --as anne referent add --name Paul --zone OUEST --role referent --from 2020-01-01 --login paul --password-file "$dir/paul.pw" > /dev/null
v lynx --as lynn org add --name D2A --kind authority --department 75 > /dev/null
v lynx --as lynn convention add --partner D2A --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER > /dev/null
for home in police lynx; do
  "$VIGIE" --home "$dir/$home" serve --listen 127.0.0.1:0 --json > "$dir/$home.out" & pids="$pids $!"
  for _ in $(seq 100); do [ -s "$dir/$home.out" ] && break; sleep 0.1; done
  sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/$home.out" > "$dir/$home.at"
done
at() { case $1 in lynn) cat "$dir/lynx.at" ;; *) cat "$dir/police.at" ;; esac; }
get() { curl -sk -b "$dir/$1.jar" -b lang=en "${@:3}" "$(at "$1")$2"; }
for who in anne paul lynn; do
  [ "$(curl -sk -c "$dir/$who.jar" -o /dev/null -w '%{http_code}' --data-urlencode "login=$who" --data-urlencode "password=$(cat "$dir/$who.pw")" "$(at $who)/login")" = 303 ]
  get "$who" /qualification/nouvelle | sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' | head -1 > "$dir/$who.csrf"
done
# post WHO PATH FIELD=VALUE...: the status; the page that follows
post() {
  local who=$1 path=$2 f args=(); shift 2
  for f; do args+=(--data-urlencode "$f"); done
  curl -sk -b "$dir/$who.jar" -b lang=en -o "$dir/page" -w '%{http_code} %{redirect_url}' --data-urlencode "csrf=$(cat "$dir/$who.csrf")" "${args[@]}" "$(at "$who")$path"
}
upload() {
  local who=$1 path=$2 f args=(); shift 2
  for f; do args+=(-F "$f"); done
  curl -sk -b "$dir/$who.jar" -b lang=en -o "$dir/page" -w '%{http_code} %{redirect_url}' -F "csrf=$(cat "$dir/$who.csrf")" "${args[@]}" "$(at "$who")$path"
}

# a file: read in the cell, weighed, not kept
head -c 40000 "$VIGIE" | tail -c 30000 > "$dir/known.bin"
sum=$(sha256sum "$dir/known.bin" | cut -d' ' -f1)
printf 'type,value\nsha256,%s\n' "$sum" > "$dir/list.csv"
v police --as anne intel import "$dir/list.csv" --source Lynx > /dev/null
case $(upload anne /qualification/fichier "file=@$dir/known.bin;filename=facture <b>.bin") in 200*) ;; *) echo "no upload"; exit 1 ;; esac
says "$sum"; says "facture &lt;b&gt;.bin"; says "Lynx"; says "malicious"
# the store's YARA rules are looked for in the cell; one that does not compile is refused at the door, whatever carries it
printf '{"type":"indicator","spec_version":"2.1","id":"indicator--0190a7c4-0000-4000-8000-0000000000b0","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"zzqx_broken","pattern_type":"yara","pattern":"rule zzqx_broken { strings: $a = \\"x\\" condition: $b }","valid_from":"2026-01-01T00:00:00Z"}' > "$dir/broken.json"
printf 'rule zzqx_mark { strings: $a = "zzqx-mark-7" condition: $a }\n' > "$dir/mark.yar"
if v police --as anne intel import "$dir/broken.json" --source Nobody > /dev/null 2> "$dir/err"; then echo "a broken rule got in"; exit 1; fi
grep -q 'the YARA rule does not compile, line 1: undefined string' "$dir/err"
v police --as anne intel import "$dir/mark.yar" --source Lynx > /dev/null
echo "a letter with zzqx-mark-7 in it" > "$dir/marked.txt"
case $(upload anne /qualification/fichier "file=@$dir/marked.txt") in 200*) ;; *) echo "no upload"; exit 1 ;; esac
says "the YARA rule zzqx_mark of Lynx (reliability B) matches"
v police --json qualify file "$dir/marked.txt" | grep -q '"yara:zzqx_mark"\|zzqx_mark'
"$VIGIE" --home "$dir/police" --lang en --as anne intel withdraw --source Lynx --motive test 2>&1 | grep -q -- 'Lynx.* withdrawn.*--undo'
upload anne /qualification/fichier "file=@$dir/marked.txt" > /dev/null
! grep -q zzqx_mark "$dir/page" || { echo "a withdrawn source's rule matches"; exit 1; }
v police --as anne intel withdraw --source Lynx --undo --motive test > /dev/null
[ -z "$(ls "$dir/police/upload" 2> /dev/null)" ]
case $(upload anne /qualification/fichier "file=;filename=") in 422*) ;; *) echo "an empty upload passes"; exit 1 ;; esac

# the question: PAP:RED is refused by name, recorded; then it goes
value=relais.zzqx-relay.net
to=$(post anne /qualification/nouvelle type=domain-name value=$value "question=What is it?" asked_by=anne basis=prevention tlp=AMBER pap=RED | cut -d' ' -f2)
q=${to##*/}
case $(post anne "/qualification/$q" what=ask partner=Lynx purpose=prevention) in 403*) ;; *) echo "a refusal of the gate is no 403"; exit 1 ;; esac
says share.rule.pap_red
get anne "/qualification/$q" > "$dir/page"; says "withheld"
v police --as anne --json ledger list | grep share.refused > /dev/null
post anne "/qualification/$q" what=terms basis=prevention tlp=AMBER pap=AMBER > /dev/null
post anne "/qualification/$q" what=ask partner=Lynx purpose=prevention > /dev/null
says "TAXII"
carried() { # what the page gives to carry by hand, and the key
  grep -o 'download="[^"]*json" href="data:[^,]*,[^"]*"' "$dir/page" | sed 's/.*,//; s/"$//' | base64 -d > "$dir/$1.json"
  grep -o 'download="[^"]*sig" href="data:[^,]*,[^"]*"' "$dir/page" | sed 's/.*,//; s/"$//' | base64 -d > "$dir/$1.sig"
  sed 's/.*"key":"\([0-9a-f]*\)".*/\1/' "$dir/$1.sig" > "$dir/$1.key"
}
carried q
get anne "/qualification/$q" > "$dir/page"; says "given"

# at the partner's: the wrong key is refused, then taken in, answered, sent back
# the signature is a file beside it; the partner's key is a file too, the first time, and is kept
take() { printf '%s\n' "$4" > "$dir/key"; upload "$1" /qualification/recevoir "partner=$2" "file=@$dir/$3.json" "signature=@$dir/$3.sig" "key=@$dir/key"; }
take_known() { upload "$1" /qualification/recevoir "partner=$2" "file=@$dir/$3.json" "signature=@$dir/$3.sig" "key=;filename="; }
case $(take_known lynn D2A q) in 422*) ;; *) echo "no key, and it passes"; exit 1 ;; esac
says "no key of this partner is known"
case $(take lynn D2A q "$(printf '0%.0s' $(seq 64))") in 403*) ;; *) echo "a wrong key passes"; exit 1 ;; esac
says "is not by this key"
p=$(take lynn D2A q "$(cat "$dir/q.key")" | cut -d' ' -f2); p=${p##*/}
case $(post lynn "/qualification/$p" what=reply partner=D2A purpose=prevention) in 409*) ;; *) echo "nothing is answered yet"; exit 1 ;; esac
post lynn "/qualification/$p" what=answer from=lynn verdict=malicious admiralty=A2 "text=Relay of a loader" > /dev/null
post lynn "/qualification/$p" what=reply partner=D2A purpose=prevention > /dev/null
carried a
[ "$(take anne Lynx a "$(cat "$dir/a.key")" | cut -d' ' -f2)" = "$(at anne)/qualification/$q" ]

# two officers, then a piece is struck
post anne "/qualification/$q" what=decide decision=malicious "motive=as Lynx" > /dev/null
case $(post anne "/qualification/$q" what=confirm) in 403*) ;; *) echo "one pair of eyes suffices"; exit 1 ;; esac
case $(post paul "/qualification/$q" what=confirm) in 303*) ;; *) echo "not confirmed"; exit 1 ;; esac
v police --json --as anne qualify assess $value | grep '"verdict":"malicious"' | grep 'Lynx answered malicious' > /dev/null
piece=$(v police --json --as anne qualify show "$q" | grep -o 'answer:[0-9]*' | head -1)
case $(post anne "/qualification/$q" what=strike "piece=$piece" why=hearsay) in 303*) ;; *) echo "not struck"; exit 1 ;; esac
get anne "/qualification/$q" > "$dir/page"; says "unknown"; says "struck"
v police --json --as anne qualify assess $value | grep '"verdict":"unknown"' > /dev/null
for home in police lynx; do v $home --json ledger verify | grep '"ok":true' > /dev/null; done
