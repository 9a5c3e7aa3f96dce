#!/bin/bash
# Lists that grow with the instance show so many rows and say that there are more; --limit gives others, 0 all.
set -eu
home=$(mktemp -d)/h
trap 'rm -rf "${home%/h}"' EXIT
v() { "$VIGIE" --home "$home" --lang en --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
"$VIGIE" --home "$home" init --login anne > /dev/null
id() { sed 's/.*"id":"\([^"]*\)".*/\1/'; }
for n in 1 2 3; do
  v org add --name "Company $n" --department 35 --naf C --size PME > /dev/null
  incident=$(v --json incident add --org "Company $n" --kind fraud --summary "fraud $n" --happened "2024-0$n-01" --known "2024-0$n-01" --reported "2024-0$n-02" | id)
  frame=preliminary; [ "$n" != 2 ] || frame=prevention
  ref=$(v --json case open --incident "$incident" --frame $frame --offence CP313-1 | sed 's/.*"ref":"\([^"]*\)".*/\1/')
  v exhibit add --case "$ref" --description "disk $n" > /dev/null
  v action add --title "Talk $n" --kind talk --zone OUEST --at "2024-0$n-03" > /dev/null
done
rows() { v --json "$@" 2> "$home.err" | wc -l; }
said() { grep -q -- "$1" "$home.err" || fail "not said ($1): $(cat "$home.err")"; }
silent() { ! grep -q -- "--limit N gives" "$home.err" || fail "says there are more: $(cat "$home.err")"; }
while read -r all command; do
  # shellcheck disable=SC2086
  {
    [ "$(rows $command)" = "$all" ]; silent
    [ "$(rows $command --limit 0)" = "$all" ]; silent
    [ "$(rows $command --limit "$all")" = "$all" ]; silent
    [ "$(rows $command --limit 1)" = 1 ]; said "The first row only; --limit N gives N, --limit 0 all."
    v $command --limit 1 2> /dev/null > "$home.out"; [ "$(wc -l < "$home.out")" = 2 ] || fail "a heading and a row: $(cat "$home.out")"
    if v $command --limit -1 > /dev/null 2> "$home.err"; then fail "$command --limit -1"; fi; said limit
    v $command --help | grep -q -- '--limit 0: all' || fail "$command --help does not say it"
  }
done << 'LISTS'
4 org list
3 incident list
6 incident due
2 exhibit list --motive count
3 case list
3 action list
LISTS
# The last come first; a list of one regime fills its rows with that regime, and counts what it kept out.
v --json incident list --limit 1 2> /dev/null | grep -q '"summary":null.*"reported":"2024-03-02' || fail "the last reported comes first"
[ "$(rows incident list --regime prevention --limit 1)" = 1 ]; silent; said "2 rows are of the other regime"
v --json action list --limit 1 2> /dev/null | grep -q '"title":"Talk 3"' || fail "the last action comes first"
v --json incident list --regime prevention --limit 1 2> /dev/null | grep -q '"summary":"fraud 2"'
v --json incident list --regime investigation --motive m --limit 1 2> "$home.err" | grep -q '"summary":"fraud 3"'; said "1 row"; said "The first row only"
v --json exhibit list --motive m --limit 1 2> "$home.err" | grep -q '"description":"disk 3"'; said "1 row"
v --json exhibit list --regime prevention 2> "$home.err" | grep -q '"description":"disk 2"'; said "2 rows are of the other regime"
