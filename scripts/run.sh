#!/bin/bash
# run.sh BUILD [--once]: the story on the demonstration data. The instance stays for trying commands; with --once it goes.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
home=${VIGIE_HOME:-$(mktemp -d "${TMPDIR:-/tmp}/vigie-demo.XXXXXX")/instance}
status=0
"$build/vigie" --home "$home" demo || status=$?
if [ "${2:-}" = --once ]; then
  [ -n "${VIGIE_HOME:-}" ] || rm -rf "$(dirname "$home")"
else
  echo "VIGIE_HOME=$home"
fi
exit $status
