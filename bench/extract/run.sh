#!/bin/bash
# Values out of text, one core, beside ioc-finder and iocextract (from PyPI: set PYTHON to an interpreter that has them, or PEERS=install to
# put them into a virtual environment that goes with the scratch). Then blobs on which such tools are known to hang.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python=${PYTHON:-python3} bytes=67108864 few=200000 blob=1048576 limit=60
[ -z "${BENCH_SMOKE:-}" ] || { bytes=200000 few=20000 blob=65536 limit=5; }
if [ "${PEERS:-}" = install ]; then
  python3 -m venv "$work/peers" > /dev/null && "$work/peers/bin/pip" -q install ioc-finder iocextract requests > /dev/null 2>&1 && python=$work/peers/bin/python || echo "peers: could not be installed"
fi
awk -v most="$bytes" 'BEGIN { # reports, logs and prose, eight values a kilobyte
  srand(1); split("the implant contacted several hosts during night and then wrote a file to disk which was removed by operators after a reboot of the machine", w, " ")
  while (n < most) {
    r = rand(); l = ""
    if (r < .6) { for (i = 0; i < 14; i++) l = l w[1 + int(rand() * 25)] " " }
    else if (r < .8) l = sprintf("Nov 24 03:%02d:%02d host%d sshd[%d]: Accepted publickey for user%d from 10.%d.%d.%d port %d ssh2", rand() * 60, rand() * 60, rand() * 99, rand() * 99999, rand() * 50, rand() * 256, rand() * 256, rand() * 256, rand() * 65535)
    else if (r < .9) l = sprintf("%d.%03d 200 TCP_MISS/200 %d GET http://www.site%d.example.com/path/%x/index.html?id=%d - DIRECT/93.184.%d.%d text/html", 1500000000 + rand() * 1e8, rand() * 999, rand() * 99999, rand() * 5000, rand() * 1e9, rand() * 999, rand() * 256, rand() * 256)
    else l = sprintf("sample %08x%08x%08x%08x%08x%08x%08x%08x seen at evil%d[.]ru (T1059.001), CVE-2017-%04d", rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 4e9, rand() * 999, 1000 + rand() * 8999)
    print l; n += length(l) + 1
  }
}' > "$work/dense"
awk -v most="$bytes" 'BEGIN { srand(2); split("le la un une service police enquête saisie fichier disque copie réseau serveur alerte zone preuve référent société signalement affaire", w, " ")
  while (n < most) { l = ""; for (i = 0; i < 16; i++) l = l w[1 + int(rand() * 20)] " "; if (rand() < .02) l = l "voir evil" int(rand() * 999) "[.]ru"; print l "."; n += length(l) + 2 } }' > "$work/plain"
head -c "$few" "$work/dense" > "$work/few"
for text in plain dense few; do echo "vigie, $text text: $("$BENCH_BUILD/bench/bench_extract" "$work/$text")"; done
echo "whole program, dense text: $({ TIMEFORMAT=%R; time "$VIGIE" --json extract "$work/dense" > "$work/out"; } 2>&1) s, $(wc -l < "$work/out") values"
echo "peers, $few bytes of the dense text:"
"$python" peers.py "$work/few" "$limit" || echo "no Python on this machine"
head -c "$blob" /dev/urandom > "$work/random"
od -An -v -tx1 "$work/random" | tr -d ' \n' > "$work/hex"; base64 -w 0 "$work/random" > "$work/base64"
shape() { (set +o pipefail; yes -- "$1" | tr -d '\n' | head -c "$blob" > "$work/of $2"); }
shape . dots; shape '[' brackets; shape @ at; shape a. a-dot; shape a@ a-at; shape 'http://' schemes; shape 'a [.] ' defanged; shape 'C:\a ' paths; shape 'HKLM\' keys; shape '%A%\' variables; shape '(' parentheses; shape '\\a' shares
for b in hex base64 'of dots' 'of brackets' 'of at' 'of a-dot' 'of a-at' 'of schemes' 'of defanged' 'of paths' 'of keys' 'of variables' 'of parentheses' 'of shares'; do echo "vigie, a blob $b: $("$BENCH_BUILD/bench/bench_extract" "$work/$b")"; done
for b in hex base64; do echo "peers, the blob of $b:"; "$python" peers.py "$work/$b" "$limit" || true; done
