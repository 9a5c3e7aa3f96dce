#!/bin/bash
# Every command that takes a file, given files that it was not made for: one clear line with what and where, an exit status of the
# contract, no hang, and nothing passes for proof that proves nothing. Names with line ends, escapes and bytes that are no text forge no line.
set -euo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
cd "$d"
v() { timeout -k 5 300 "$VIGIE" --home "$d/i" --as tester "$@"; }
"$VIGIE" --home "$d/i" --lang en init --login tester > /dev/null
v org add --name Ried --department 68 > /dev/null
printf 'kept.vqx7dzrelais.net\n' > list; v intel pack --indicators list -o pack > /dev/null 2>&1
: > empty; mkdir dir; printf x > one; head -c 3000 /dev/urandom > noise
name=$'two\nlines\e[31m\xff'; printf 'kept.vqx7dzrelais.net\n' > "$name"
cat > commands <<'END'
acquire "$f" --to "$d/copy$n"
verify "$f"
analyse "$f"
analyse one --pack "$f"
analyse one --rules "$f"
extract "$f"
intel import "$f"
intel import "$f" --as stix
intel import "$f" --as misp
intel import "$f" --as csv
intel import "$f" --as text
intel import "$f" --as yara
intel import "$f" --as sigma
intel import "$f" --as kev
intel import "$f" --as epss
intel import "$f" --as csaf
intel import "$f" --as openioc
intel check "$f"
intel check-pattern --file "$f"
intel match-pattern "[a:b=1]" "$f"
intel match-pattern --file "$f" one
intel match-pattern --store "$f"
intel pack --indicators "$f" -o "$d/pack$n"
match --pack "$f" one
match --pack pack "$f"
match --pack pack --key "$f" one
similar digest "$f"
similar --hashes "$f" --queries "$f"
similar --clusters "$f"
qualify assess "$f"
qualify file "$f"
qualify file one --rules "$f"
qualify receive "$f" --from Ried --trust 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29
qualify warnings "$f" --kind benign --name w
anticipate scan --series "$f"
anticipate forecast --series "$f"
anticipate backtest --series "$f"
anticipate techniques --train "$f" --given "$f"
anticipate replay "$f"
anticipate claims "$f"
case import "$f" --form iris --org Ried
case import "$f" --form thehive --org Ried
org import "$f" --as contacts
org import "$f" --as sirene
evaluate plan "$f"
evaluate questionnaire "$f"
evaluate compute alpha "$f"
evaluate compute did "$f"
evaluate compute kaplan-meier "$f"
diagnose import "$f"
merge import "$f"
ledger verify --checkpoint "$f"
ledger verify --file "$f"
watch opml --import "$f"
content add --title T --body "$f"
serve --tls-cert "$f" --tls-key "$f" --listen 127.0.0.1:0
referent add --name N --password-file "$f" --login "l$n"
END
status=0 n=0
lang=en # one language a file, in turn: the sentences of both are read
for f in "$SOURCE"/demo/bad/{broken-json.json,not-a-disk.img} empty dir noise missing "$name"; do
  while IFS= read -r command; do
    n=$((n + 1)); got=0
    eval "v --lang $lang $command" > out 2> err < /dev/null || got=$?
    case $got in 0 | 1 | 2 | 3) ;; *) echo "status $got: $command with $(printf %q "$f")"; head -n 3 err; status=1 ;; esac
    [ $got != 1 ] || [ -s err ] || { echo "failed without a word: $command with $(printf %q "$f")"; status=1; }
    [ $got != 1 ] || [ "$(grep -c '^vigie' err)" -ge 1 ] || grep -q . err || status=1
    ! grep -q $'\e' err || { echo "an escape sequence on stderr: $command"; status=1; }
    ! grep -q '^lines' err || { echo "a name forged a line on stderr: $command"; status=1; }
    [ $lang = en ] || ! grep -E 'No such file|Is a directory|Permission denied|superfluous|UNIQUE constraint' err || { echo "English in French: $command"; status=1; }
  done < commands
  [ $lang = en ] && lang=fr || lang=en
done
[ $status = 0 ] || exit 1
says() { local want=$1 text=$2 got=0; shift 2; v --lang en "$@" > out 2> err || got=$?
  { [ $got = "$want" ] && grep -qF -- "$text" out err; } || { echo "status $got, wanted $want and \"$text\": $*"; cat out err; exit 1; }; }
# What cannot prove anything does not pass for proof.
says 1 "this checkpoint is not of this ledger" ledger verify --checkpoint empty
says 0 "nothing to compare" verify one
says 1 "neither a block device nor an image file" verify /dev/zero
says 1 "neither a block device nor an image file" analyse /dev/zero
mkfifo pipe # nobody writes into it: refused, not waited for
says 1 "neither a block device nor an image file" analyse pipe
says 1 "neither a block device nor an image file" verify pipe
says 1 "not a regular file" qualify file pipe
says 1 "not a regular file" similar digest pipe
says 1 "not a regular file" extract pipe
says 1 "cannot fetch https://127.0.0.1:1/ (nothing answers at this address and port)" intel import https://127.0.0.1:1/
says 1 "no list of indicators" intel pack --indicators "$SOURCE/demo/bad/broken-json.json" -o none.pack
[ ! -e none.pack ]
says 1 "are not a certificate and its key" serve --tls-cert one --tls-key one --listen 127.0.0.1:0
says 0 "nothing to show" event list
says 2 "unknown command: intel serach" intel serach x
says 2 '`de` is neither fr nor en' zone list --lang de
# What is refused says what is taken; a French table's date and words are taken in French.
says 2 '`1/12/2026` is no date: 2026-12-01' qualify open --type domain --value wrong.test --deadline 1/12/2026
says 2 '`virus` is none of these: ransomware, data-leak, intrusion' incident add --org x --kind virus --summary x
says 2 '`vigie qualify decide --help` tells' qualify decide x --verdict maybe
says 2 "préliminaire)" --lang fr case open --incident x --frame guess
says 1 "aucune demande" --lang fr qualify decide qualification--0190a7c4-0000-7000-8000-000000000000 --verdict Bénin
says 0 "cadre : prévention" --lang fr qualify open --type domain --value wrong.test --basis Prevention --deadline 01/12/2099
says 0 "2099-12-01" qualify list
says 1 "noise: unreadable JSON" evaluate plan noise
says 1 "noise: unreadable JSON" intel match-pattern "[a:b=1]" noise
# A terminal shows no escape sequence that a name holds; a pipe gets the bytes.
printf 'evil.vqx7dzrelais.net' > $'\e[31mred'
v --quiet match --pack pack "$name" > piped
grep -qF kept piped
if command -v python3 > /dev/null; then
  python3 - "$VIGIE" "$d/i" "$name" > seen <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "--home", sys.argv[2], "--quiet", "match", "--pack", "pack", os.fsencode(sys.argv[3])])
while True:
    try:
        b = os.read(fd, 65536)
    except OSError:
        break
    if not b:
        break
    os.write(1, b)
END
  grep -q kept seen
  ! grep -q $'\e' seen
fi
v ledger verify > /dev/null
