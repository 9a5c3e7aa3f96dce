#!/bin/bash
# lazy.sh OUT NAME LIBRARY SYMBOLS CC...: assembly for a shared library that is loaded when one of its functions is first called
# (src/base/library.h). SYMBOLS: a function a line; weak, so that a test can put its own in place. x86-64 only: elsewhere the library is linked as usual.
set -euo pipefail
out=$1 name=$2 library=$3 symbols=$4; shift 4
file=$("$@" -print-file-name="lib$library.so")
soname=$(readelf -d "$file" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
[ -n "$soname" ] || { echo "lazy.sh: lib$library.so has no SONAME ($file)" >&2; exit 1; }
awk -v name="$name" -v soname="$soname" '
  { symbol[n++] = $1 }
  END {
    print "\t.text"
    for (i = 0; i < n; i++)
      printf "\t.weak\t%s\n\t.hidden\t%s\n\t.type\t%s, @function\n\t.p2align 4\n%s:\n\tendbr64\n\tmovq\tfound+%d(%%rip), %%r11\n\ttestq\t%%r11, %%r11\n\tje\t1f\n\tjmp\t*%%r11\n1:\tmovl\t$%d, %%r11d\n\tjmp\tfind\n\t.size\t%s, . - %s\n", symbol[i], symbol[i], symbol[i], symbol[i], 8 * i, i, symbol[i], symbol[i]
    # All registers that may hold arguments are kept over the search.
    split("rax rdi rsi rdx rcx r8 r9 r10", r, " ")
    print "find:\n\tpushq\t%rbp\n\tmovq\t%rsp, %rbp\n\tandq\t$-16, %rsp\n\tsubq\t$192, %rsp"
    for (i = 1; i <= 8; i++) printf "\tmovq\t%%%s, %d(%%rsp)\n\tmovaps\t%%xmm%d, %d(%%rsp)\n", r[i], 8 * (i - 1), i - 1, 64 + 16 * (i - 1)
    printf "\tleaq\tvg_library_%s(%%rip), %%rdi\n\tmovl\t%%r11d, %%esi\n\tcall\tvg_library_symbol\n\tmovq\t%%rax, %%r11\n", name
    for (i = 1; i <= 8; i++) printf "\tmovq\t%d(%%rsp), %%%s\n\tmovaps\t%d(%%rsp), %%xmm%d\n", 8 * (i - 1), r[i], 64 + 16 * (i - 1), i - 1
    print "\tleave\n\tjmp\t*%r11"
    printf "\t.section\t.rodata\nnames:\t.asciz\t\"%s\"\n", soname
    for (i = 0; i < n; i++) printf "\t.asciz\t\"%s\"\n", symbol[i]
    printf "\t.data\n\t.globl\tvg_library_%s\n\t.hidden\tvg_library_%s\n\t.p2align 3\nvg_library_%s:\n\t.quad\tnames, found, 0\n\t.long\t%d, 0\n", name, name, name, n
    printf "\t.bss\n\t.p2align 3\nfound:\t.skip\t%d\n\t.section\t.note.GNU-stack,\"\",@progbits\n", 8 * n
  }' "$symbols" > "$out"
