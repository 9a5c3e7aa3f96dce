#!/bin/bash
# interop.sh BUILD: third-party judges of what Vigie writes, from PyPI, in a throw-away environment. Run by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$PWD/$1 vigie=$PWD/$1/vigie
venv=$(mktemp -d); trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv/python" && "$venv/python/bin/pip" install -q stix2 stix2-validator py-tlsh
python=$venv/python/bin/python home=$venv/instance
"$vigie" --home "$home" --quiet demo > /dev/null
for bundle in "$home"/share/*.json; do
  "$venv/python/bin/stix2_validator" --version 2.1 "$bundle" > "$venv/said" || { cat "$venv/said"; exit 1; }
  grep '\[+\]' "$venv/said"; echo "    warnings (SHOULD, not MUST): $(grep -c Warning "$venv/said")"
  "$python" -c 'import stix2, sys; b = stix2.parse(open(sys.argv[1]), allow_custom=True); print("python stix2 reads", len(b.objects), "objects of", sys.argv[1])' "$bundle"
done
"$vigie" --home "$home" --quiet ledger export -o "$venv/ledger.jsonl"
"$python" docs/check-ledger.py "$venv/ledger.jsonl"
PYTHON=$python VIGIE=$vigie BENCH_BUILD=$build BENCH_SMOKE=1 bash bench/similar/run.sh
