#!/bin/bash
# bench.sh BUILD: every benchmark in bench/, one after the other; each prints its table with the peers beside.
set -euo pipefail
cd "$(dirname "$0")/.."
for b in bench/*.sh; do [ -f "$b" ] && { echo "== ${b#bench/}"; VIGIE=$PWD/$1/vigie bash "$b"; }; done
