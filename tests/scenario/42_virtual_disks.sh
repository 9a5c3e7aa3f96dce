#!/bin/bash
# Disks of virtual machines: each form that qemu-img writes gives the medium's own SHA-256; what needs another file or a key, or is cut, is refused.
set -euo pipefail
command -v qemu-img > /dev/null || { echo "no qemu-img on this machine"; exit 77; }
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export HOME="$d/nobody"; unset VIGIE_HOME
v() { "$VIGIE" --lang en "$@" 2> "$d/err"; }
status() { local want=$1 got=0; shift; "$@" > "$d/out" || got=$?; [ "$got" = "$want" ] || { echo "status $got, not $want: $*"; cat "$d/out" "$d/err"; exit 1; }; }
says() { grep -F -- "$1" "$d/out" "$d/err" > /dev/null || { echo "lacks: $1"; cat "$d/out" "$d/err"; exit 1; }; }

# 24 MiB: words, holes, noise that packs badly, and an end that fills no grain
truncate -s 24M "$d/disk"
seq 1 300000 | dd of="$d/disk" bs=1M conv=notrunc status=none
dd if=/dev/urandom of="$d/disk" bs=4k count=700 seek=1500 conv=notrunc status=none
printf 'the last bytes' | dd of="$d/disk" bs=1 seek=$((24 * 1024 * 1024 - 14)) conv=notrunc status=none
want=$(sha256sum < "$d/disk" | cut -c1-64)

same() { # same FILE OPTIONS...: converted so, it reads as the disk
  local file=$d/$1; shift
  qemu-img convert -f raw "$@" "$d/disk" "$file"
  v verify "$file" --json > "$d/out" || { cat "$d/out" "$d/err"; exit 1; }
  grep -F "\"sha256\":\"$want\"" "$d/out" > /dev/null || { echo "$file ($*) does not read as the disk"; cat "$d/out"; exit 1; }
}
same a.qcow2 -O qcow2
same b.qcow2 -O qcow2 -o compat=0.10,cluster_size=4k
same c.qcow2 -O qcow2 -c
same d.qcow2 -O qcow2 -c -o compression_type=zstd,cluster_size=16k
same e.vmdk -O vmdk
same f.vmdk -O vmdk -o subformat=streamOptimized
same g.vmdk -O vmdk -o subformat=monolithicFlat
same h.vmdk -O vmdk -o subformat=twoGbMaxExtentSparse
same i.vdi -O vdi
same j.vdi -O vdi -o static=on
same k.vhd -O vpc -o force_size=on
same l.vhd -O vpc -o subformat=fixed,force_size=on
same m.vhdx -O vhdx
same n.vhdx -O vhdx -o subformat=fixed,block_size=2M

# what is inside is found as in a raw image
cp "$DEMO/poste-compta.img" "$d/raw.img"; qemu-img convert -f raw -O qcow2 -c "$d/raw.img" "$d/poste.qcow2"
status 0 v analyse "$d/raw.img" --only file,volume --json; sort "$d/out" > "$d/as-raw"
status 0 v analyse "$d/poste.qcow2" --only file,volume --json; sort "$d/out" > "$d/as-qcow2"
cmp "$d/as-raw" "$d/as-qcow2"

# never a silent lie
qemu-img create -q -f qcow2 -b a.qcow2 -F qcow2 "$d/over.qcow2"
for command in verify analyse; do status 1 v $command "$d/over.qcow2"; says "holds only what differs from another file"; done
# qemu-img times its key derivation, and gives up when the clock was too coarse for it
locked() { qemu-img create -q -f qcow2 --object secret,id=s,data=x -o encrypt.format=luks,encrypt.key-secret=s "$d/secret.qcow2" 1M 2> "$d/err"; }
for _ in $(seq 20); do locked && break; rm -f "$d/secret.qcow2"; done
[ -s "$d/secret.qcow2" ] || { cat "$d/err"; exit 1; }
status 1 v analyse "$d/secret.qcow2"; says "encrypted"
head -c 3000000 "$d/a.qcow2" > "$d/cut.qcow2"; status 3 v verify "$d/cut.qcow2"; says "damaged"
head -c 700 "$d/m.vhdx" > "$d/cut.vhdx";       status 3 v verify "$d/cut.vhdx"
rm "$d/g-flat.vmdk";                           status 1 v verify "$d/g.vmdk"; says "is missing: copy it beside"
sed 's/h-s001.vmdk/..\/h-s001.vmdk/' "$d/h.vmdk" > "$d/out-of-here.vmdk"; status 1 v verify "$d/out-of-here.vmdk"; says "outside its directory"
