#!/bin/bash
# Under `set -e` neither "! command" nor what stands before "&&" ends a script when it fails: a check written so cannot fail.
set -u
cd "$SOURCE/tests"
scripts=(scenario/*.sh scenario/*.bash fault/*.sh architecture/*.sh)
dead=$(grep -nE '(^|; )! [^;|]*(\|[^|;]+)*(;|$)|^ *\[ [^&|]*\] && (\[|grep|cmp|jq|diff|has|says|is) ' "${scripts[@]}" | grep -vE '\|\| ')
[ -z "$dead" ] || { echo "these checks cannot fail (write 'A; B', or '! A || exit 1'):"; echo "$dead"; exit 1; }
