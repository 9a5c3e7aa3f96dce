#!/bin/bash
# web.sh SOURCE OUT: leaves the npm packages of SOURCE/web in node_modules (npm ci, only when they differ from the lock file)
# and what the program embeds of them in OUT: htmx.js, inter.woff2, map.tsv.
set -euo pipefail
source=$1 out=$2 web=$1/web
command -v npm > /dev/null || {
  echo "vigie: npm is missing; 'make deps' installs it (Debian packages nodejs and npm), or put Node 18 or newer on the PATH" >&2; exit 1; }
exec 9> "$web/.lock"
flock 9
want=$(sha256sum < "$web/package-lock.json")
if [ "$(cat "$web/node_modules/.vigie-lock" 2> /dev/null)" != "$want" ]; then
  if ! (cd "$web" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2; then
    cat >&2 <<TEXT
vigie: the web packages named in web/package-lock.json could not be fetched from $(npm config get registry 2> /dev/null).
  This is needed once: with the network (or a proxy: npm config set proxy URL; a mirror: npm config set registry URL) run make again.
  Or copy the directory web/node_modules of another checkout of the same version here. Later builds need no network.
TEXT
    exit 1
  fi
  echo "$want" > "$web/node_modules/.vigie-lock"
fi
mkdir -p "$out"
cp "$web/node_modules/htmx.org/dist/htmx.min.js" "$out/htmx.js"
cp "$web/node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2" "$out/inter.woff2"
node "$web/map.mjs" "$out/map.tsv"
