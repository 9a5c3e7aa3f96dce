#!/bin/bash
# Every message id used in src/ stands in the catalogue once, every id of the catalogue is used, and no message leaves the plural to the reader.
set -euo pipefail
cd "${SOURCE:-.}"
known=$(mktemp); trap 'rm -f "$known"' EXIT
grep -hoE '^M\("[a-z0-9_.-]+"' src/messages/*.def | cut -d'"' -f2 | sort > "$known"
twice=$(uniq -d "$known"); [ -z "$twice" ] || { echo "twice: $twice"; exit 1; }
rooms=$(cut -d. -f1 "$known" | sort -u | paste -sd'|')
used=$(grep -rhoE "\"($rooms)\.[a-z0-9_.-]+\"" src --include='*.[ch]' --include='*.cc' | tr -d '"' | sort -u)
status=0
for id in $(comm -23 <(grep -rhoE "(VG_FAIL|VG_FAIL_SYS|CLI_NOTE|CLI_SAY)\([^\"]*\"[a-z]+\.[a-z0-9_.-]+\"" src | grep -oE '"[a-z]+\.[a-z0-9_.-]+"' | tr -d '"' | sort -u) "$known"); do
  echo "used but not in the catalogue: $id"; status=1
done
# Whatever the pages name is said to a reader; it is whole unless it ends in a dot.
for id in $(comm -23 <(grep '^server\..*[^.]$' <<< "$used") "$known"); do echo "on a page but not in the catalogue: $id"; status=1; done
# The register's page says each kind of entry in words.
for kind in $(grep -rhzoP '(LEDGER_TELL|ledger_append)\([^;]*' src --include='*.c' | tr '\0' '\n' | grep -oE '"[a-z]+\.[a-z_]+"' | tr -d '"' | sort -u); do
  grep -qx "server\.event\.$kind" "$known" || { echo "an entry of the ledger without words: $kind"; status=1; }
done
# An id may also be made of a stem and a value ("casework.frame." + code): a stem in src/ ending in a dot covers them.
stems=$(grep -rhoE "\"($rooms)\.([a-z0-9_-]+\.)*(%s|%\.\*s)?\"" src --include='*.[ch]' | tr -d '"' | sed 's/%s$//;s/%\.\*s$//' | sort -u || true)
for id in $(comm -13 <(echo "$used") "$known"); do
  covered=; for s in $stems; do case $id in "$s"*) covered=1;; esac; done
  [ -n "$covered" ] || { echo "in the catalogue but never used: $id"; status=1; }
done
if grep -nE '[[:alpha:]]\((s|es|x|e|nt|aux|ies)\)' src/messages/*.def; then echo 'write {1:one|many}, see base/msg.h'; status=1; fi
exit $status
