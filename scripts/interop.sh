#!/bin/bash
# interop.sh BUILD: third-party judges of what Vigie writes, from PyPI, in a throw-away environment. Run by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$PWD/$1 vigie=$PWD/$1/vigie
venv=$(mktemp -d); trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv/python" && "$venv/python/bin/pip" install -q stix2 stix2-validator py-tlsh taxii2-client
python=$venv/python/bin/python home=$venv/instance
"$vigie" --home "$home" --quiet demo > /dev/null
for bundle in "$home"/share/*.json; do
  "$venv/python/bin/stix2_validator" --version 2.1 "$bundle" > "$venv/said" || { cat "$venv/said"; exit 1; }
  grep '\[+\]' "$venv/said"; echo "    warnings (SHOULD, not MUST): $(grep -c Warning "$venv/said")"
  "$python" -c 'import stix2, sys; b = stix2.parse(open(sys.argv[1]), allow_custom=True); print("python stix2 reads", len(b.objects), "objects of", sys.argv[1])' "$bundle"
done
# OASIS' own TAXII client against `vigie serve`: everything that the partner may have, in parts, then a deposit and its status.
echo interop-password > "$venv/pass"
"$vigie" --home "$home" --quiet referent add --name Lynn --role partner --org "Observatoire Lynx" --login lynn --password-file "$venv/pass" > /dev/null
"$vigie" --home "$home" --json serve --listen 127.0.0.1:0 > "$venv/at" & server=$!
trap 'kill "$server" 2> /dev/null || true; rm -rf "$venv"' EXIT
for _ in $(seq 300); do [ -s "$venv/at" ] && break; sleep 0.1; done
"$python" scripts/interop-taxii.py "$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$venv/at")" "$home/tls/cert.pem" lynn interop-password
kill "$server"; wait "$server" || true
"$vigie" --home "$home" --quiet ledger export -o "$venv/ledger.jsonl"
"$python" docs/check-ledger.py "$venv/ledger.jsonl"
PYTHON=$python VIGIE=$vigie BENCH_BUILD=$build BENCH_SMOKE=1 bash bench/similar/run.sh
