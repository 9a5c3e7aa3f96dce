#!/bin/bash
# Every C file stands as `make format` leaves it.
set -euo pipefail
cd "${SOURCE:-.}"
files() { git ls-files '*.[ch]' 2> /dev/null || true; }
[ -n "$(files)" ] || { echo "no list of files without git: nothing to look at"; exit 77; }
bad=$(files | xargs -P "$(nproc)" -n 32 clang-format-14 --dry-run --Werror 2>&1 | grep -oE '^[^:]+:[0-9]+' | sort -u || true)
[ -z "$bad" ] || { echo "make format would change:"; echo "$bad" | head -50; exit 1; }
# The check itself can fail: a line that is out of form must be seen.
probe=$(mktemp -d); cp .clang-format "$probe"; printf 'int  x ;\n' > "$probe/x.c"
! clang-format-14 --dry-run --Werror "$probe/x.c" 2> /dev/null || { echo "the check sees nothing"; exit 1; }
rm -rf "$probe"
