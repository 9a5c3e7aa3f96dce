#!/bin/bash
# build.sh DIR [meson options...]: Meson and Ninja. Repeating it costs a second. TARGETS names what to build, else everything.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1; shift
[ -f "$dir/build.ninja" ] || meson setup "$dir" "$@" > "/tmp/vigie-setup.$$" || { cat "/tmp/vigie-setup.$$"; exit 1; }
rm -f "/tmp/vigie-setup.$$"
read -ra targets <<< "${TARGETS:-}"
ninja -C "$dir" --quiet "${targets[@]}"
