#!/bin/bash
# Archives and captures of network traffic are taken apart in the cell; hits name the member, or the packet by its number.
set -eu
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
printf 'domain\tevil.com\nipv4:port\t203.0.113.9:443\nurl\thttp://bad.example/x\nipv6\t2001:db8::7\n' > list
"$VIGIE" --quiet intel pack --indicators list -o p > /dev/null 2>&1
hits() { "$VIGIE" --quiet --json match --pack p "$@" | sed 's/{"file":"\([^"]*\)","line":\([0-9]*\),"type":"\([^"]*\)".*/\1:\2:\3/' | tr '\n' ' '; }

mkdir in; echo 'see http://bad.example/x' > in/a.log; printf 'x\nx\nwww.evil.com' > in/b.log
tar cf t.tar in/a.log in/b.log; tar czf t.tgz in/a.log in/b.log
python3 -c "import zipfile; z = zipfile.ZipFile('t.zip', 'w', zipfile.ZIP_DEFLATED); [z.write(n) for n in ('in/a.log', 'in/b.log')]; z.close()"
for a in t.tar t.tgz t.zip; do [ "$(hits $a)" = "$a/in/a.log:1:url $a/in/b.log:3:domain-name " ]; done
[ "$(hits t.tar in t.zip)" = "$(hits --threads 1 t.tar in t.zip)" ]
# Archives in archives, six deep, named by all; a deeper one is told. The same through a pipe.
python3 - <<'P'
import io, tarfile, zipfile
def zipped(name, data):
    b = io.BytesIO(); z = zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED); z.writestr(name, data); z.close(); return b.getvalue()
b = io.BytesIO(); t = tarfile.open(fileobj=b, mode="w:gz"); d = zipped("c.log", b"x\nwww.evil.com\n"); i = tarfile.TarInfo("in.zip"); i.size = len(d); t.addfile(i, io.BytesIO(d)); t.close()
open("deep.zip", "wb").write(zipped("mid.tgz", b.getvalue()))
d = b"www.evil.com"
for n in range(8): d = zipped("%d.zip" % n if n else "log", d)
open("deeper.zip", "wb").write(d)
P
[ "$(hits deep.zip)" = "deep.zip/mid.tgz/in.zip/c.log:2:domain-name " ]
[ "$(hits - < deep.zip)" = "-/mid.tgz/in.zip/c.log:2:domain-name " ]
[ "$(hits - < t.tgz)" = "-/in/a.log:1:url -/in/b.log:3:domain-name " ]
status=0; "$VIGIE" --quiet --lang en match --count --pack p deeper.zip > out 2> err || status=$?; [ $status = 1 ]; grep 'deeper.zip: a member could not be read' err > /dev/null
head -c $(($(stat -c %s t.zip) - 150)) t.zip > cut.zip
status=0; "$VIGIE" --quiet --lang en match --count --pack p cut.zip in/b.log > out 2> err || status=$?
[ $status = 1 ]; grep cut.zip err > /dev/null; [ "$(cat out)" -ge 1 ]

cat > make.py <<'P'
import struct, sys
def eth(t, b): return b"\0" * 12 + struct.pack(">H", t) + b
def v4(proto, src, dst, b): return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(b), 1, 0, 64, proto, 0, bytes(src), bytes(dst)) + b
def v6(proto, src, dst, b): return struct.pack(">IHBB", 0x60000000, len(b), proto, 64) + src + dst + b
def udp(s, d, b): return struct.pack(">HHHH", s, d, 8 + len(b), 0) + b
def tcp(s, d, b): return struct.pack(">HHIIBBHHH", s, d, 1, 1, 0x50, 0x18, 1000, 0, 0) + b
def name(n): return b"".join(bytes([len(l)]) + l.encode() for l in n.split(".")) + b"\0"
q = struct.pack(">HHHHHH", 1, 0x100, 1, 0, 0, 0) + name("www.evil.com") + struct.pack(">HH", 1, 1)
a = struct.pack(">HHHHHH", 1, 0x8180, 1, 1, 0, 0) + name("ok.example") + struct.pack(">HH", 28, 1) + b"\xc0\x0c" + struct.pack(">HHIH", 28, 1, 60, 16) + bytes.fromhex("20010db8000000000000000000000007")
sni = b"evil.com"; ext = struct.pack(">HHHBH", 0, len(sni) + 5, len(sni) + 3, 0, len(sni)) + sni
hello = b"\x03\x03" + b"\0" * 32 + b"\0" + struct.pack(">H", 2) + b"\x13\x01" + b"\x01\0" + struct.pack(">H", len(ext)) + ext
rec = b"\x16\x03\x01" + struct.pack(">H", len(hello) + 4) + b"\x01" + struct.pack(">I", len(hello))[1:] + hello
http = b"GET /x HTTP/1.1\r\nUser-Agent: EvilBot/1.0 (a; b)\r\nHost: bad.example\r\n\r\n"
me, other = [10, 0, 0, 1], [192, 0, 2, 2]
packets = [eth(0x800, v4(17, me, other, udp(5000, 53, q))), eth(0x8100, b"\0\x05" + struct.pack(">H", 0x800) + v4(17, other, me, udp(53, 5000, a))),
  eth(0x800, v4(6, me, [203, 0, 113, 9], tcp(5001, 443, rec))), eth(0x86dd, v6(6, b"\x20\x01" + b"\0" * 14, b"\xfd" + b"\0" * 15, tcp(5002, 80, http))), b"\1\2\3"]
with open("t.pcap", "wb") as f:
  f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
  for i, p in enumerate(packets): f.write(struct.pack("<IIII", 1700000000 + i, 0, len(p), len(p)) + p)
def block(t, b): b += b"\0" * (-len(b) % 4); return struct.pack(">II", t, len(b) + 12) + b + struct.pack(">I", len(b) + 12)
with open("t.pcapng", "wb") as f:
  f.write(block(0x0a0d0d0a, struct.pack(">IHHq", 0x1a2b3c4d, 1, 0, -1)) + block(1, struct.pack(">HHI", 1, 0, 65535)))
  for i, p in enumerate(packets): f.write(block(6, struct.pack(">IIIII", 0, 0x60a24, i, len(p), len(p)) + p))
P
python3 make.py
for c in t.pcap t.pcapng; do
  [ "$(hits $c)" = "$c:1:domain-name $c:2:ipv6-addr $c:3:ipv4:port $c:3:domain-name $c:4:url " ]
done
fields() { "$VIGIE" --quiet --json match --pack "$@" | sed -E 's/.*"field":"([^"]*)".*/\1/' | tr '\n' ' '; }
[ "$(fields p t.pcap)" = 'dns.question dns.answer dst tls.sni http.url ' ]
printf 'user-agent\tEvilBot/1.0 (a; b)\n' > agent; "$VIGIE" --quiet intel pack --indicators agent -o agent.pack > /dev/null 2>&1; [ "$(fields agent.pack t.pcap)" = 'http.user_agent ' ]
"$VIGIE" --quiet --json match --summary --pack p t.pcap | grep '"first":"2023-11-14T22:13:20.000Z"' > /dev/null
# Names that are split over segments: in order, the wrong way round with and without a SYN, one byte each, over the end of the numbers, with other bytes said
# later (those that came first count), with a piece missing (nothing is guessed); a request behind a gap is read alone.
cat > split.py <<'P'
import struct, sys
sys.argv = ["x"]; exec(open("make.py").read().split("packets = [")[0])
def seg(port, seq, b, flags=0x18): return eth(0x800, v4(6, me, other, struct.pack(">HHIIBBHHH", port, 443, seq & 0xffffffff, 1, 0x50, flags, 1000, 0, 0) + b))
out = []
def say(name, segments): out.append((name, segments))
http2 = b"GET /x HTTP/1.1\r\nAccept: */*\r\nHost: bad.example\r\nX: y\r\n\r\n"
cut = rec.index(b"evil") + 2
say("order", [seg(1, 100, rec[:cut]), seg(1, 100 + cut, rec[cut:])])
say("syn", [seg(2, 99, b"", 2), seg(2, 100 + cut, rec[cut:]), seg(2, 100, rec[:cut])])
say("nosyn", [seg(3, 100 + cut, rec[cut:]), seg(3, 100, rec[:cut])])
say("bytes", [seg(4, 100 + i, bytes([c])) for i, c in enumerate(http2)])
say("wrap", [seg(5, 2**32 - 10, http2[:30]), seg(5, 20, http2[30:])])
say("over", [seg(6, 100, http2[:40]), seg(6, 130, b"Host: ok.e"), seg(6, 140, http2[40:])])
say("gap", [seg(7, 100, http2[:40]), seg(7, 142, http2[42:])])
say("behind", [seg(8, 100, http2[:40]), seg(8, 1000, http2)])
say("again", [seg(9, 100, http2), seg(9, 100 + len(http2), http2[:20]), seg(9, 120 + len(http2), http2[20:])])
h = rec[5:]; say("records", [seg(10, 100, b"\x16\x03\x01" + struct.pack(">H", 30) + h[:30]), seg(10, 135, b"\x16\x03\x01" + struct.pack(">H", len(h) - 30) + h[30:])])
http3 = b"GET /x HTTP/1.1\r\nHost: bad.example\r\n\r\n"; post = b"POST /p HTTP/1.1\r\nHost: ok.example\r\nContent-Length: 9\r\n\r\nGET /x HT"
say("two", [seg(12, 100, post + http3)]); say("three", [seg(13, 100, http3 + post + http3[:15]), seg(13, 100 + len(http3 + post) + 15, http3[15:])])
moved = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://bad.example/x\r\n\r\n"; say("moved", [seg(14, 100, moved[:30]), seg(14, 130, moved[30:])])
say("from", [seg(15, 100, b"GET / HTTP/1.1\r\nHost: ok.example\r\nReferer: http://bad.example/x\r\n\r\n")])
def line(port, seq, b): return eth(0x800, v4(6, me, other, struct.pack(">HHIIBBHHH", 99, port, seq, 1, 0x50, 0x18, 1000, 0, 0) + b))
mail = b"EHLO me\r\nMAIL FROM:<bob@www.evil.com>\r\nRCPT TO:<a@ok.example>\r\nDATA\r\nSee http://bad.example/x\r\n"
say("mail", [line(25, 100, mail[:30]), line(25, 130, mail[30:50]), line(25, 150, mail[50:])]); say("starttls", [line(587, 100, b"STARTTLS\r\n"), line(587, 110, rec)])
say("binary", [line(25, 100, b"\0\1www.evil.com\r\nx")])
say("many", [seg(11, 100 + 3 * i, b"\x16\x03\x01") for i in range(5000)])
for name, packets in out:
  with open(name + ".split", "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for i, p in enumerate(packets): f.write(struct.pack("<IIII", 1700000000 + i, 0, len(p), len(p)) + p)
P
python3 split.py
for want in order:2:domain-name syn:3:domain-name nosyn:2:domain-name bytes:49:url wrap:2:url over:3:url behind:2:url "again:1:url again:3:url" records:2:domain-name two:1:url "three:1:url three:2:url" moved:2:url from:1:url \
  "mail:2:domain-name mail:3:url" starttls:2:domain-name; do
  got=$(hits "${want%%:*}.split" | sed 's/\.split//g; s/ $//'); [ "$got" = "$want" ] || { echo "$got, not $want"; exit 1; }
done
for none in gap many binary; do [ -z "$(hits $none.split)" ] || { echo "$none"; exit 1; }; done
[ "$(fields p mail.split moved.split from.split starttls.split)" = 'smtp smtp http.location http.referer tls.sni ' ]
# QUIC, versions 1 and 2: the name of a browser's first two datagrams, whichever comes first; of one alone, or with a byte that is wrong, nothing.
corpus=$SOURCE/tests/fuzz/corpus/capture; cp "$corpus/quic.pcap" "$corpus/quic_split.pcap" .
printf 'domain\tevil.com\n' > list.q; mv p all; "$VIGIE" --quiet intel pack --indicators list.q -o p > /dev/null 2>&1
[ "$(hits quic.pcap quic_split.pcap)" = "quic.pcap:1:domain-name quic.pcap:2:domain-name quic_split.pcap:2:domain-name " ]
[ "$(fields p quic.pcap)" = 'tls.sni tls.sni ' ]
# Fingerprints of hellos, as tshark 4.0 and JA4's own recipe give them for these files: a browser's and a library's over QUIC, a client's and its server's over TCP.
printf 'ja3\t801ce240e45d64b1c71d78335f03aff0\nja4\tq13d0312h3_55b375c5d22e_178839b6cec1\nja3\t121f6e4f22ee3205214b0676ed64b9e2\nja4\tq13d0307h3_55b375c5d22e_1cecd519fee8\n' > list.f
printf 'ja4\tt12d2808h2_d943125447b4_e7e480e5a997\nja3\t22558766122974704364c9c75c5cce0a\nja3s\tec74a5c51106f0419184d0dd08fb05bc\n' >> list.f
"$VIGIE" --quiet intel pack --indicators list.f -o pf > /dev/null 2>&1; cp "$corpus/tls.pcap" .
[ "$(fields pf quic.pcap quic_split.pcap tls.pcap)" = 'tls.ja3 tls.ja4 tls.ja3 tls.ja4 tls.ja3 tls.ja4 tls.ja3 tls.ja4 tls.ja3s ' ]
# The same of a MISP event and of a table, through a store: what is no fingerprint is named.
id() { echo "\"uuid\":\"5c1b8f4e-1111-4222-8333-0123456789a$1\",\"category\":\"Network activity\",\"to_ids\":true,\"timestamp\":\"1793500000\""; }
echo "{\"Event\":{$(id 0),\"info\":\"C2\",\"date\":\"2026-11-01\",\"Attribute\":[{$(id 1),\"type\":\"ja3-fingerprint-md5\",\"value\":\"801CE240E45D64B1C71D78335F03AFF0\"},{$(id 2),\"type\":\"ja3-fingerprint-md5\",\"value\":\"zz\"}]}}" > misp.json
printf 'type,value\nja4,q13d0312h3_55b375c5d22e_178839b6cec1\nja3s,ec74a5c51106f0419184d0dd08fb05bc\n' > table.csv
home() { "$VIGIE" --quiet --home h --lang en --as anne "$@"; }
"$VIGIE" --quiet --home h init --zone EST --login anne > /dev/null 2>&1
status=0; home intel import --source M misp.json > out 2> err || status=$?; [ $status = 3 ]; grep 'zz. is not of type ja3' err > /dev/null; home intel import --source C table.csv > /dev/null
home intel pack -o ps > /dev/null 2>&1; [ "$(fields ps quic_split.pcap tls.pcap)" = 'tls.ja3 tls.ja4 tls.ja3s ' ]
# A server's certificate over four segments: once, its digests (openssl's) and names.
printf 'sha1\t64339e43133e46d4cabccb4f6305f4eac2e53f89\nsha256\t83897cb3e09337f86cd5fc04628432cd3a2e79711d94093d7576834782a6acc2\nja3s\ta548c224ffe85e7076d7897c27f6758c\n' > list.c
printf 'domain\tcn.evil.com\ndomain\tsan.evil.com\nipv4\t203.0.113.9\nurl\thttp://bad.example/x\nemail\tbob@mail.evil.com\n' >> list.c
"$VIGIE" --quiet intel pack --indicators list.c -o pc > /dev/null 2>&1; cp "$corpus/cert.pcap" .
n=tls.cert_name; [ "$(fields pc cert.pcap)" = "tls.ja3s tls.cert_sha1 tls.cert_sha256 $n $n $n $n $n $n " ]
head -c $((24 + ($(stat -c %s quic_split.pcap) - 24) / 2)) quic_split.pcap > half.pcap
python3 -c 'b = bytearray(open("quic.pcap", "rb").read()); b[200] ^= 1; open("wrong.pcap", "wb").write(b)'
[ -z "$(hits half.pcap)" ]; [ "$(hits wrong.pcap)" = "wrong.pcap:2:domain-name " ]; mv all p
# Fragments of IP in any order, with one said twice otherwise (the first counts), with one missing (nothing is guessed); what tunnels carry.
cat > parts.py <<'P'
exec(open("make.py").read().split("packets = [")[0])
d = udp(5000, 53, q); e = udp(5000, 53, q.replace(b"evil", b"good"))
def part4(b, at, more, id): return eth(0x800, struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(b), id, more << 13 | at // 8, 64, 17, 0, bytes(me), bytes(other)) + b)
def part6(b, at, more): return eth(0x86dd, v6(44, b"\x20\x01" + b"\0" * 14, b"\xfd" + b"\0" * 15, struct.pack(">BBHI", 17, 0, at | more, 7) + b))
ip = v4(17, me, other, d); ether = eth(0x800, ip)
captures = {"inorder": [part4(d[:16], 0, 1, 7), part4(d[16:32], 16, 1, 7), part4(d[32:], 32, 0, 7)], "reverse": [part4(d[32:], 32, 0, 7), part4(d[16:32], 16, 1, 7), part4(d[:16], 0, 1, 7)],
  "twice": [part4(d[:32], 0, 1, 7), part4(e[16:32], 16, 1, 7), part4(d[32:], 32, 0, 7)], "missing": [part4(d[:16], 0, 1, 7), part4(d[32:], 32, 0, 7)],
  "other": [part4(d[:16], 0, 1, 7), part4(d[16:], 16, 0, 8)], "six": [part6(d[24:], 24, 0), part6(d[:24], 0, 1)], "bomb": [part4(b"x" * 8, 65528, 0, i) for i in range(300)],
  "gre": [eth(0x800, v4(47, me, other, b"\x30\0\x08\0" + b"k" * 8 + ip))], "ipip": [eth(0x800, v4(4, me, other, ip))], "vxlan": [eth(0x800, v4(17, me, other, udp(9, 4789, b"\x08" + b"\0" * 7 + ether)))],
  "pppoe": [eth(0x8864, b"\x11\0\0\1\0\0\0\x21" + ip)], "mpls": [eth(0x8847, b"\0\0\x10\x40\0\0\x11\x40" + ip)], "nested": [part4(udp(9, 4789, b"\x08" + b"\0" * 7 + part4(d[:16], 0, 1, 9)), 0, 1, 5)[:60] for i in range(3)]}
for name, packets in captures.items():
  with open(name + ".parts", "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for i, p in enumerate(packets): f.write(struct.pack("<IIII", 1700000000 + i, 0, len(p), len(p)) + p)
P
python3 parts.py
for want in inorder:3 reverse:3 twice:3 six:2 gre:1 ipip:1 vxlan:1 pppoe:1 mpls:1; do
  [ "$(hits "${want%:*}.parts")" = "${want%:*}.parts:${want#*:}:domain-name " ] || { echo "$want: $(hits "${want%:*}.parts")"; exit 1; }
done
for none in missing other bomb nested; do [ -z "$(hits $none.parts)" ] || { echo "$none"; exit 1; }; done
# MAC addresses, ARP; Wi-Fi with and without radiotap: names of networks, who speaks to whom, and what is said when it is not encrypted.
cat > air.py <<'P'
exec(open("make.py").read().split("packets = [")[0])
a, b, c, d = (bytes.fromhex("0200000000%02x" % i) for i in (10, 11, 12, 13)); ip = v4(17, me, other, udp(5000, 53, q)); llc = bytes.fromhex("aaaa030000000800")
def air(kind, flags, first, second, third, body): return bytes([kind, flags, 0, 0]) + first + second + third + b"\0\0" + body
frames = [air(0x08, 1, b, a, c, llc + ip), air(0x88, 2, a, b, c, b"\0\0" + llc + ip), air(0x08, 3, b, c, d, a + llc + ip), air(0x08, 0x41, b, a, c, llc + ip), air(0x48, 1, b, a, c, b""),
  air(0x80, 0, b"\xff" * 6, b, b, b"\0" * 12 + b"\0\x0cwww.evil.com"), air(0x40, 0, b"\xff" * 6, a, b, b"\0\x08evil.com")]
arp = b"\xff" * 6 + a + bytes.fromhex("08060001080006040001") + a + bytes([203, 0, 113, 9]) + b"\0" * 6 + bytes(other)
for name, link, packets in (("air", 105, frames), ("tap", 127, [bytes.fromhex("00000c000000000000000000") + f for f in frames]), ("arp", 1, [arp, arp[:30]])):
  with open(name + ".pcap", "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link))
    for i, p in enumerate(packets): f.write(struct.pack("<IIII", 1700000000 + i, 0, len(p), len(p)) + p)
P
python3 air.py; printf 'domain\tevil.com\nmac\t02-00-00-00-00-0a\nipv4\t203.0.113.9\n' > list.a; "$VIGIE" --quiet intel pack --indicators list.a -o pa > /dev/null 2>&1
seen() { "$VIGIE" --quiet --json match --pack pa "$1" | sed -E 's/.*"line":([0-9]+).*"field":"([^"]*)".*/\1:\2/' | tr '\n' ' '; }
for f in air tap; do
  [ "$(seen $f.pcap)" = '1:src.mac 1:dns.question 2:dst.mac 2:dns.question 3:src.mac 3:dns.question 4:src.mac 5:src.mac 6:wifi.ssid 7:src.mac 7:wifi.ssid ' ] || { seen $f.pcap; exit 1; }
done
[ "$(seen arp.pcap)" = '1:src.mac 1:arp.sender 1:src 2:src.mac 2:arp.sender ' ] || { seen arp.pcap; exit 1; }
python3 -c 'import struct; open("usb.pcap", "wb").write(struct.pack("<IHHiIIIIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 189, 0, 0, 4, 4) + b"abcd")'
status=0; "$VIGIE" --quiet --lang en match --pack p usb.pcap > out 2> err || status=$?
[ $status = 1 ]; grep 'a link of type 189' err > /dev/null
# A Windows event log: a line an event, those in free space too; a cut one gives what is whole.
cp "$SOURCE/tests/fuzz/corpus/evtx/made.evtx" w.evtx
printf 'url\thttp://bad.example/x\ndomain\tevil.com\nipv4\t203.0.113.9\nemail\tbob@mail.example\n' > list.w
"$VIGIE" --quiet intel pack --indicators list.w -o pw > /dev/null 2>&1
"$VIGIE" --quiet --json match --pack pw w.evtx | sed 's/.*"line":\([0-9]*\),"type":"\([^"]*\)".*/\1 \2/' | tr '\n' ';' > out
[ "$(cat out)" = '1 domain-name;1 ipv4-addr;2 email-addr;3 email-addr;' ]
[ "$(fields pw w.evtx)" = 'list Inner Data Data ' ]
"$VIGIE" --quiet --json match --summary --pack pw w.evtx | grep '"first":"2023-11-14T22:13:20.000Z"' > /dev/null
head -c 5000 w.evtx > cut.evtx
status=0; "$VIGIE" --quiet --lang en match --pack pw cut.evtx > out 2> err || status=$?
[ $status = 1 ]; grep 'cut.evtx: 1 damaged chunk and' err > /dev/null
head -c 300 t.pcap > cut.pcap
status=0; "$VIGIE" --quiet --lang en match --pack p cut.pcap > out 2> err || status=$?
[ $status = 1 ]; grep 'breaks off' err > /dev/null; grep 'www.evil.com' out > /dev/null
# What is compressed, a capture or an event log inside an archive is taken apart as well; compressed ones without an archive too.
mkdir -p deep; printf 'x\nwww.evil.com\n' | gzip > deep/access.log.2.gz; gzip -c t.pcap > deep/t.pcap.gz; cp w.evtx deep/; zstd -q w.evtx -o deep/w.evtx.zst
tar cf deep.tar -C deep access.log.2.gz t.pcap.gz w.evtx
[ "$(hits deep.tar)" = "deep.tar/access.log.2.gz:2:domain-name deep.tar/t.pcap.gz:1:domain-name deep.tar/t.pcap.gz:2:ipv6-addr deep.tar/t.pcap.gz:3:ipv4:port deep.tar/t.pcap.gz:3:domain-name deep.tar/t.pcap.gz:4:url deep.tar/w.evtx:1:domain-name " ]
[ "$(hits deep/t.pcap.gz | sed 's|deep/t.pcap.gz|t.pcap|g')" = "$(hits t.pcap)" ]
[ "$(hits deep/w.evtx.zst)" = "deep/w.evtx.zst:1:domain-name " ]
gzip -c deep.tar > deep.bin; [ "$(hits deep.bin | tr ' ' '\n' | wc -l)" = 7 ]
head -c $(($(stat -c %s deep/t.pcap.gz) - 30)) deep/t.pcap.gz > cut.pcap.gz; tar cf cut.tar cut.pcap.gz in/b.log
status=0; "$VIGIE" --quiet --lang en match --pack p cut.tar > out 2> err || status=$?
[ $status = 1 ]; grep 'cut.pcap.gz' err > /dev/null; grep 'cut.tar/in/b.log:3' out > /dev/null
