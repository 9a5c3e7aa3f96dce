#!/bin/bash
# An incident becomes a case with an exhibit; each is in the ledger, and what the law does not know is refused.
set -eu
home=$(mktemp -d)/h
trap 'rm -rf "${home%/h}"' EXIT
v() { "$VIGIE" --home "$home" --lang en "$@"; }
refused() { if v "$@" >/dev/null 2>&1; then echo "accepted: $*" >&2; exit 1; fi; }
v init --login anne >/dev/null
v --as anne org add --name Lynx --department 35 --naf C --size PME >/dev/null
report() { v --as anne --json incident add --org Lynx --kind "$1" --summary "locked" --happened "$2" --known "$3"; }
incident=$(report ransomware 2024-03-02T07:00:00Z 2024-03-02T08:00:00Z | sed 's/.*"id":"\([^"]*\)".*/\1/')
case $incident in incident--*) ;; *) echo "no id: $incident" >&2; exit 1 ;; esac
refused --as anne incident add --org Nobody --kind ransomware --summary x --happened 2024-03-02 --known 2024-03-02
refused --as anne incident add --org Lynx --kind ransomware --summary x --happened 2024-03-03 --known 2024-03-02
refused --as anne case open --incident "$incident" --frame flagrance --offence CP000
refused --as anne case open --incident "$incident" --frame guess --offence CP323-2-1
v --as anne --json case list | grep . && { echo "a refused case was kept" >&2; exit 1; } > /dev/null
ref=$(v --as anne --json case open --incident "$incident" --frame flagrance --offence CP323-2-1 --offence CP323-1-1 | sed 's/.*"ref":"\([^"]*\)".*/\1/')
case $ref in 20??-OUE-0001) ;; *) echo "ref: $ref" >&2; exit 1 ;; esac
refused --as anne case open --incident "$incident" --ref "$ref" --frame flagrance --offence CP323-2-1
v --as anne --json exhibit add --case "$ref" --description disk --medium ssd --serial S1 --seal 12 | grep "\"ref\":\"$ref/1\"" > /dev/null
refused --as anne exhibit add --case none --description disk
v --as anne exhibit list --motive "count of seals" | grep "$ref/1" > /dev/null
v --as anne --json ledger list >"$home/l" 2>/dev/null
for kind in incident.added case.opened exhibit.received; do
  [ "$(grep -c "$kind" "$home/l")" = 1 ] || { echo "ledger: $kind" >&2; exit 1; }
done
v ledger verify >/dev/null
