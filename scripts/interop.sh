#!/bin/bash
# interop.sh BUILD: third-party judges of what Vigie writes, from PyPI, in a throw-away environment. Run by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$(mktemp -d); trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv" && "$venv/bin/pip" install -q stix2 stix2-validator
vigie=$PWD/$1/vigie; home=$venv/instance
"$vigie" --home "$home" --quiet demo >/dev/null
for bundle in "$home"/share/*.json; do
  "$venv/bin/stix2_validator" --version 2.1 "$bundle"
  "$venv/bin/python" -c 'import stix2, sys; stix2.parse(open(sys.argv[1]), allow_custom=True); print("python stix2 reads", sys.argv[1])' "$bundle"
done
