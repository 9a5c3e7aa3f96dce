#!/bin/bash
# Values come out of text, mails, pages, Office files, PDF and archives in archives; what cannot be read is said; no instance is needed.
set -euo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export HOME="$d/nobody"; unset VIGIE_HOME
docs=$(cd "$(dirname "$0")/../fuzz/corpus/document" && pwd)
v() { "$VIGIE" --lang en "$@"; }
status() { local want=$1; shift; local got=0; "$@" > "$d/out" 2> "$d/err" || got=$?; [ $got = "$want" ] || { echo "status $got, not $want: $*"; cat "$d/out" "$d/err"; exit 1; }; }
says() { grep -qF -- "$1" "$d/err" || { echo "stderr lacks: $1"; cat "$d/err"; exit 1; }; }
has() { grep -qF -- "$1" "$d/out" || { echo "stdout lacks: $1"; cat "$d/out"; exit 1; }; }
hasnt() { ! grep -qF -- "$1" "$d/out" || { echo "stdout has: $1"; cat "$d/out"; exit 1; }; }
printf 'C2: hxxps://evil[.]example-case(dot)ru/gate.php, then 8.8.8.8\nBURNTCIGAR.CA and README.md\n' > "$d/t"
status 0 v --json extract "$d/t"
has '{"type":"url","value":"https://evil.example-case.ru/gate.php","offset":4,"length":43,"flags":["defanged"]}'
has '"value":"8.8.8.8","offset":54'; has '"list":"public-resolver"'; hasnt 'BURNTCIGAR'; hasnt '"domain-name","value":"readme.md"'
status 0 v --json extract --type ipv4,cidr - < "$d/t"; [ "$(wc -l < "$d/out")" = 1 ]
status 0 v extract "$d/t"; has 'warning list'
status 2 v extract; status 2 v extract --type nonsense "$d/t"; says nonsense
status 1 v extract "$d/nothing"; says "$d/nothing"
status 0 v --json extract "$docs/mail.eml"
for x in boss@header-case.ru http://subject-case.ru/x text-case.ru http://html-case.ru/long hidden-case.ru split-case.ru evil.docx-case.ru inner-body-case.ru 'mail.eml!/2!/r.docx!/word/document.xml'; do has "$x"; done
status 0 v --json extract "$docs/page.html"
for x in 'https://link-case.ru/?a=1&b=2' hidden-case.ru script-case.ru 10.20.30.40; do has "$x"; done
status 0 v --json extract "$docs/sheet.xlsx"; has sheet-case.ru
status 0 v --json extract "$docs/message.msg"; has http://msg-body.ru/a; has msg-html.ru; has attached-case.ru
status 0 v --json extract "$docs/report.pdf"; has pdf-case.ru
status 0 v --json extract - < "$docs/nested.zip"; has pdf-case.ru; has template.docx-case.ru; has attached-case.ru
gzip -c "$docs/page.html" > "$d/page.gz"; tar -C "$docs" -czf "$d/all.tgz" mail.eml page.html
status 0 v --json extract "$d/page.gz"; has hidden-case.ru
status 0 v --json extract "$d/all.tgz"; has 'all.tgz!/mail.eml!/headers'
mkdir "$d/dir"; cp "$docs/page.html" "$d/t" "$d/dir"; ln -s / "$d/dir/loop"
status 0 v --json --quiet extract "$d/dir"; has '"file":"'"$d"'/dir/page.html"'
printf '\377\376h\0t\0t\0p\0:\0/\0/\0w\0i\0d\0e\0.\0r\0u\0/\0\n\0' > "$d/wide"
status 0 v --json extract "$d/wide"; has '"http://wide.ru/","offset":0'
printf '\001\002MZ\0\0http://in-binary.ru/x\0\0' > "$d/bin"
status 0 v --json extract "$d/bin"; has '"http://in-binary.ru/x","offset":6'
head -c 500 "$docs/report.docx" > "$d/cut.docx"; status 3 v --json extract "$d/cut.docx"; says damaged
# a bomb: 300 MiB in a megabyte; what is unpacked is bounded and the rest is said
head -c 314572800 /dev/zero | tr '\0' a | gzip -1 > "$d/bomb.gz"; status 3 v --json extract "$d/bomb.gz"; says limit
