#!/bin/bash
# AFF4: what Vigie writes is a sound ZIP whose members give the medium back without Vigie; what another hand wrote, with gaps, symbols
# and every packing, reads as the medium; damage is told; an interrupted copy goes on.
set -euo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export HOME="$d/nobody"; unset VIGIE_HOME
v() { "$VIGIE" --lang en "$@"; }
status() { local want=$1 got=0; shift; "$@" > "$d/out" 2> "$d/err" || got=$?; [ "$got" = "$want" ] || { echo "status $got, not $want: $*"; cat "$d/out" "$d/err"; exit 1; }; }
says() { grep -F -- "$1" "$d/out" "$d/err" > /dev/null || { echo "lacks: $1"; cat "$d/out" "$d/err"; exit 1; }; }

truncate -s 130M "$d/disk"
seq 1 900000 | dd of="$d/disk" bs=1M conv=notrunc status=none
dd if=/dev/urandom of="$d/disk" bs=1M count=9 seek=62 conv=notrunc status=none
printf 'the last bytes' >> "$d/disk"
sha=$(sha256sum < "$d/disk" | cut -c1-64)
for level in none fast best; do
  status 0 v --json acquire "$d/disk" --to "$d/$level" --format aff4 --level $level; says "$sha"; says "$level.aff4"
  status 0 v --json verify "$d/$level.aff4"; says '"ok":true'
done
status 2 v acquire "$d/disk" --to "$d/x" --format aff4 --segment 10M; says "one file"
status 1 v acquire "$d/disk" --to "$d/best" --format aff4; says "never overwritten"

# without Vigie: the members of the ZIP, by the standard
cat > "$d/read.py" <<'END'
import hashlib, re, struct, sys, zipfile, zlib
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
volume = z.read("container.description").decode()
assert z.comment.decode() == volume and z.namelist() and z.read("version.txt").startswith(b"major=1\nminor=0\n")
turtle = z.read("information.turtle").decode()
part = {re.search(r" a aff4:(\w+)", p).group(1): p for p in turtle.split("\n\n") if " a aff4:" in p}
get = lambda kind, name: re.search(r'aff4:%s "?<?([^">]*)' % name, part[kind]).group(1)
size, chunk, many = int(get("Map", "size")), int(get("ImageStream", "chunkSize")), int(get("ImageStream", "chunksInSegment"))
name = lambda kind: re.match(r"<(aff4://[^>]*)>", part[kind].strip()).group(1).replace("aff4://", "aff4%3A%2F%2F")
assert struct.unpack("<QQQI", z.read(name("Map") + "/map")) == (0, size, 0, 0)
h, left, codec = hashlib.sha256(), size, get("ImageStream", "compressionMethod")
for i in range((size + chunk * many - 1) // (chunk * many)):
    bevy, index = z.read("%s/%08d" % (name("ImageStream"), i)), z.read("%s/%08d.index" % (name("ImageStream"), i))
    for at, n in struct.iter_unpack("<QI", index):
        b = bevy[at:at + n]
        if n != chunk:
            assert codec.endswith("rfc1950.txt")
            b = zlib.decompress(b)
        h.update(b[:min(left, chunk)]); left -= min(left, chunk)
assert left == 0
print(h.hexdigest(), get("Map", "hash"))
END
for level in none best; do
  [ "$(python3 "$d/read.py" "$d/$level.aff4" | cut -c1-64)" = "$sha" ] || { echo "$level.aff4 does not give the medium back"; exit 1; }
done
python3 -c "import sys, zipfile; assert zipfile.ZipFile(sys.argv[1]).testzip() is None" "$d/fast.aff4"

# another hand's volume: information packed, two streams, gaps, symbols; each packing by its simplest form
cat > "$d/make.py" <<'END'
import hashlib, struct, sys, zipfile, zlib
def lz4(b):
    n, out = len(b) - 15, bytes([0xf0])
    while n >= 255: out += b"\xff"; n -= 255
    return out + bytes([n]) + b
def snappy(b):
    n, out = len(b), b""
    while n >= 128: out += bytes([n & 127 | 128]); n >>= 7
    return out + bytes([n, 61 << 2]) + struct.pack("<H", len(b) - 1) + b
packings = {"lz4": ("https://code.google.com/p/lz4/", lz4), "snappy": ("http://code.google.com/p/snappy/", snappy),
            "zlib": ("https://www.ietf.org/rfc/rfc1950.txt", zlib.compress), "stored": ("http://aff4.org/Schema#NullCompressor", bytes)}
path, packing, chunk, medium = sys.argv[1], sys.argv[2], 4096, b""
uri, pack = packings[packing]
content = [bytes((i * k + (i >> 5)) & 255 for i in range(9 * chunk + 100)) for k in (3, 5)]
z = zipfile.ZipFile(path, "w")
z.writestr("container.description", "aff4://volume")
z.writestr("version.txt", "major=1\nminor=0\ntool=another hand\n")
for s, data in enumerate(content):
    for bevy in range(3):
        body, index = b"", b""
        for i in range(4 * bevy, min(4 * bevy + 4, 10)):
            c = data[i * chunk:(i + 1) * chunk]
            c += bytes(chunk - len(c))
            p = pack(c)
            index += struct.pack("<QI", len(body), len(p)); body += p
        z.writestr("aff4%%3A%%2F%%2Fstream%d/%08d" % (s, bevy), body)
        z.writestr("aff4%%3A%%2F%%2Fstream%d/%08d.index" % (s, bevy), index)
extents = [(0, 5000, 0, 0), (5000, 20000, 100, 1), (30000, 70, 7, 2), (31000, 1000, 0, 3), (40000, 30000, 6900, 0)]
size, medium = 80000, bytearray(80000)
symbols = {2: b"UNKNOWN", 3: b"\x41"}
for at, n, start, target in extents:
    for i in range(n):
        medium[at + i] = content[target][start + i] if target < 2 else symbols[target][(start + i) % len(symbols[target])]
records = [struct.pack("<QQQI", *e) for e in extents]
z.writestr("aff4%3A%2F%2Fmap/map", b"".join(reversed(records)))
z.writestr("aff4%3A%2F%2Fmap/idx", "aff4://stream0\naff4://stream1\nhttp://aff4.org/Schema#UnknownData\nhttp://aff4.org/Schema#SymbolicStream41\n")
stream = ('<aff4://stream%d> a a:ImageStream ; a:chunkSize "4096"^^x:int ; a:chunksInSegment 4 ; a:compressionMethod <%s> ; a:size %d .\n')
z.writestr("information.turtle", "@prefix a: <http://aff4.org/Schema#> .\n@prefix x: <http://www.w3.org/2001/XMLSchema#> .\n"
    "# another prefix, another order\n<aff4://map> a a:Map ; a:size %d ; a:hash \"%s\"^^a:SHA256 .\n" % (size, hashlib.sha256(medium).hexdigest())
    + "".join(stream % (i, uri, len(content[i])) for i in range(2))
    + "<aff4://image> a a:Image , a:DiskImage ; a:dataStream <aff4://map> .\n", compress_type=zipfile.ZIP_DEFLATED)
z.comment = b"aff4://volume"
z.close()
print(hashlib.sha256(medium).hexdigest())
END
for packing in lz4 snappy zlib stored; do
  want=$(python3 "$d/make.py" "$d/other-$packing.aff4" $packing)
  status 0 v --json verify "$d/other-$packing.aff4"; says "\"sha256\":\"$want\""; says '"ok":true'
done
# a name that hides it, and one that claims it
cp "$d/other-zlib.aff4" "$d/evidence.bin"; status 0 v --json verify "$d/evidence.bin"; says "$want"
cp "$d/disk" "$d/false.aff4"; status 3 v verify "$d/false.aff4"; says "no longer opens"
# a stream that lies elsewhere, a packing of tomorrow
sed 's/aff4:\/\/stream1/aff4:\/\/streamX/' "$d/make.py" > "$d/odd.py"; python3 "$d/odd.py" "$d/odd.aff4" stored > /dev/null
status 1 v analyse "$d/odd.aff4"; says "aff4://streamX"
sed 's/rfc1950/rfc9999/' "$d/make.py" > "$d/odd.py"; python3 "$d/odd.py" "$d/odd.aff4" zlib > /dev/null
status 1 v analyse "$d/odd.aff4"; says "rfc9999"

# what is inside is found as in a raw image
cp "$DEMO/poste-compta.img" "$d/poste.img"
status 0 v acquire "$d/poste.img" --to "$d/poste" --format aff4
v analyse "$d/poste.img" --json --only file 2> /dev/null | grep -o '"path":"[^"]*"' | sort > "$d/raw" || true
v analyse "$d/poste.aff4" --json --only file 2> /dev/null | grep -o '"path":"[^"]*"' | sort > "$d/aff4" || true
[ -s "$d/raw" ]; cmp "$d/raw" "$d/aff4"

# damage: in a bevy that is packed and in one that is not, at the end
rm "$d"/*.vigie.json
printf 'XXXX' | dd of="$d/none.aff4" bs=1 seek=$((70 << 20)) conv=notrunc status=none
status 3 v verify "$d/none.aff4"; says "bevy 1"; says "no longer has the sha256"
printf 'XXXX' | dd of="$d/fast.aff4" bs=1 seek=$(($(stat -c %s "$d/fast.aff4") / 3)) conv=notrunc status=none
status 3 v verify "$d/fast.aff4"
head -c -100 "$d/best.aff4" > "$d/cut.aff4"; status 3 v verify "$d/cut.aff4"; says "no longer opens"
echo ok
