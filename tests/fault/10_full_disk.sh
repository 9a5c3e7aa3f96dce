#!/bin/bash
# The disk fills up while an instance is written to: one clear error, nothing acknowledged is lost, the ledger stays intact, and once
# there is room again work goes on.
set -euo pipefail
if [ "${1:-}" != inside ]; then
  unshare -rm true 2> /dev/null || { echo "no user namespaces here: a small disk cannot be made"; exit 77; }
  exec unshare -rm bash "$0" inside
fi
disk=$(mktemp -d)
trap 'umount "$disk"; rmdir "$disk"' EXIT
mount -t tmpfs -o size=32m none "$disk"
v() { "$VIGIE" --home "$disk/i" --lang en --as tester "$@"; }
"$VIGIE" --home "$disk/i" init --login tester > /dev/null
head -c $(($(df --output=avail -B1 "$disk" | tail -1) - 400000)) /dev/zero > "$disk/ballast"
told=0 status=0
for n in $(seq 1 2000); do
  v org add --name "Entreprise $n" --department 67 > /dev/null 2> "$disk.err" || { status=$?; break; }
  told=$((told + 1))
done
[ $status = 1 ] || { echo "the disk never filled ($told organisations)"; exit 1; }
[ "$(wc -l < "$disk.err")" = 1 ]; grep -i "full\|space" "$disk.err" > /dev/null || { cat "$disk.err"; exit 1; }
rm -f "$disk/ballast" "$disk.err"
v ledger verify --json | grep '"ok":true' > /dev/null
kept=$(v org list --json | grep -c '"name":"Entreprise ')
[ "$kept" = "$told" ] || { echo "$told told, $kept kept"; exit 1; }
v org add --name "Après" --department 67 > /dev/null
v ledger verify --json | grep '"ok":true' > /dev/null
