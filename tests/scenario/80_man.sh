#!/bin/bash
# The manual says what --help says: each synopsis and each example of a command stands in its page, word for word; mandoc finds no fault.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
command -v mandoc >/dev/null || { echo "mandoc is not installed"; exit 77; }
status=0
for room in act action case demo diagnose evaluate event exercise exhibit incident init intel ledger merge obstacle org qualify referent task worker zone; do
  page=$here/man/vigie-$room.1
  mandoc -Tlint -W warning "$page" || status=1
  text=$(sed 's/\\-/-/g; s/\\&//g; s/\\e/\\/g' "$page")
  while read -r command; do
    # shellcheck disable=SC2086
    help=$("$VIGIE" --lang en $command --help)
    while IFS= read -r line; do
      line=${line#"${line%%[! ]*}"}
      case $line in "vigie "*) case $text in *"$line"*) ;; *) echo "$page lacks: $line"; status=1 ;; esac ;; esac
    done <<<"$help"
  done < <(sed -n "s/^COMMAND(\($room\(_.*\)*\))$/\1/p" "$here/src/cli/commands.def" | sed 's/_/ /; s/_/-/g')
done
exit $status
