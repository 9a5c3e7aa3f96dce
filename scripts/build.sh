#!/bin/bash
# build.sh DIR [meson options...]: the pages' packages, then Meson and Ninja. Repeating it costs a second.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1; shift
stamp=web/node_modules/.vigie-lock
if [ -f web/package-lock.json ] && ! cmp -s web/package-lock.json "$stamp"; then
  npm ci --prefix web --no-audit --no-fund --ignore-scripts --loglevel=error
  cp web/package-lock.json "$stamp"
fi
[ -f "$dir/build.ninja" ] || meson setup "$dir" "$@" > "/tmp/vigie-setup.$$" || { cat "/tmp/vigie-setup.$$"; exit 1; }
rm -f "/tmp/vigie-setup.$$"
ninja -C "$dir" --quiet
