#!/bin/bash
# Every act in every frame, as the table of rules says: what is forbidden is refused with the reason, nothing starts without its authority, only the
# authority of the table is taken, those who must attend are waited for. Nothing overrides it.
set -eu
dir=$(mktemp -d); home=$dir/h
trap 'rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang en --as anne "$@"; }
fail() { echo "$kind in $frame: $*" >&2; cat "$dir/e" >&2; exit 1; }
ok() { v "$@" > "$dir/o" 2> "$dir/e" || fail "refused: $*"; }
refused() { # refused WORDS COMMAND...
  local words=$1; shift
  ! v "$@" > "$dir/o" 2> "$dir/e" || fail "accepted: $*"
  grep -qF -- "$words" "$dir/e" || fail "not '$words'"
}
"$VIGIE" --home "$home" init --login anne > /dev/null
v org add --name Lynx --department 35 --naf C --size PME > /dev/null
incident=$(v --json incident add --org Lynx --kind ransomware --summary locked --happened 2024-03-02T07:00:00Z --known 2024-03-02T08:00:00Z | jq -r .id)
for frame in flagrance preliminary rogatory intelligence prevention; do
  v case open --incident "$incident" --ref "$frame" --frame "$frame" --offence CP323-2-1 --again "one case a frame" > /dev/null
done
v --json act rules > "$dir/rules"
[ "$(jq -r .frame "$dir/rules" | sort -u | wc -l)" = 5 ]
[ "$(jq -r .kind "$dir/rules" | sort -u | wc -l)" = 8 ]
[ "$(wc -l < "$dir/rules")" = 40 ]
forbidden=0 walked=0 n=0
while IFS=$'\t' read -r kind frame authority attendees; do
  n=$((n + 1))
  opening=$(jq -r "select(.kind == \"opening\" and .frame == \"$frame\") | .authority" "$dir/rules")
  seal=(--seal "S$n"); [ "$opening" != none ] || seal=() # where no seal may be opened, none is laid
  exhibit=$(v --json exhibit add --case "$frame" --description "medium $n" "${seal[@]}" | jq -r .ref)
  words=(--case "$frame" --kind "$kind" --place "10 rue X" --object "logs of March")
  case $kind in search | seizure) ;; requisition) words+=(--to "Host SAS") ;; *) words+=(--exhibit "$exhibit") ;; esac
  if [ "$authority" = none ]; then
    forbidden=$((forbidden + 1))
    refused "in the frame" act plan "${words[@]}"
    continue
  fi
  walked=$((walked + 1))
  ok --json act plan "${words[@]}"
  act=$(jq -r .ref "$dir/o")
  refused "may not start without its authorisation" act start "$act" --quality opj
  for by in opj consent jld prosecutor judge owner; do
    case "|$authority|" in
      *"|$by|"*) ;;
      *) refused "does not allow this act" act authority "$act" --by "$by" --ref "ref $n" ;;
    esac
  done
  refused "needs its reference" act authority "$act" --by "${authority%%|*}" --ref " "
  ok act authority "$act" --by "${authority%%|*}" --ref "ref $n" --at 2024-03-05
  refused "quality of who acts" act start "$act" --quality friend
  if [ "$kind" = acquisition ] && [ "$opening" != none ]; then # a copy waits for the opening of the seal
    refused "is closed" act start "$act" --quality opj
    ok --json act plan --case "$frame" --kind opening --exhibit "$exhibit"
    first=$(jq -r .ref "$dir/o")
    ok act authority "$first" --by "${opening%%|*}" --ref "opening $n" --at 2024-03-05
    ok act start "$first" --quality opj --motive "nobody is charged"
  fi
  case $attendees in
    presence) refused "occupant, a representative, or two witnesses" act start "$act" --quality opj
              ok act attend "$act" --role witness --name "M. Un"
              refused "(1 entered" act start "$act" --quality opj
              ok act attend "$act" --role witness --name "Mme Deux" ;;
    suspect) refused "enter the charged person" act start "$act" --quality opj
             ok act attend "$act" --role suspect --name "M. Trois" --presence summoned ;;
  esac
  ok act start "$act" --quality opj
  refused "is started: this is no longer or not yet possible" act authority "$act" --by "${authority%%|*}" --ref again
done < <(jq -r '[.kind, .frame, .authority, .attendees] | @tsv' "$dir/rules")
[ "$forbidden" = "$(jq -r 'select(.authority == "none") | .kind' "$dir/rules" | wc -l)" ] && [ $((forbidden + walked)) = 40 ] && [ "$walked" -gt 20 ]
v ledger verify > /dev/null
echo "$walked acts walked, $forbidden refused by their frame"
