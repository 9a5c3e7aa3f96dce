#!/bin/bash
# Values come out of text, mails, pages, Office files, PDF and archives in archives; what cannot be read is said; no instance is needed.
set -euo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export HOME="$d/nobody"; unset VIGIE_HOME
docs=$(cd "$(dirname "$0")/../fuzz/corpus/document" && pwd)
v() { "$VIGIE" --lang en "$@"; }
status() { local want=$1; shift; local got=0; "$@" > "$d/out" 2> "$d/err" || got=$?; [ $got = "$want" ] || { echo "status $got, not $want: $*"; cat "$d/out" "$d/err"; exit 1; }; }
says() { grep -qF -- "$1" "$d/err" || { echo "stderr lacks: $1"; cat "$d/err"; exit 1; }; }
has() { grep -qF -- "$1" "$d/out" || { echo "stdout lacks: $1"; cat "$d/out"; exit 1; }; }
hasnt() { ! grep -qF -- "$1" "$d/out" || { echo "stdout has: $1"; cat "$d/out"; exit 1; }; }
printf 'C2: hxxps://evil[.]example-case(dot)ru/gate.php, then 8.8.8.8\nBURNTCIGAR.CA and README.md\n' > "$d/t"
status 0 v --json extract "$d/t"
has '{"type":"url","value":"https://evil.example-case.ru/gate.php","offset":4,"length":43,"flags":["defanged"]}'
has '"value":"8.8.8.8","offset":54'; has '"list":"public-resolver"'; hasnt 'BURNTCIGAR'; hasnt '"domain-name","value":"readme.md"'
status 0 v --json extract --type ipv4,cidr - < "$d/t"; [ "$(wc -l < "$d/out")" = 1 ]
status 0 v extract "$d/t"; has 'warning list'
status 2 v extract; status 2 v extract --type nonsense "$d/t"; says nonsense
status 1 v extract "$d/nothing"; says "$d/nothing"
status 0 v --json extract "$docs/mail.eml"
for x in boss@header-case.ru http://subject-case.ru/x text-case.ru http://html-case.ru/long hidden-case.ru split-case.ru evil.docx-case.ru inner-body-case.ru 'mail.eml!/2!/r.docx!/word/document.xml'; do has "$x"; done
status 0 v --json extract "$docs/page.html"
for x in 'https://link-case.ru/?a=1&b=2' hidden-case.ru script-case.ru 10.20.30.40; do has "$x"; done
status 0 v --json extract "$docs/../document_rtf/all.rtf"; for x in http://template.example-rtf.net/a.dot evil.example-rtf.com http://link.example-rtf.net/a; do has "$x"; done
status 0 v --json extract "$docs/sheet.xlsx"; has sheet-case.ru
status 0 v --json extract "$docs/message.msg"; has http://msg-body.ru/a; has msg-html.ru; has attached-case.ru
status 0 v --json extract "$docs/book.xlsx"; for x in xl.evil-w.ru https://xl-def.evil-v.ru/p http://xl-link.evil-o.ru/ xl-comment.evil-n.ru; do has "$x"; done
hasnt 3.1.53.1 # two versions of a program that stand in two elements
status 0 v --json extract "$docs/report.pdf"; has pdf-case.ru
status 0 v --json extract - < "$docs/nested.zip"; has pdf-case.ru; has template.docx-case.ru; has attached-case.ru
# one report, written by an office suite as Word's, OpenDocument's, RTF (with a picture in hexadecimal digits) and PDF, and printed to PDF by a browser: the same values of each, those
# behind links and those that a line's end cuts too, and nothing that only the container says
reports=$(cd "$(dirname "$0")/../data/report" && pwd)
cat > "$d/all" <<'END'
btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa
cve CVE-2024-3400
domain-name defanged.evil-c.ru
domain-name evil-d.ru
domain-name link-in-href.evil-a.ru
domain-name splitted.evil-b.ru
domain-name very-long-host-name-of-a-command-server.evil-e.ru
email-addr voleur@evil-d.ru
ipv4-addr 185.220.101.45
sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
url http://link-in-href.evil-a.ru/gate.php?x=1&y=2
url http://very-long-host-name-of-a-command-server.evil-e.ru/some/very/long/path/that/will/wrap/on/the/page/in/pdf/for/certain/index.php?parameter=abcdefghijklmnopqrstuvwxyz0123456789
url https://defanged.evil-c.ru/path
END
(cat "$d/all"; echo "domain-name img.evil-h.ru"; echo "url http://img.evil-h.ru/x.png") | LC_ALL=C sort > "$d/office"
(cat "$d/office"; printf '%s\n' "domain-name in-comment.evil-g.ru" "domain-name in-script.evil-f.ru" "url http://in-comment.evil-g.ru/" "url http://in-script.evil-f.ru/a.js") | LC_ALL=C sort > "$d/html"
for x in report.html:html report.docx:office report.odt:office report.rtf:all report.pdf:all printed.pdf:all; do
  status 0 v --json extract "$reports/${x%:*}"
  python3 -c 'import json, sys
for o in map(json.loads, sys.stdin): print(o["type"], o["value"])' < "$d/out" | LC_ALL=C sort -u > "$d/got"
  diff "$d/${x#*:}" "$d/got" || { echo "${x%:*}: other values"; exit 1; }
done
# what the form of a document always holds is no value of it: the usual template (somebody's own is one, and one that is fetched), what a page is drawn with, the names of messages,
# whose hosts stay; names of schemas are marked
python3 - "$d" <<'END'
import sys, zipfile
def office(name, template, target):
    with zipfile.ZipFile(f"{sys.argv[1]}/{name}", "w") as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        z.writestr("docProps/app.xml", f"<Properties><Template>{template}</Template><Company>usual-case.ru</Company></Properties>")
        z.writestr("word/document.xml", "<document><body><p>said.usual-case.ru</p></body></document>")
        z.writestr("word/_rels/settings.xml.rels", f'<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="{target}" TargetMode="External"/></Relationships>')
office("usual.docx", "Normal.dotm", "file:///C:/Office/Normal.dotm")
office("hostile.docx", "Invoice2026.dotm", "http://fetched.usual-case.ru/a.dotm")
END
status 0 v --json extract "$d/usual.docx"; has said.usual-case.ru; has '"value":"usual-case.ru"'; hasnt '"file-name","value":"Normal.dotm"'
status 0 v --json extract "$d/hostile.docx"; has '"file-name","value":"Invoice2026.dotm"'; has '"url","value":"http://fetched.usual-case.ru/a.dotm"'
printf 'Message-ID: <CAF4f-9c2b3.1234@mid.usual-case.ru>\nReferences: <a.b@ref.usual-case.ru>\n <c.d@ref2.usual-case.ru>\nFrom: voleur@usual-case.ru\nSubject: x\n\nhello\n' > "$d/ids.eml"
status 0 v --json extract "$d/ids.eml"; has '"domain-name","value":"mid.usual-case.ru"'; has '"domain-name","value":"ref2.usual-case.ru"'; has '"email-addr","value":"voleur@usual-case.ru"'; [ "$(grep -c '"email-addr"' "$d/out")" = 1 ]
# what mail servers wrote on the way is told as that, and no sign of anything by itself: a report leaves it out, unless it stands elsewhere too
printf 'Received: from out.relay-case.ru (unknown [45.9.148.77])\n\tby mx.relay-case.fr with ESMTP id AB12; Mon, 1 Jan 2026 00:00:00 +0000\nAuthentication-Results: mx.relay-case.fr; spf=pass smtp.mailfrom=a@auth.relay-case.ru\nFrom: voleur@usual-case.ru\nSubject: x\n\nsee out.relay-case.ru\n' > "$d/way.eml"
status 0 v --json extract "$d/way.eml"; for x in out.relay-case.ru 45.9.148.77 mx.relay-case.fr auth.relay-case.ru; do grep -F "\"$x\"" "$d/out" | grep -qF '"flags":["relay"]'; done; ! grep -F usual-case "$d/out" | grep -q relay || exit 1
status 0 v extract "$d/way.eml"; has "mail relay"
status 0 v --home "$d/way" init --login tester; status 0 v --home "$d/way" --json --as tester intel import "$d/way.eml" --source Way; has '"added":3'
# the message's id in a .msg looks like an address too
python3 - "$docs/message.msg" "$d/id.msg" <<'END'
import sys
b = open(sys.argv[1], "rb").read()
body, own = "Voir hxxp://msg-body[.]ru/a et 9.8.7.6", "<ab.cd.ef@mid.usual-case.ru>"
wide = lambda s: s.encode("utf-16-le")
assert wide(body) in b
open(sys.argv[2], "wb").write(b.replace(wide(body), wide(own.ljust(len(body)))).replace(wide("__substg1.0_1000001F"), wide("__substg1.0_1035001F")))
END
status 0 v --json extract "$d/id.msg"; has '"value":"mid.usual-case.ru"'; hasnt 'ab.cd.ef'
# encrypted is not damaged: an archive whose names are encrypted too, a document with a password; half a word of a part that broke off is no value
echo N3q8ryccAATHeHQusAAAAAAAAAAoAAAAAAAAADM37/wZPH84g6X82e0YGHh7PzXn5gwsslGqnDBNzhvG8+Fkf72JipBxeIhCFtoFLv/oI/xLyHf1MxT/cluT2EuRfus93BAhta0Uu5keIYuczIX2M51i/xHj3MXkY16uaixR4Ifet9V3mb7KiqtW4IiXQOjwKgjsItwAQbbOOoihDPFrj1LQ8hstYLcuQ6kNX7TKzS3BpE40m2UtmdD6YlMWUm+Xi2UHX9WaPiSYNE7/Bp08JhcGQAEJcAAHCwEAASQG8QcBElMPhdT/Vp42l0fQ6ATJpliUuAxlAAA= | base64 -d > "$d/enc.7z"; status 3 v --json extract "$d/enc.7z"; says "enc.7z: encrypted"
python3 - "$docs/message.msg" "$d" <<'END'
import io, sys, zipfile
b = open(sys.argv[1], "rb").read()
wide = lambda s: s.encode("utf-16-le")
old = wide("__substg1.0_1000001F")
assert old in b
open(sys.argv[2] + "/password.docx", "wb").write(b.replace(old, wide("EncryptedPackage" + 4 * chr(0))))
z = io.BytesIO()
with zipfile.ZipFile(z, "w") as f:
    f.writestr("a.txt", "first hxxp://whole[.]evil-case.ru/a then hxxp://half[.]evil-case.ru/a and the rest")
z = z.getvalue()
open(sys.argv[2] + "/cutoff.zip", "wb").write(z[: z.index(b"half[.]evil") + 11])
END
status 3 v --json extract "$d/password.docx"; says "EncryptedPackage: encrypted"
status 3 v --json extract "$d/cutoff.zip"; has http://whole.evil-case.ru/a; hasnt half
printf 'tgz-case.example-enc.ru\n' > "$d/list.txt"; tar -C "$d" -czf "$d/lists.tgz" list.txt; status 0 v --home "$d/way" --json --as tester intel import "$d/lists.tgz" --source Packed; has '"added":1'
# defanged by spaces alone, and by backslashes; numbers of versions and longer rows are no address, a share is none of the web
printf '185 . 220 . 101 . 45 :443\nversion 2 . 3 . 4 . 5\n1 . 2 . 3 . 4 . 5\nhxxp :// spaced [.] evil-case[.]ru / a\nhttp:\\\\back.evil-case.ru\\p\\q.php, \\\\share.evil-case.ru\\x\\y\n' > "$d/spaces"
status 0 v --json extract "$d/spaces"
[ "$(jq -r '.type + " " + .value' "$d/out" | tr '\n' '|')" = 'ipv4-addr 185.220.101.45|url http://spaced.evil-case.ru/a|domain-name spaced.evil-case.ru|url http://back.evil-case.ru/p/q.php|domain-name back.evil-case.ru|file-path \\share.evil-case.ru\x\y|domain-name share.evil-case.ru|' ] || { cat "$d/out"; exit 1; }
has '"value":"185.220.101.45","offset":0,"length":20,"flags":["defanged"]'
# names and paths with letters beyond ASCII; a variant of malware is no file
printf 'andré@société-case.fr C:\\Données privées\\clé.exe café.zip élève-été.docm POORTRY.A Emotet.C main.c почтаivan@evil-case.ru\n' > "$d/letters"
status 0 v --json extract "$d/letters"
[ "$(jq -r '.type + " " + .value' "$d/out" | tr '\n' '|')" = 'email-addr andré@xn--socit-case-e7ab.fr|domain-name xn--socit-case-e7ab.fr|file-path C:\Données privées\clé.exe|file-name café.zip|file-name élève-été.docm|file-name main.c|email-addr ivan@evil-case.ru|domain-name evil-case.ru|' ] || { cat "$d/out"; exit 1; }
printf '<html><head><link rel="stylesheet" href="/css/site.css"><link rel="icon" href="favicon.ico"><script type="application/ld+json">{"@context":"https://schema.org"}</script></head><body><img src="logo.png"><a href="run.hta">x</a><img src="http://img.usual-case.ru/x.png"></body></html>' > "$d/drawn.html"
status 0 v --json extract "$d/drawn.html"; has '"file-name","value":"run.hta"'; has http://img.usual-case.ru/x.png; hasnt site.css; hasnt favicon.ico; hasnt '"logo.png"'; grep -F '"schema.org"' "$d/out" | grep -q document-schema
# a narrow column cuts names at their hyphens
python3 - "$d/column.pdf" <<'END'
import sys
lines = ["defanged: alpha-", "relais-est[.]info", "plain: beta-", "relais-est.info", "mail: jean-", "marc@relais-est[.]ru", "cut twice: gamma-", "relais-", "sud[.]info", "a well-", "known word"]
page = b"BT /F1 12 Tf 14 TL 50 800 Td " + b" ".join(b"(%s) Tj T*" % l.encode() for l in lines) + b" ET"
objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
           b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
           b"<</Length %d>>stream\n%s\nendstream" % (len(page), page), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
out, at = b"%PDF-1.4\n", []
for i, o in enumerate(objects, 1):
    at.append(len(out))
    out += b"%d 0 obj%s endobj\n" % (i, o)
end = len(out)
out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % a for a in at)
open(sys.argv[1], "wb").write(out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % end)
END
status 0 v --json extract "$d/column.pdf"
[ "$(jq -r .value "$d/out" | LC_ALL=C sort | tr '\n' ' ')" = "alpha-relais-est.info beta-relais-est.info gamma-relais-sud.info jean-marc@relais-est.ru relais-est.ru " ] || { cat "$d/out"; exit 1; }
# the same inside a mail inside an archive; and what stands before the fault of one that was cut
python3 - "$reports" "$d" <<'END'
import sys, zipfile
from email.message import EmailMessage
reports, d = sys.argv[1:]
inner = EmailMessage()
inner["From"], inner["To"], inner["Subject"] = "boss@inner-from.ru", "x@y.fr", "=?utf-8?b?aHh4cDovL3N1YmpbLl1ldmlsWy5dcnUvcA==?="
inner.set_content("See http://inner-text.ru/a-very-long-path-that-quoted-printable-will-cut/with/more/and/more/of/it/index.php?x=é1 now", cte="quoted-printable")
inner.add_alternative("<html><body><a href='http://inner-href.ru/b?c=1&amp;d=2'>x</a></body></html>", subtype="html", cte="base64")
outer = EmailMessage()
outer["From"], outer["Subject"], outer["Message-ID"] = "a@police.example.fr", "Fwd", "<1@x>"
outer.set_content("45.9.148[.]7")
outer.add_attachment(inner)
outer.add_attachment(open(reports + "/report.docx", "rb").read(), maintype="application", subtype="octet-stream", filename="rapport é.docx")
outer.add_attachment(open(reports + "/printed.pdf", "rb").read(), maintype="application", subtype="pdf", filename="r.pdf")
with zipfile.ZipFile(d + "/outer.zip", "w", zipfile.ZIP_DEFLATED) as z: z.writestr("in/mail.eml", outer.as_bytes())
END
status 0 v --json extract "$d/outer.zip"
for x in 45.9.148.7 boss@inner-from.ru http://subj.evil.ru/p of/it/index.php 'http://inner-href.ru/b?c=1&d=2' 'rapport é.docx!/word/document.xml' 'http://link-in-href.evil-a.ru/gate.php?x=1&y=2' mail.eml!/4; do has "$x"; done
head -c 1500 "$d/outer.zip" > "$d/cut.zip"; status 3 v --json extract "$d/cut.zip"; says "damaged"; has 45.9.148.7
head -c 9000 "$reports/report.pdf" > "$d/cut.pdf"; status 3 v --json extract "$d/cut.pdf"; says "damaged or protected"
gzip -c "$docs/page.html" > "$d/page.gz"; tar -C "$docs" -czf "$d/all.tgz" mail.eml page.html
status 0 v --json extract "$d/page.gz"; has hidden-case.ru
status 0 v --json extract "$d/all.tgz"; has 'all.tgz!/mail.eml!/headers'
mkdir "$d/dir"; cp "$docs/page.html" "$d/t" "$d/dir"; ln -s / "$d/dir/loop"
status 0 v --json --quiet extract "$d/dir"; has '"file":"'"$d"'/dir/page.html"'
printf '\377\376h\0t\0t\0p\0:\0/\0/\0w\0i\0d\0e\0.\0r\0u\0/\0\n\0' > "$d/wide"
status 0 v --json extract "$d/wide"; has '"http://wide.ru/","offset":0'
printf '\001\002MZ\0\0http://in-binary.ru/x\0\0' > "$d/bin"
status 0 v --json extract "$d/bin"; has '"http://in-binary.ru/x","offset":6'
head -c 500 "$docs/report.docx" > "$d/cut.docx"; status 3 v --json extract "$d/cut.docx"; says damaged
# a bomb: 300 MiB in a megabyte; what is unpacked is bounded and the rest is said
head -c 314572800 /dev/zero | tr '\0' a | gzip -1 > "$d/bomb.gz"; status 3 v --json extract "$d/bomb.gz"; says limit
