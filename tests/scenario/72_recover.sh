#!/bin/bash
# Small groups of a survey, attacked: whoever has all that is published of it (totals, cells of the declared breakdown, the map of issues) and solves for the rest
# finds no hidden group, nor the few who answered one question of an issue alone. Seven groups, people who leave questions out, several breakdowns.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
fail() { echo "$*" >&2; exit 1; }
# The attacker can do it: where one hidden cell is left beside its total, it follows; two that share it do not.
cell() { printf '{"group":"%s","zone":"","hidden":%s,"n":%s,"mean":%s}' "$@"; }
sheet() { printf '{"threshold":5,"questions":[{"code":"a","hidden":false,"n":20,"mean":3,"cells":[%s]}]}' "$1"; }
sheet "$(cell g false 16 3.25),$(cell h true null null)" > "$d/leak"
sheet "$(cell g false 10 3.25),$(cell h true null null),$(cell i true null null)" > "$d/tight"
python3 "$here/recover.py" "$d/leak" | grep -q "('h', '')" || fail "the attacker sees nothing"
[ -z "$(python3 "$here/recover.py" "$d/tight")" ] || fail "the attacker sees what is not there"
q() { printf '{"code":"%s","fr":"%s","en":"%s"%s}' "$1" "$1" "$1" "${2:-}"; }
questions="$(q di ',"issue":"d","axis":"importance"'),$(q dp ',"issue":"d","axis":"performance"'),$(q ci ',"issue":"c","axis":"importance"'),$(q cp ',"issue":"c","axis":"performance"')"
questions="$questions,$(q load ',"for":["referents","hierarchy"]'),$(q file ',"for":["prosecutors","peers","partners"]'),$(q free)"
world() { # SEED BREAKDOWN GROUP[/ZONE]:PEOPLE...
  local seed=$1 by=$2 plan; shift 2
  v() { "$VIGIE" --quiet --home "$d/$seed" --lang en --json --as anne "$@"; }
  v init --login anne > /dev/null
  printf '{"title":"x","questions":[%s],"breakdown":"%s","rules":[{"name":"e","verdict":"extend"}]}' "$questions" "$by" > "$d/plan"
  plan=$(v evaluate plan "$d/plan" | sed 's/.*"id":"\([^"]*\)".*/\1/')
  v evaluate open "$plan"
  RANDOM=$seed
  for cell in "$@"; do
    local where=${cell%:*} n=${cell#*:} for_group=()
    for_group=(--group "${where%/*}"); [ "$where" = "${where#*/}" ] || for_group+=(--zone "${where#*/}")
    for token in $(v evaluate token "$plan" "${for_group[@]}" --count "$n" | sed 's/.*"token":"\([^"]*\)".*/\1/'); do
      local answers=(free=$((RANDOM % 5 + 1))) asked="di dp ci cp"
      case $where in referents* | hierarchy*) asked="$asked load" ;; prosecutors* | peers* | partners*) asked="$asked file" ;; esac
      for code in $asked; do [ $((RANDOM % 6)) = 0 ] || answers+=("$code=$((RANDOM % 5 + 1))"); done
      v evaluate answer "$token" "${answers[@]}"
    done
  done
  v evaluate close "$plan"
  v evaluate report "$plan" --by "$by" > "$d/report.$seed"
  grep -q '"hidden":true' "$d/report.$seed" || fail "nothing is hidden in world $seed"
}
world 1 group referents:8 hierarchy:6 peers:11 helped:14 not-helped:9 prosecutors:3 partners:4
world 2 group referents:7 hierarchy:2 peers:5 helped:12 not-helped:6 prosecutors:6 partners:7
world 3 group,zone referents/EST:6 referents/OUEST:3 hierarchy/EST:5 hierarchy/OUEST:6 peers/EST:7 peers/OUEST:5 prosecutors/EST:1 prosecutors/OUEST:6 partners/EST:6 partners/OUEST:5
found=$(python3 "$here/recover.py" "$d"/report.*)
[ -z "$found" ] || fail "$found"
