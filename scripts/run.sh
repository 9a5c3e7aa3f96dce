#!/bin/bash
# run.sh BUILD [--once]: the story on the demonstration data, then the pages until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
home=${VIGIE_HOME:-$(mktemp -d "${TMPDIR:-/tmp}/vigie-demo.XXXXXX")}
if [ "${2:-}" = --once ]; then
  status=0
  "$build/vigie" --home "$home/instance" demo || status=$?
  [ -n "${VIGIE_HOME:-}" ] || rm -rf "$home"
  exit $status
fi
trap '[ -n "${VIGIE_HOME:-}" ] || rm -rf "$home"' EXIT
"$build/vigie" --home "$home/instance" demo
"$build/vigie" --home "$home/instance" serve --listen "${LISTEN:-127.0.0.1:8443}"
