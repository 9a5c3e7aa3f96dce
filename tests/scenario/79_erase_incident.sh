#!/bin/bash
# An incident that no case was opened about has its time too: three years after the last thing done, six when a complaint was made. It stands in the review
# queue, is erased with proof by an administrator, leaves no text in the store's files, and other laptops erase it at the next merge unless it went on there.
set -eu
. "$(dirname "$0")/merge.bash"
. <(grep '^id()' "$(dirname "$0")/79_merge_rest.sh")
export VIGIE_NOW=2016-03-01T10:00:00Z
for h in one two; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
export VIGIE_NOW=2016-03-02T10:00:00Z
on one merge trust two --key "$(key two)" 2>/dev/null; on two merge trust one --key "$(key one)" 2>/dev/null
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" 2>/dev/null; }
take() { on "$1" merge import "$dir/$2.events" >"$dir/out" 2>&1 || [ $? = 3 ] || { cat "$dir/out" >&2; fail "$1 does not take $2"; }; }
on one org add --name Lynx --siren 732829320 --department 35 --naf C >/dev/null
intake() { on one --json incident intake --org Lynx --kind ransomware --summary "$1" --contact "$2" --happened 2016-03-02T06:00:00Z --known 2016-03-02T08:00:00Z --again "another" ${3:+--complaint $3} | id incident; }
i=$(intake "quw01 files" quw02)
r=$(on one --json incident refer "$i" --to bank --reason quw03 | id referral)
on one incident outcome "$r" --text quw04 >/dev/null
on one incident clock "$i" CNIL72 --reopen --reason quw05 >/dev/null
on one intel sight quw08.example --org Lynx --report "$i" >/dev/null
on one incident document "$i" -o "$dir/pack.txt" >/dev/null 2>&1 || true
p=$(intake "a complaint was made" somebody yes)
h=$(intake "held back" somebody)
k=$(intake "went on at the other" somebody)
c=$(intake "became a case" somebody)
on one case open --incident "$c" --frame flagrance --offence CP323-2-1 >/dev/null
give one; take two one
words="$(echo quw01 quw02 quw03 quw04 quw05 quw08)"
gone() { for w in $words; do if grep -rqai "$w" "$dir/$1"/vigie.db*; then fail "$w is still on disk of $1"; fi; done; }
due() { on "$1" --json case due; }
export VIGIE_NOW=2019-03-01T10:00:00Z
lacks "$(due one)" "$i"
refused one case erase "$i" --motive early
has "$(cat "$dir/out")" 'not over'
export VIGIE_NOW=2019-03-03T10:00:00Z
seen=$(due one)
for x in "$i" "$h" "$k"; do has "$seen" "$x"; done
lacks "$seen" "$p"; lacks "$seen" "$c"
has "$seen" '"organisation":"Lynx","regime":"prevention"'
has "$(on one case due)" prevention
refused one case erase "$c" --motive x
has "$(cat "$dir/out")" 'it is the case that is erased'
on one ledger hold "$h" --until 2020-01-01T00:00:00Z --motive "a question of the CNIL" >/dev/null 2>&1
refused one case erase "$h" --motive x
on one referent add --name Jeanne --zone OUEST --role referent --login jeanne --from 2016-01-01 >/dev/null
if "$VIGIE" --home "$dir/one" --as jeanne case erase "$i" --motive x >"$dir/out" 2>&1; then fail "erased by a referent"; fi
on two incident refer "$k" --to csirt --reason "called again" >/dev/null
on one case erase "$i" --motive "time over" -o "$dir/proof.txt" >/dev/null
on one case erase "$k" --motive "time over" >/dev/null
gone one
grep -q 'Proof of erasure of an incident' "$dir/proof.txt"
has "$(on one --json case erased)" "$i"
refused one incident show "$i"
has "$(on one --json ledger list --act erase)" '"kind":"incident.erased"'
on one ledger verify >/dev/null
# An older file does not bring it back; the other laptop erases what did not go on there, and that once its time is over there too.
cp "$dir/one.events" "$dir/old.events"
give one; take two one
gone two
refused two incident show "$i"
on two incident show "$k" >/dev/null
take two old
refused two incident show "$i"
on two ledger verify >/dev/null
export VIGIE_NOW=2022-03-01T10:00:00Z
lacks "$(due two)" "$p"
export VIGIE_NOW=2022-03-04T10:00:00Z
has "$(due two)" "\"id\":\"$k\""
give two; on one merge import "$dir/two.events" >/dev/null 2>&1 || true
refused one incident show "$k"
give one; take two one
refused two incident show "$k"
# With a complaint: six years after the last thing done.
has "$(due two)" "\"id\":\"$p\",\"organisation\":\"Lynx\",\"regime\":\"investigation\""
# On the page: seen, then the id typed again.
password=$(on two --json referent password anne | sed 's/.*"password":"\([^"]*\)".*/\1/')
"$VIGIE" --home "$dir/two" serve --listen 127.0.0.1:0 --json >"$dir/at" & pid=$!
trap 'kill $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 100); do [ -s "$dir/at" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/at")
curl -sk -c "$dir/jar" -o /dev/null --data-urlencode login=anne --data-urlencode "password=$password" "$at/login"
page() { curl -sk -b "$dir/jar" "$at$1" | tr -d '\n'; }
has "$(page /effacement)" "/effacement/$p"
one=$(page "/effacement/$p")
has "$one" 'plainte déposée'
token=$(grep -o 'name="csrf" value="[^"]*"' <<<"$one" | head -n 1 | cut -d'"' -f4)
send() { curl -sk -b "$dir/jar" -e "$at/effacement/$p" --data-urlencode "csrf=$token" "$@" "$at/effacement/$p" | tr -d '\n'; }
has "$(send --data-urlencode what=erase --data-urlencode 'motive=échue')" 'name="number"'
send --data-urlencode what=confirm --data-urlencode 'motive=échue' --data-urlencode number=wrong >/dev/null
on two incident show "$p" >/dev/null
send --data-urlencode what=confirm --data-urlencode 'motive=échue' --data-urlencode "number=$p" >/dev/null
refused two incident show "$p"
has "$(page "/effacement/$p?preuve=txt")" 'effacement d’un signalement'
