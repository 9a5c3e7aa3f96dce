#!/bin/bash
# The manual: every command's room has its page in both languages, with each synopsis and example; mandoc finds no fault in any.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
command -v mandoc > /dev/null || { echo "mandoc is not installed"; exit 77; }
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
export VIGIE_HOME=$dir/none ASAN_OPTIONS=detect_leaks=0 # 81_examples looks for leaks in every help
status=0
complain() { echo "$*"; status=1; }
rooms=$("$VIGIE" --lang en --help --all | sed -n 's/^  \([a-z]*\).*/\1/p' | sort -u)
[ "$(echo "$rooms" | wc -l)" -gt 30 ]
LC_ALL=C sort -c <("$VIGIE" --lang en --help --all | sed -n 's/^  \([a-z -]*[a-z]\)  .*/\1/p') || complain "the list of all commands is not sorted"
# The overview has each room once, with the name of its page; "help all" is the whole list.
for lang in fr en; do
  "$VIGIE" --help --lang $lang > "$dir/overview"
  [ "$(sed -n 's/^  \([a-z]*\) .*/\1/p' "$dir/overview" | sort)" = "$rooms" ] || complain "the overview in $lang does not have each room once"
  [ "$(wc -l < "$dir/overview")" -lt 60 ] || complain "the overview in $lang is no overview"
  ! grep -E '^  [a-z]+ *$' "$dir/overview" || complain "a room without a word in $lang"
  "$VIGIE" --lang $lang help all | cmp - <("$VIGIE" --lang $lang --help --all) || complain "help all in $lang"
done
for lang in fr en; do
  for room in vigie $rooms; do
    "$VIGIE" --lang $lang help "$room" --roff > "$dir/page.1" || { complain "no page in $lang: $room"; continue; }
    mandoc -Tlint -W warning "$dir/page.1" || complain "in $lang: $room"
    "$VIGIE" --lang $lang help "$room" > "$dir/page"
    grep -F "vigie" "$dir/page" > /dev/null || complain "an empty page in $lang: $room"
    # what one sees in the terminal is what man shows
    mandoc -Tutf8 "$dir/page.1" | col -b | tr -s ' \n' '\n\n' | sed 's/‐/-/g' > "$dir/words"
    for word in $(sed -n 's/^  \(vigie [a-z]* [a-z-]*\)\( .*\)*$/\1/p' "$dir/page" | tr ' ' '\n' | sort -u); do
      grep -xF -- "$word" "$dir/words" > /dev/null || complain "man page in $lang of $room lacks $word"
    done
  done
  # every room is installed, every text is of a room, every page that is named exists
  for room in $(sed -n 's/^# //p' "$here/man/manual.$lang.txt"); do
    [ "$room" = vigie ] || { echo "$rooms" | grep -x "$room" > /dev/null || complain "manual.$lang.txt tells of no command: $room"; grep "'$room'" "$here/man/meson.build" > /dev/null || complain "not installed: $room"; }
  done
  for room in $(sed -n 's/^@see //p' "$here/man/manual.$lang.txt"); do grep -x "# $room" "$here/man/manual.$lang.txt" > /dev/null || complain "manual.$lang.txt names no page: $room"; done
done
# both languages tell of the same
diff <(grep -o '^[#@] *[a-z]*' "$here/man/manual.fr.txt") <(grep -o '^[#@] *[a-z]*' "$here/man/manual.en.txt") || status=1
# each synopsis and each example of a command stands in the page of its room
while read -r name; do
  command=${name//_/ }; [ "$(wc -w <<<"$command")" -le 2 ] || command="${command%% *} $(cut -d' ' -f2- <<<"$command" | tr ' ' '-')"
  "$VIGIE" --lang en help "${command%% *}" > "$dir/page"
  # shellcheck disable=SC2086
  "$VIGIE" --lang en $command --help | while IFS= read -r line; do
    line=${line#"${line%%[! ]*}"}
    case $line in "vigie "*) grep -F -- "  $line" "$dir/page" > /dev/null || { echo "the page of ${command%% *} lacks: $line"; exit 1; } ;; esac
  done || status=1
done < <(sed -n 's/^COMMAND(\(.*\))$/\1/p' "$here/src/cli/commands.def")
state=0; "$VIGIE" --lang en help nothing > /dev/null 2> "$dir/err" || state=$?
[ $state = 2 ]; grep "no page for nothing" "$dir/err" > /dev/null
exit $status
