#!/bin/bash
# An instance on a medium that is mounted read-only (an archive, a write-protected key) is read and its ledger verified; what would write says
# why it does not. One that was copied while in use, and one of another account, say so.
set -euo pipefail
if [ "${1:-}" != inside ]; then
  unshare -rm true 2> /dev/null || { echo "no user namespaces here: a read-only medium cannot be made"; exit 77; }
  exec unshare -rm bash "$0" inside
fi
disk=$(mktemp -d)
trap 'umount "$disk"; rmdir "$disk"' EXIT
mount -t tmpfs -o size=32m none "$disk"
home="$disk/50 %?#é"
v() { "$VIGIE" --home "$home" --lang en --as tester "$@"; }
says() { local text=$1 got=0; shift; v "$@" > "$err.out" 2> "$err" || got=$?; [ $got = 1 ] && [ "$(wc -l < "$err")" = 1 ] && grep -qF "$text" "$err" || { echo "status $got, wanted 1 and one line with: $text"; cat "$err.out" "$err"; exit 1; }; }
err=$(mktemp)
v init --login tester > /dev/null
v org add --name Kept --department 67 > /dev/null
mount -o remount,ro "$disk"
v org list | grep Kept > /dev/null
v ledger verify --json | grep '"ok":true' > /dev/null
says "write-protected medium" org add --name Lost --department 67
mount -o remount,rw "$disk"
cp "$home/vigie.db" "$home/vigie.db-wal" # as a copy in mid-work leaves one
mount -o remount,ro "$disk"
says "copied while in use" org list
mount -o remount,rw "$disk"
rm -f "$home/vigie.db-wal"
v org add --name Again --department 67 > /dev/null
VIGIE_NOW=1970-01-02T00:00:00Z says "this machine’s clock says 1970-01-02" org add --name Early --department 67
rm -f "$err" "$err.out"
