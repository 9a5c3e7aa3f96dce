#!/bin/bash
# No command prints what an inquiry holds before a reason to read it is in the journal: every command that there is, asked by somebody who is not in charge
# of the case, first without a motive and then, those that read, with one. A new command that reads has to be added below, one that prints fails at once.
set -eu
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
export VIGIE_HOME=$d/i
v() { "$VIGIE" --quiet --lang en --json --as "${as-anne}" "$@"; }
fail() { echo "$*" >&2; exit 1; }
v init --login anne > /dev/null
v org add --name "Brasserie du Ried" --naf C --size PME --department 68 > /dev/null
v org add --name "Verrerie" --naf C --size PME --department 68 > /dev/null
(umask 077; echo twelve-letters > "$d/pw")
v referent add --name Rosa --zone EST --role investigator --from 2020-01-01 --login rosa --password-file "$d/pw" > /dev/null
v referent add --name Luc --zone OUEST --role investigator --from 2020-01-01 --login luc --password-file "$d/pw" > /dev/null
# Each text that a case may hold has a word of its own.
incident=$(v incident add --org "Brasserie du Ried" --kind ransomware --summary "zqsummary" --happened 2026-11-01 --known 2026-11-02 | jq -r .id)
ref=$(v case open --incident "$incident" --frame flagrance --offence CP323-1-1 | jq -r .ref)
exhibit=$(v exhibit add --case "$ref" --description "zqdisk" --seal zqseal | jq -r .ref)
act=$(v act plan --case "$ref" --kind search --place "zqplace" --object "zqobject" | jq -r .ref)
v case finding "$ref" --type observed --text "zqfinding at http://zq-relay.net/" > /dev/null
v case note "$ref" --text "zqnote" > /dev/null
v case party "$ref" --category victim --name "zqparty" > /dev/null
task=$(v task add --about "$ref" --what "zqtask" | jq -r .id)
request=$(v qualify open --type exhibit --value "$exhibit" --question "zqquestion" | jq -r .id)
other=$(v incident add --org Verrerie --kind ransomware --summary "zqother" --happened 2026-11-01 --known 2026-11-02 | jq -r .id)
v case open --incident "$other" --ref OTHER --frame preliminary --offence CP323-1-1 > /dev/null
v case finding OTHER --type observed --text "zqfinding at http://zq-relay.net/" > /dev/null
as=luc v case ask "$ref" --motive "zqasked" > /dev/null
mkdir "$d/medium"; echo x > "$d/medium/zqfile"
"$VIGIE" --quiet --as anne analyse "$d/medium" --case "$ref" --exhibit "$exhibit" > /dev/null
event=$(v event open --name wave --kind ransomware --since 2026-10-01 | jq -r .id); v event join "$event" --regime investigation --motive "joint desk" > /dev/null
secret="zq[a-z-]\+"

# The commands that read: name|words|what they show of it once there is a motive.
cat > "$d/reads" << END
act list||$ref/A1
act list|--case $ref|$ref/A1
act show|$act|zqplace
case access|$ref|zqasked
case document|$ref --kind summary --format txt -o $d/summary.txt|summary.txt
case elements|$ref|findings
case links||zq-relay.net
case links|$ref|zq-relay.net
case list|--search zqsummary|$ref
case notes|$ref|zqnote
case show|$ref|zqfinding
event show|$event --regime investigation|$incident
evaluate rows|incidents --from 2026-01-01 --regime investigation|$incident
exhibit list||zqdisk
exhibit show|$exhibit|zqdisk
incident document|$incident --kind sheet --format txt -o $d/sheet.txt|sheet.txt
incident list|--regime investigation|zqsummary
incident show|$incident|zqsummary
qualify show|$request|zqquestion
org show|Verrerie --regime investigation|zqother
task list|--about $ref|zqtask
task list|--regime investigation|zqtask
timeline||zqfile
timeline|--case $ref|zqfile
END
# Those that change it and show what it became: they ask first, and change nothing.
cat > "$d/changes" << END
act attend|$act --role occupant --name x
act authority|$act --by jld --ref 1
act cancel|$act --reason x
act plan|--case $ref --kind search --place x
act start|$act --quality opj
act end|$act --result x
act answer|$act --text x
exhibit move|$exhibit --what opened --reason x
incident clock|$incident CNIL72 --done
qualify open|--type exhibit --value $exhibit --question x
qualify answer|$request --from x --verdict benign --text x
qualify strike|$request --piece prior --motive x
qualify decide|$request --verdict benign --motive x
qualify confirm|$request
qualify terms|$request --basis prevention
END
looked() { v ledger list --act consult --count 1000 | wc -l; }
consults() { v ledger list --act consult --count "$1" | jq -r '"\(.actor) \(.body.motive)"'; }
rosa=$(v referent list | jq -r 'select(.name == "Rosa") | .person // .id' | head -1)
size() { v ledger verify | jq .size; }
before=$(looked)
hides() { # its directory is no part of it: mktemp chose the name
  sed "s,$d,,g" "$d/out" "$d/err" > "$d/seen"
  ! grep -qi "$secret" "$d/seen" || fail "$* prints $(grep -ohi "$secret" "$d/seen" | head -1) without a motive"
}

# Without one: refused, with what to do next.
while IFS='|' read -r command words _; do
  # shellcheck disable=SC2086
  if as=rosa v $command $words > "$d/out" 2> "$d/err"; then fail "$command $words: shown without a motive"; fi
  grep -q -- '--motive "..."' "$d/err" || fail "$command $words: $(cat "$d/err")"
  hides "$command" "$words"
done < "$d/reads"
size=$(size)
while IFS='|' read -r command words; do
  # shellcheck disable=SC2086
  if as=rosa v $command $words > "$d/out" 2> "$d/err"; then fail "$command $words: done without a motive"; fi
  grep -q "ledger consult $ref" "$d/err" || fail "$command $words: $(cat "$d/err")"
  hides "$command" "$words"
done < "$d/changes"
[ "$(size)" = "$size" ] || fail "something was changed"
# Every other command, with nothing where it lists, else with the case; the journal whole, without a body of an inquiry's.
"$VIGIE" --lang en --help --all | sed -n 's/^  \([a-z][a-z -]*[a-z]\)  .*/\1/p' | while read -r command; do
  case $command in demo | init | serve | worker) continue ;; esac
  ! cut -d'|' -f1 "$d/reads" "$d/changes" | grep -x "$command" > /dev/null || continue
  case $command in "ledger list") words="--count 1000" ;; *list | *due | *s | *erased) words= ;; incident*) words=$incident ;; *) words=$ref ;; esac
  # shellcheck disable=SC2086
  (as=rosa v $command $words) > "$d/out" 2> "$d/err" < /dev/null || true
  hides "$command" "$words"
done
[ "$(looked)" = "$before" ] || fail "something was told of who was refused"
[ ! -e "$d/summary.txt" ]; [ ! -e "$d/sheet.txt" ]

# With one: shown, and told before, with that motive, of who read.
n=0
while IFS='|' read -r command words shows; do
  n=$((n + 1))
  before=$(looked)
  # shellcheck disable=SC2086
  as=rosa v $command $words --motive "reason $n" > "$d/out" 2> "$d/err" || fail "$command $words: $(cat "$d/err")"
  grep -qF -- "$shows" "$d/out" || fail "$command $words shows no $shows: $(cat "$d/out")"
  [ "$(looked)" -gt "$before" ] || fail "$command $words: nothing in the journal"
  consults 1 | grep -q "^$rosa reason $n$" || fail "$command $words: $(consults 1), not $rosa reason $n"
done < "$d/reads"
grep -q zqfinding "$d/summary.txt"
# It holds: no second question in twelve hours, no second entry for the same; then it is asked again.
before=$(looked)
as=rosa v case show "$ref" > /dev/null; as=rosa v exhibit list > /dev/null
[ "$(looked)" = "$before" ] || fail "told twice"
as=rosa v exhibit list --regime prevention > "$d/out"; [ ! -s "$d/out" ]
as=rosa v act plan --case "$ref" --kind search --place here > /dev/null
later=$(date -u -d '+13 hours' +%FT%TZ)
if VIGIE_NOW=$later as=rosa v case show "$ref" > "$d/out" 2> "$d/err"; then fail "it holds for ever"; fi
if as=rosa v case show OTHER > "$d/out" 2> "$d/err"; then fail "the motive of one case opens another"; fi
VIGIE_NOW=$later as=rosa v ledger list --count 1000 2> "$d/err" | jq -c 'del(.body.with?)' > "$d/out"; hides "the journal" # with: what she looked for herself
jq -r '[.kind, .actor, .subject, (.body // "none" | tostring)] | join(" ")' "$d/out" | grep -q "^incident.added identity--.* $incident none$" || fail "the entry itself is no secret"
VIGIE_NOW=$later as=rosa v ledger list --count 1000 --motive " " > "$d/out" 2> "$d/err" && fail "a blank is no motive of the journal"
VIGIE_NOW=$later as=rosa v ledger list --count 1000 --motive "audit" > "$d/out"; grep -q '"summary":"zqsummary"' "$d/out"; grep -q zqquestion "$d/out"
consults 1 | grep -q "^$rosa audit$" || fail "$(consults 1), not $rosa audit"
as=rosa v ledger list --count 1000 --subject "$incident" | grep -q zqsummary || fail "the motive for the case holds for its journal"
if as=rosa v case show OTHER --motive " " > "$d/out" 2> "$d/err"; then fail "a blank is no motive"; fi
if as=rosa v exhibit list --regime prevention --motive x > "$d/out" 2> "$d/err"; then fail "prevention takes no motive"; fi
# A task of the case makes it one's own; so does having opened it: told once, not asked.
v task add --about OTHER --what "zqmine" --to Rosa > /dev/null
as=rosa v case show OTHER > /dev/null
consults 1 | grep -q "^$rosa in charge of the case$" || fail "$(consults 1)"
as=rosa v task list --mine > "$d/out"; grep -q zqmine "$d/out"
v ledger consult "$ref" --motive "by number" > /dev/null
v ledger list --act consult --count 1 | jq -r .subject | grep -q '^case--'
[ -n "$task" ]
v ledger verify | grep -q '"ok":true'
