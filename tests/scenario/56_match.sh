#!/bin/bash
# What match reads: zero bytes, lines of 10 MB, CRLF, a last line without its end, UTF-16, compressed and broken files, directories, growing files;
# the same answers in the same order whatever the number of threads.
set -eu
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
printf 'domain\tevil.com\nipv4\t203.0.113.9\nurl\thttp://bad.example/x\nsha256\te3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n' > list
"$VIGIE" --quiet intel pack --indicators list -o p > /dev/null 2>&1
lines() { "$VIGIE" --quiet --json match --pack p "$@" | sed 's/.*"line":\([0-9]*\),"type":"\([^"]*\)".*"offset":\([0-9]*\).*/\1 \2 \3/' | tr '\n' ';'; }

printf 'a\0b evil.com\0c\r\nsub.evil.com\r\n\0\0\0\n203.0.113.9' > zero
[ "$(lines zero)" = '1 domain-name 4;2 domain-name 0;4 ipv4-addr 0;' ]
[ "$(lines - < zero)" = '1 domain-name 4;2 domain-name 0;4 ipv4-addr 0;' ]

{ head -c 10000000 /dev/zero | tr '\0' 'x'; printf ' evil.com '; head -c 10000000 /dev/zero | tr '\0' 'x'; printf '\nevil.com\n'; } > long
[ "$(lines long)" = '1 domain-name 10000001;2 domain-name 0;' ]

printf 'at evil.com\nhttp://bad.example/x#y\n' | iconv -t UTF-16LE > wide
[ "$(lines wide)" = '1 domain-name 6;2 url 15;' ]

for i in $(seq 200); do echo "line $i http://bad.example/x and www.EVIL.com"; done > log
want=$(lines log)
gzip -k log; [ "$(lines log.gz)" = "$want" ]
zstd -qk log; [ "$(lines log.zst)" = "$want" ]
xz -k log; [ "$(lines log.xz)" = "$want" ]
bzip2 -k log; [ "$(lines log.bz2)" = "$want" ]
# Unpacking begins while the pack is opened: a pack that is refused ends it, another file behind it is read as ever.
{ head -c 700 p; head -c 8 /dev/zero; } > bad.pack; status=0; "$VIGIE" --lang en match --pack bad.pack log.zst > out 2> err || status=$?
[ $status = 1 ]; grep bad.pack err > /dev/null; [ ! -s out ]
[ "$("$VIGIE" --quiet match --count --pack p log.zst log.gz log.zst)" = 1200 ]
[ "$(lines - < log.gz)" = "$want" ]; [ "$(lines <(cat log.zst))" = "$want" ]
cat log.gz log.gz > two.gz; [ "$("$VIGIE" --quiet match --count --pack p two.gz)" = 800 ]
head -c $(($(stat -c %s log.gz) - 20)) log.gz > cut.gz
status=0; "$VIGIE" --lang en --quiet match --count --pack p cut.gz log > out 2> err || status=$?
[ $status = 1 ]; grep 'cut.gz.*broken off' err > /dev/null; [ "$(cat out)" -ge 400 ]

# A big file is shared out among threads; the answer is that of one.
head -c 900000 /dev/zero | tr '\0' '.' > dots; echo >> dots
for i in $(seq 9); do cat log; for k in 1 2 3 4 5 6; do cat dots; done; done > big
[ "$(stat -c %s big)" -gt 40000000 ]
"$VIGIE" --quiet --json match --threads 1 --pack p big log > one
"$VIGIE" --quiet --json match --threads 3 --pack p big log > three
cmp one three
[ "$(wc -l < one)" = 4000 ]

# Lines of megabytes go over the parts of a file.
python3 -c "
for i in range(4):
  line = bytearray(b'x' * 7000003)
  for at in range(999, 7000000, 333337): line[at:at + 10] = b' evil.com '
  print(line.decode())" > parts
"$VIGIE" --quiet --json match --threads 1 --pack p parts > one
for t in 2 3 7; do "$VIGIE" --quiet --json match --threads $t --pack p parts | cmp - one; done
[ "$(wc -l < one)" = 84 ]

# What comes through a pipe is told at once.
mkfifo pipe; "$VIGIE" --quiet --lang en match --pack p - < pipe > told & pid=$!
exec 9> pipe; echo 'x evil.com' >&9
until [ "$(wc -l < told)" = 1 ]; do sleep 0.1; done
exec 9>&-; wait $pid

# Damage ends the search of a compressed pipe at once, though it stays open.
{ head -c 20 log.zst; head -c 300000 /dev/zero | tr '\0' '\377'; } > bad.zst
"$VIGIE" --quiet --lang en match --count --pack p - < pipe > told 2> err & pid=$!
exec 9> pipe; cat bad.zst >&9 || true
status=0; wait $pid || status=$?; exec 9>&-
[ $status = 1 ]; grep 'broken off' err > /dev/null

mkdir -p tree/b; cp log tree/b/2; cp log tree/1; ln -s . tree/loop
[ "$("$VIGIE" --quiet --json match --pack p tree | sed 's/{"file":"\([^"]*\)".*/\1/' | uniq -c | awk '{print $1 $2}' | tr '\n' ' ')" = '400tree/1 400tree/b/2 ' ]

"$VIGIE" --quiet --lang en match --context 1 --pack p log > out
grep -A 3 '^log:2: bad.example/x\|^log:2: http://bad.example/x' out | tail -n 3 | tr '\n' '|' | grep '    line 1 .*|    line 2 .*|    line 3 ' > /dev/null

# A growing file: what is added, then the new file after rotation, whose lines count from 1. A line that has not ended waits.
cp log grow
"$VIGIE" --quiet --json match -f --pack p grow > seen & pid=$!
until [ "$(wc -l < seen)" = 400 ]; do sleep 0.1; done
printf 'now evil.c' >> grow; sleep 0.5; printf 'om here\n' >> grow
until [ "$(wc -l < seen)" = 401 ]; do sleep 0.1; done
tail -n 1 seen | grep '"line":201,.*"offset":4' > /dev/null
mv grow grow.1; printf 'x\nevil.com\n' > grow; echo 'late evil.com' >> grow.1 # whoever wrote there may not know yet
until [ "$(wc -l < seen)" = 403 ]; do sleep 0.1; done
tail -n 2 seen | grep '"line":2,' > /dev/null
mv grow grow.3; echo 'evil.com for a moment' > grow; sleep 1; mv grow grow.4; printf 'a\nb\nc\nevil.com\n' > grow # renamed twice in less time than what comes late to the first may take
until [ "$(wc -l < seen)" = 405 ]; do sleep 0.1; done
tail -n 1 seen | grep '"line":4,' > /dev/null
printf 'y\nzvil.com\n' > grow.2; cat grow.2 > grow; printf 'evil.com, as long as before or longer\n' >> grow # cut and written anew
until [ "$(wc -l < seen)" = 406 ]; do sleep 0.1; done
tail -n 1 seen | grep '"line":3,' > /dev/null
kill -INT $pid; wait $pid

# A directory: files that appear later too; not those that were read under another name, nor compressed ones.
mkdir days; echo 'evil.com 1' > days/a; gzip -c days/a > days/old.gz; : > seen
"$VIGIE" --quiet --json match -f --pack p days > seen & pid=$!
until [ "$(wc -l < seen)" = 1 ]; do sleep 0.1; done
mkdir days/sub; echo 'evil.com 2' > days/sub/b; until [ "$(wc -l < seen)" = 2 ]; do sleep 0.1; done
mv days/a days/a.1; echo 'evil.com 3' > days/a; until [ "$(wc -l < seen)" = 3 ]; do sleep 0.1; done
sleep 3; [ "$(wc -l < seen)" = 3 ]
kill -INT $pid; wait $pid
status=0; "$VIGIE" --quiet --lang en match -f --pack p days/old.gz 2> err || status=$?; [ $status = 2 ] && grep 'does not grow' err > /dev/null

# Status and refusals.
status=0; "$VIGIE" --quiet match --exit-code --count --pack p log > /dev/null || status=$?; [ $status = 3 ]
status=0; "$VIGIE" --quiet match --pack p missing log > /dev/null 2> err || status=$?; [ $status = 1 ] && grep missing err > /dev/null
status=0; "$VIGIE" match --pack log log 2> /dev/null || status=$?; [ $status = 1 ]
# What could not be read is no file that was read: it is named at the end, and so is what was read in part.
{ printf 'at evil.com\n'; seq 200000; } | gzip > whole.gz; head -c 200000 whole.gz > broken.gz; mkdir -p some; cp log some/good
status=0; "$VIGIE" --lang en match --pack p missing some broken.gz gone > /dev/null 2> err || status=$?
[ $status = 1 ]
grep '^2 files read,' err > /dev/null && grep '^2 files not read: missing, gone$' err > /dev/null && grep '^1 file read only in part: broken.gz$' err > /dev/null || { cat err; exit 1; }
"$VIGIE" --lang en match --pack p some > /dev/null 2> err; grep '^1 file read,' err > /dev/null; if grep 'not read\|in part' err; then exit 1; fi
