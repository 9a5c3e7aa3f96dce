#!/bin/sh
# embed.sh OUT.S SYMBOL=FILE...: an assembler file that carries each file's bytes as `const char SYMBOL[]`, NUL-terminated,
# and `const unsigned SYMBOL_size`.
set -eu
out=$1; shift
{
  echo '.section .note.GNU-stack,"",%progbits'
  echo '.section .rodata'
  for pair in "$@"; do
    symbol=${pair%%=*}; file=${pair#*=}
    printf '.global %s, %s_size\n.balign 16\n%s:\n.incbin "%s"\n.byte 0\n' "$symbol" "$symbol" "$symbol" "$file"
    printf '.balign 4\n%s_size:\n.long %s\n' "$symbol" "$(wc -c < "$file")"
  done
} > "$out"
