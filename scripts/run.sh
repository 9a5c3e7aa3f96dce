#!/bin/bash
# run.sh BUILD [--once]: the story on the demonstration data, then the pages until Ctrl-C; with --once nothing stays.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
home=${VIGIE_HOME:-$(mktemp -d "${TMPDIR:-/tmp}/vigie-demo.XXXXXX")/instance}
status=0
"$build/vigie" --home "$home" demo || status=$?
if [ "${2:-}" = --once ] || [ $status != 0 ]; then
  [ -n "${VIGIE_HOME:-}" ] || rm -rf "$(dirname "$home")"
  exit $status
fi
exec "$build/vigie" --home "$home" serve --listen "${LISTEN:-127.0.0.1:8443}"
