#!/bin/sh
# make_bad.sh IMAGE OUTDIR: a truncated copy of the disk image, and one whose partition table is damaged.
set -eu
image=$1 out=$2
trap 'rm -f "$out/.truncated" "$out/.damaged"' EXIT

# 20 MiB: the table promises two volumes, the first ends in the middle, the second is not there.
dd if="$image" of="$out/.truncated" bs=1048576 count=20 conv=sparse 2>/dev/null

# Entries that start past the end, overlap themselves or have no length; the 55 AA mark stays. The volumes are still there.
cp --sparse=always "$image" "$out/.damaged"
printf '\200\376\377\377\007\376\377\377\377\377\377\177\001\000\000\000\000\376\377\377\203\376\377\377\377\377\377\377\377\377\377\377\125\252\125\252\005\125\252\125\001\000\000\000\000\000\000\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020' |
  dd of="$out/.damaged" bs=1 seek=446 conv=notrunc 2>/dev/null
mv -f "$out/.truncated" "$out/truncated.img"
mv -f "$out/.damaged" "$out/damaged-table.img"
