#!/bin/bash
# Feeds that are followed: what has not changed is not read again, a MISP feed brings only new events, a failure waits longer and stops nobody else.
set -euo pipefail
home=$(mktemp -d); trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$home"' EXIT
v() { "$VIGIE" --home "$home/i" --lang en --as tester "$@"; }
status() { local want=$1; shift; local got=0; "$@" > "$home/out" 2> "$home/err" || got=$?; [ $got = "$want" ] || { echo "status $got, not $want: $*"; cat "$home/out" "$home/err"; exit 1; }; }
has() { grep -qF -- "$1" "$home/out" "$home/err" || { echo "output lacks: $1"; cat "$home/out" "$home/err"; exit 1; }; }
mkdir "$home/www" "$home/www/misp" "$home/dir"
cat > "$home/server.py" <<'END'
import gzip, hashlib, http.server, os, sys, time
os.chdir(sys.argv[1])
class Answer(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def do_GET(self):
        path = "." + self.path
        print(self.path, file=open("../asked", "a"))
        if self.path == "/slow":
            time.sleep(600)
        body = open(path, "rb").read() if os.path.isfile(path) else None
        tag = '"%s"' % hashlib.sha1(body).hexdigest() if body is not None else ""
        if self.path == "/busy":
            self.send_response(503); self.send_header("Retry-After", "7200"); body = b""
        elif self.path == "/later":
            self.send_response(429); body = b""
            self.send_header("Retry-After", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 10800)))
        elif self.path in ("/moved", "/circle", "/local"):
            self.send_response(301); body = b""
            self.send_header("Location", {"/moved": "/new.txt", "/circle": "/circle", "/local": "file:///etc/passwd"}[self.path])
        elif self.path == "/cut":
            self.send_response(200); self.send_header("Content-Length", "10000"); self.end_headers(); self.wfile.write(b"cut.test\n"); return
        elif self.path.startswith("/packed"): # whole, cut though the length is right, of members, in an unknown way
            body = gzip.compress(b"packed.test\n") + gzip.compress(b"") * 700 + gzip.compress(b"second.test\n") + b"\0\0"
            body = {"whole": body, "cut": gzip.compress(b"".join(b"n%d.test\n" % i for i in range(999)))[:900], "odd": b"abc.test"}[self.path[8:]]
            self.send_response(200); self.send_header("Content-Encoding", "br" if self.path == "/packed-odd" else "gzip")
        elif self.path == "/dated":
            known = self.headers.get("If-Modified-Since")
            self.send_response(304 if known else 200); body = b"" if known else b"dated.test\n"
            self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        elif body is None:
            self.send_response(404); body = b""
        elif self.headers.get("If-None-Match") == tag:
            self.send_response(304); body = b""
        else:
            self.send_response(200); self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
print(s.server_port, flush=True)
s.serve_forever()
END
python3 "$home/server.py" "$home/www" > "$home/port" & server=$!
until [ -s "$home/port" ]; do sleep .1; done
base=http://127.0.0.1:$(cat "$home/port")
event() { printf '{"Event":{"uuid":"%s","info":"%s","Attribute":[{"type":"domain","value":"%s","to_ids":true},{"type":"comment","value":"seen in May","to_ids":false}]}}' "$1" "$2" "$3" > "$home/www/misp/$1.json"; }
one=11111111-1111-4111-8111-111111111111 two=22222222-2222-4222-8222-222222222222
status 0 "$VIGIE" --home "$home/i" --lang en init --login tester
# a list by URL
echo "feed-a.test" > "$home/www/list.txt"
status 0 v intel follow "$base/list.txt" --source "Feed A" --every 30
status 0 v --json intel fetch; has '"feeds":1,"unchanged":0,"failed":0,"added":1'
status 0 v --json intel fetch; has '"feeds":0'
status 0 v --json intel fetch --all; has '"feeds":1,"unchanged":1'
echo "feed-b.test" >> "$home/www/list.txt"
status 0 v --json intel fetch "$base/list.txt"; has '"added":1'
# a MISP feed: the second round asks for the new event only
event $one "Campaign" misp-a.test
echo "{\"$one\":{\"timestamp\":\"1\"},\"../../etc/passwd\":{\"timestamp\":\"1\"}}" > "$home/www/misp/manifest.json"
status 0 v intel follow "$base/misp/manifest.json" --source MISP
status 0 v --json intel fetch; has '"added":2'
event $two "Another" misp-b.test
echo "{\"$one\":{\"timestamp\":\"1\"},\"$two\":{\"timestamp\":2}}" > "$home/www/misp/manifest.json"
: > "$home/asked"
status 0 v --json intel fetch "$base/misp/manifest.json"; has '"added":2'
[ "$(grep -c json "$home/asked")" = 2 ] || { echo "asked for more than the manifest and the new event"; cat "$home/asked"; exit 1; }
status 0 v intel show misp-b.test; has "MISP"
status 0 v --json intel list --objects --type observed-data; has "observed-data"
# an event that is announced and not there is told and asked for again; the feed is none the worse for it
missing=7f8d2c1e-3a10-4d0c-9c2b-0a1b2c3d4e5f
echo "{\"$one\":{\"timestamp\":\"1\"},\"$two\":{\"timestamp\":2},\"$missing\":{\"timestamp\":\"1\"}}" > "$home/www/misp/manifest.json"
status 3 v --json intel fetch "$base/misp/manifest.json"; has '"unchanged":1,"failed":0'; has '"missing":1'
status 3 v intel feeds; has "1 event that it announces could not be had"; status 3 v --json intel feeds; has '"missing":1,"failures":0'
event $missing "Late" misp-c.test
status 0 v --json intel fetch "$base/misp/manifest.json"; has '"missing":0'; status 0 v intel feeds; status 0 v intel show misp-c.test
# the same by its directory, as feeds are published; the page of another directory is a page; hashes.csv holds no values
status 0 v --json intel follow "$base/misp/" --source "MISP by directory"; : > "$home/asked"; status 0 v --json intel fetch "$base/misp/"; has '"missing":0'
grep -q "/misp/$two.json" "$home/asked"; : > "$home/asked"; status 0 v --json intel fetch "$base/misp/"; has '"unchanged":1'; [ "$(wc -l < "$home/asked")" = 1 ] || { cat "$home/asked"; exit 1; }
[ "$(v --json intel show misp-b.test | grep -c '"source":"MISP')" = 2 ]; if v --json intel list --type file-name | grep -q manifest; then exit 1; fi
printf '%s,%s\n' "$(printf misp-b.test | md5sum | cut -d' ' -f1)" $two > "$home/www/hashes.csv"; status 1 v intel import "$base/hashes.csv"; has "follow the manifest.json beside it"; status 0 v intel unfollow "$base/misp/"
# the same feed on disk
status 0 v --json intel import "$home/www/misp" --source "MISP on disk"; has '"rejected":0'
# a directory
echo "dir-a.test" > "$home/dir/a.txt"
status 0 v intel follow "$home/dir" --source Disk
status 0 v --json intel fetch "$home/dir"; has '"added":1'
status 0 v --json intel fetch "$home/dir"; has '"unchanged":1'
echo "dir-b.test" > "$home/dir/b.txt"
status 0 v --json intel fetch "$home/dir"; has '"added":1'
# prose beside the lists: its values are searched for, its lines are no bad values
printf '# Notes\n\nThe actor used hxxp://dir-c[.]example-case.ru/x.\nSee the file README.\n' > "$home/dir/notes.md"
status 0 v --json intel fetch "$home/dir"; has '"added":2'; has '"rejected":0'
# however Windows and old spreadsheets write: UTF-16 with its mark, Windows-1252, lines that end in CR alone, a mark before JSON
printf 'valeur;commentaire\nutf16-a.example-enc.ru;accès à distance\nutf16-b.example-enc.ru;x\n' | iconv -f UTF-8 -t UTF-16 > "$home/wide.csv"; status 0 v --json intel import "$home/wide.csv" --source Wide; has '"added":2'
status 0 v intel list --objects --source Wide; has 'accès à distance'
printf '# vu \340 Lyon\nb\374cher-enc.ru\n' > "$home/western.txt"; status 0 v --json intel import "$home/western.txt" --source Western; has '"added":1'; status 0 v intel list --limit 1000; has xn--bcher-enc-q9a.ru
printf 'cr-a.example-enc.ru\rcr-b.example-enc.ru\r' > "$home/cr.txt"; status 0 v --json intel import "$home/cr.txt" --source Cr; has '"added":2'
for mark in '\357\273\277' ''; do
  { printf "$mark"; printf '{"type":"bundle","id":"bundle--0190a7c4-0000-4000-8000-0000000000b1","objects":[{"type":"identity","spec_version":"2.1","id":"identity--0190a7c4-0000-4000-8000-0000000000b2","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","name":"Marqué"}]}'; } > "$home/mark.json"
  [ -n "$mark" ] || { iconv -f UTF-8 -t UTF-16LE "$home/mark.json" > "$home/mark16.json"; mv "$home/mark16.json" "$home/mark.json"; }
  status 0 v --json intel import "$home/mark.json" --source "Mark$mark"; has '"read":1'; has '"rejected":0'
done
# a line of a report in a list is told as that, with what to do; a table's dates are read as its rows show
printf 'list-a.example-enc.ru\n- 45.9.148.7 port 443 - list-b.example-enc.ru\nCHAIN OF EVENTS\n' > "$home/mixed.txt"; status 3 v --json intel import "$home/mixed.txt" --source Mixed; has '"added":1'; has 'mixed.txt, line 2: value among words'; has '--as report'; has 'mixed.txt, line 3: value of no known type'
printf 'First Seen,Domain\n10/18/18 07:38,us-a.example-enc.ru\n11/1/18 06:50,us-b.example-enc.ru\n' > "$home/us.csv"; status 0 v --json intel import "$home/us.csv" --source Us; has '"added":2'
printf 'First Seen,Domain\n11/1/18 06:50,us-b.example-enc.ru\n' > "$home/us.csv"; status 3 v --json intel import "$home/us.csv" --source Us2; has 'bad date: 11/1/18 06:50 (expected: 2026-12-31, or'
# JSON is known by its keys however late they come; what a search for attributes in MISP answers is read; "Event" as a value makes no event
python3 - "$home" <<'END'
import json, sys
pad = "x" * 6000
write = lambda name, o: open(f"{sys.argv[1]}/{name}", "w").write(json.dumps(o))
write("late-csaf.json", {"document": {"acknowledgments": [{"summary": pad}], "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "t", "publisher": {"category": "vendor", "name": "V", "namespace": "https://v.example"},
  "tracking": {"id": "V-1", "status": "final", "version": "1", "initial_release_date": "2024-01-01T00:00:00Z", "current_release_date": "2024-01-01T00:00:00Z"}}, "vulnerabilities": [{"cve": "CVE-2024-99001"}]})
write("late-kev.json", {"vulnerabilities": [{"cveID": "CVE-2024-99002", "shortDescription": pad, "dateAdded": "2024-01-01"}], "catalogVersion": "1"})
write("late-misp.json", {"pad": pad, "response": [{"Event": {"info": "x", "Attribute": [{"type": "domain", "value": "late-a.example-enc.ru", "to_ids": True}]}}]})
write("found-misp.json", {"response": {"Attribute": [{"uuid": "11111111-1111-4111-8111-111111111121", "type": "domain", "value": "late-b.example-enc.ru", "to_ids": True, "Event": {"info": "Campaign"}}, {"type": "domain"}]}})
write("event.json", {"type": "bundle", "id": "bundle--0190a7c4-0000-4000-8000-0000000000c1", "objects": [{"type": "identity", "spec_version": "2.1", "id": "identity--0190a7c4-0000-4000-8000-0000000000c2", "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z", "name": "Event"}]})
END
for f in late-csaf late-kev late-misp event; do status 0 v --json intel import "$home/$f.json" --source Late; has '"rejected":0'; done
status 3 v --json intel import "$home/found-misp.json" --source Late; has '"added":1'; has '"rejected":1'
status 0 v intel list --limit 2000; for x in CVE-2024-99001 CVE-2024-99002 late-a.example-enc.ru late-b.example-enc.ru; do has "$x"; done
# a YARA rule that does not compile is named with its file, line and fault, the good ones are kept, also one that needs the one before it; what needs a bad one is bad
printf 'import "pe"\nprivate rule vqx_pe { condition: pe.is_pe }\nrule vqx_good { condition: vqx_pe }\nrule vqx_bad\n{\n  strings:\n    $a = "x"\n  condition:\n    $b\n}\nrule vqx_lost { condition: vqx_bad }\n' > "$home/rules.yar"
status 3 v --json intel import "$home/rules.yar" --source Rules; has '"read":4,"added":2'; has '"rejected":2'
has "rules.yar, line 10"; has 'the YARA rule "vqx_bad" does not compile: undefined string "$b"'; has "rules.yar, line 11"; has 'the YARA rule "vqx_lost" needs "vqx_bad", which is refused'
status 0 v intel list --objects --source Rules; has vqx_good; has vqx_pe; if grep -q vqx_bad "$home/out"; then exit 1; fi
printf 'import "nosuch"\nrule vqx_alone { condition: true }\n' > "$home/head.yar"; status 3 v intel import "$home/head.yar" --source Rules; has "nosuch"
# a string that looks like a comment hides no rule; what is included, and what is no rule, is told; rules are known by their text too, whatever the file is called
printf 'include "more.yar"\nrule vqx_star { strings: $a = "/*" condition: $a }\nrule vqx_behind { condition: true } rule vqx_line { condition: false }\noops\n' > "$home/star.txt"
status 3 v --json intel import "$home/star.txt" --source Star; has '"read":5,"added":3'; has 'star.txt, line 1: "more.yar" is not included'; has 'star.txt, line 4: no YARA rule, import or include: oops'
# rules that objects of STIX and events of MISP carry are tried in the same way: by the object, and the line of its text
rule() { printf '{"type":"indicator","spec_version":"2.1","id":"indicator--0190a7c4-0000-4000-8000-0000000000%s","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","name":"vqx %s","pattern_type":"%s","pattern":"%s","valid_from":"2026-01-01T00:00:00Z"}' "$@"; }
{ printf '{"type":"bundle","id":"bundle--0190a7c4-0000-4000-8000-000000000001","objects":['
  rule a1 one yara 'rule vqx_one { condition: filename == \"a\" }'; printf ,; rule a2 two yara 'rule vqx_two {\n condition:\n  $b }'; printf ,; rule a3 three yara '// none'; printf ,
  rule a4 four sigma 'title: x'; printf ,; rule a5 five snort 'alert tcp any any -> any 80 (msg:\"a (b) \\\"\"; sid:1;)'; printf ,; rule a6 six snort 'alert tcp any any -> any 80 (msg:\"a; sid:1;)'; printf ,
  rule a7 seven suricata '# c\nalert dns any any -> any any (dns.query; content:\"x\"; sid:1;)'; printf ,; rule a8 eight suricata 'alert dns any any (sid:1;)'; printf ,
  rule a9 nine snort 'alert http (msg:\"x\"; sid:1;)\nnonsense'; printf ,; rule b1 ten suricata 'drop ip any any <> any any (sid:1)'; printf ,; rule b2 eleven snort 'alert tcp any any -> any 80 (sid:1;'; printf ']}'; } > "$home/rules.json"
status 3 v --json intel import "$home/rules.json" --source Carried; has '"read":11,"added":11'; has '"rejected":0'; has '"broken":8'
has 'rules.json, byte 377: indicator--0190a7c4-0000-4000-8000-0000000000a2, "vqx two": its pattern is broken; the object is kept as received, and nothing is searched for by it: the YARA rule does not compile, line 3: undefined string "$b"'; has '00a3, "vqx three": its pattern is broken'; has 'searched for by it: the YARA rule does not compile, line 1: no rule'
has "by it: no Sigma rule"; has "by it: no snort rule, line 1: a quote"; has "no suricata rule, line 1: the header"; has "no snort rule, line 2: a rule begins"; has "no suricata rule, line 1: each option"; has "no snort rule, line 1: options stand"
printf '{"Event":{"uuid":"0190a7c4-0000-4000-8000-0000000000c0","info":"e","Attribute":[{"type":"yara","value":"rule vqx_misp { condition: true }","to_ids":true},{"type":"yara","value":"rule vqx_wrong { condition: tru }","to_ids":true},{"type":"suricata","value":"alert tcp any any -> any any (msg:\\"vqx named\\"; sid:1;)","to_ids":true}]}}' > "$home/rules-misp.json"
status 3 v --json intel import "$home/rules-misp.json" --source Carried; has '"read":3,"added":3'; has '"broken":1'; has 'Attribute 2: indicator--'; has '"vqx_wrong": its pattern is broken'; has 'the YARA rule does not compile, line 1: undefined identifier "tru"'
status 0 v intel list --objects --source Carried; has "vqx_misp"; has "vqx named"; has "vqx one"
# what is broken is found again, is told by who shows it, and stands in no pack; so are patterns of STIX and PCRE, and what nothing here runs is told
{ printf '{"type":"bundle","id":"bundle--0190a7c4-0000-4000-8000-000000000002","objects":['
  rule c1 whole stix "[domain-name:value = 'vqx-whole.test']"; printf ,; rule c2 cut stix "[domain-name:value = 'vqx-cut.test'"; printf ,; rule c3 short stix "[file:hashes.MD5 = 'abc']"; printf ,
  rule c4 like stix "[url:value LIKE '%%vqx%%']"; printf ,; rule c5 five pcre '^vqx[0-9]+$'; printf ,; rule c6 six pcre '^vqx([0-9]+$'; printf ,; rule c7 seven spl 'index=x vqx'; printf ',{"type":"indicator","spec_version":"2.1","id":"indicator--0190a7c4-0000-4000-8000-0000000000c8","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","valid_from":"2026-01-01T00:00:00Z"}]}'; } > "$home/patterns.json"
status 3 v --json intel import "$home/patterns.json" --source Patterns; has '"read":8,"added":8'; has '"broken":4,"observed_only":1,"files_only":0,"not_run":2'
has 'patterns.json, byte 372: indicator--0190a7c4-0000-4000-8000-0000000000c2, "vqx cut": its pattern is broken'; has 'STIX pattern: unexpected end at character 36'; has '`abc` is not a MD5 hash'; has 'the PCRE regular expression does not compile, character 13'; has 'the indicator has no pattern'
status 0 v intel list --broken --source Patterns; has "vqx cut"; has "vqx short"; has "vqx six"; if grep -q "vqx whole\|vqx like\|vqx five" "$home/out"; then exit 1; fi
status 0 v intel show indicator--0190a7c4-0000-4000-8000-0000000000c2; has "[domain-name:value = 'vqx-cut.test'"; has "Broken pattern: kept as received"; has "unexpected end at character 36"
status 0 v intel show indicator--0190a7c4-0000-4000-8000-0000000000a2; has "Broken pattern"; has 'undefined string "$b"'
status 0 v intel show indicator--0190a7c4-0000-4000-8000-0000000000c4; has "names no value that a pack can hold"
status 0 v intel show indicator--0190a7c4-0000-4000-8000-0000000000c5; has "does not run pcre patterns"; status 0 v intel show indicator--0190a7c4-0000-4000-8000-0000000000c7; has "does not read the language spl"
status 0 v intel show indicator--0190a7c4-0000-4000-8000-0000000000c1; if grep -q . "$home/err"; then exit 1; fi
status 0 v intel pack -o "$home/left.pack"; has "not in the pack:"; has "indicators have broken patterns"; has "(pcre, snort, spl, suricata)"
printf 'vqx-whole.test\nvqx-cut.test\n' > "$home/seen.log"; status 0 v --json match --pack "$home/left.pack" "$home/seen.log"; has '"line":1'; if grep -q '"line":2' "$home/out"; then exit 1; fi
status 3 v --json intel import "$home/patterns.json" --source Patterns; has '"added":0'; has '"broken":4'
# of a file each rule is kept with those that it needs, as private ones: it compiles wherever it goes
printf 'rule vqx_base { condition: true }\nglobal rule vqx_all { condition: filesize > 0 }\nrule vqx_more { condition: any of (vqx_b*) }\nrule vqx_base { condition: false }\n' > "$home/needs.yar"
status 3 v --json intel import "$home/needs.yar" --source Needs; has '"read":4,"added":3'; has 'needs.yar, line 4: the YARA rule "vqx_base" stands at line 1'
v --json intel list --objects --source Needs | sed 's/.*"id":"\([^"]*\)".*/\1/' | while read -r id; do v intel show "$id" 2> /dev/null; done > "$home/needs.json"
grep -q '"pattern":"private rule vqx_base { condition: true }\\nprivate global rule vqx_all { condition: filesize > 0 }\\nrule vqx_more { condition: any of (vqx_b\*) }"' "$home/needs.json"
grep -v '"name":"vqx_base"' "$home/needs.json" | sed '1s/^/{"type":"bundle","objects":[/; 1!s/^/,/; $s/$/]}/' > "$home/needs-bundle.json"
status 0 v --json intel import "$home/needs-bundle.json" --source Again; has '"asserted":2'
# a French spreadsheet, in Windows-1252: its headings, types, dates and confidences are understood; a report's technique is an object; a value can be noted
printf "Date de détection;Type d'indicateur;Valeur;Niveau de confiance;Libellé;TLP\n12/11/2026;Nom de domaine;table-fr.test;Élevé;Hameçonnage;AMBER\n13/11/2026;Adresse IP;198.18.7.7;70 %%;Relais;GREEN\n13/11/2026;Empreinte;%s;faible;;RED\n14/13/2026;Courriel;a@table-fr.test;faible;;RED\n" \
  "$(printf table | sha256sum | cut -d' ' -f1)" | iconv -f utf8 -t cp1252 > "$home/table.csv"
status 3 v --json intel import "$home/table.csv" --source Table; has '"read":4,"added":3'; has "bad date: 14/13/2026"
status 0 v --json intel show table-fr.test; has '"name":"Hameçonnage","tlp":"TLP:AMBER"'; has '"confidence":85'
status 0 v --json intel list --type sha256; has '"confidence":15'
status 0 v --json intel list --type domaine; has '"value":"table-fr.test"'; status 0 v --json intel list --type "Adresse IP"; has '"value":"198.18.7.7"'
status 0 v --lang fr intel list --type "Indicateur" --source Table; has "Hameçonnage"
# a map of columns says them by our names or in French; a word that is none, or a column that is not there, is told before anything is read
printf 'ioc\tniveau\tvu\nmap-a.test\tgreen\t2026-01-02\n' > "$home/map.tsv"
status 0 v --json intel import "$home/map.tsv" --source Map --columns "Valeur=ioc,TLP=niveau,date=vu,type=:domain"; has '"added":1'; status 0 v --json intel show map-a.test; has '"tlp":"TLP:GREEN"'
status 1 v intel import "$home/map.tsv" --source Map --columns "value=ioc,level=niveau"; has 'column map, "level=niveau"'; status 1 v intel import "$home/map.tsv" --source Map --columns "ioc"; has 'column map, "ioc"'
status 1 v intel import "$home/map.tsv" --source Map --columns "value=ioc,tlp=level"; has 'map.tsv: the table has no column "level"'; status 0 v --json intel show map-a.test; has '"tlp":"TLP:GREEN"'
# confidences on the scales of STIX; what is shown of a value tells them in words, with the source's reliability
printf 'value,confidence\nc0.scale.test,7/10\nc1.scale.test,2 - Probably True\nc2.scale.test,B2\nc3.scale.test,Very Likely\nc4.scale.test,très probable\nc5.scale.test,6 - Truth cannot be judged\nc6.scale.test,perhaps\n' > "$home/scales.csv"
status 3 v --json intel import "$home/scales.csv" --source Scales; has '"read":7,"added":6'; has "line 8: bad confidence: perhaps"
for of in c0:70 c1:70 c2:70 c3:85 c4:85 c5:null; do status 0 v --json intel show ${of%:*}.scale.test; has "\"confidence\":${of#*:}"; done
status 0 v intel source Scales --reliability B; status 0 v --lang fr intel show c4.scale.test; grep -q "B  *85 (élevée)" "$home/out"
# a report that begins with a marking marks what it holds; KEV says the same as CSV and as JSON, and makes the same objects
printf 'TLP : AMBER\nRéférence 12. Serveur zzqx-report.ru\n' > "$home/own.md"; status 0 v intel import "$home/own.md" --source Own; status 0 v --json intel show zzqx-report.ru; has '"tlp":"TLP:AMBER","pap":"PAP:AMBER"'
printf 'Serveur zzqx-plain.ru, tlpx red\n' > "$home/plain.md"; status 0 v intel import "$home/plain.md" --source Own; status 0 v --json intel show zzqx-plain.ru; has '"tlp":"TLP:AMBER+STRICT"'
printf 'cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes\nCVE-2025-48384,Git,Git,"Git flaw",2025-08-25,"Git, as it is.",x,2025-09-15,Known,,\nCVE-x,Git,Git,"Git flaw",2025-08-25,x,x,2025-09-15,Known,,\n' > "$home/kev.csv"
printf '{"title":"CISA Catalog","catalogVersion":"2025.08.25","vulnerabilities":[{"cveID":"CVE-2025-48384","vulnerabilityName":"Git flaw","dateAdded":"2025-08-25","shortDescription":"Git, as it is.","knownRansomwareCampaignUse":"Known"}]}' > "$home/kev.json"
status 3 v --json intel import "$home/kev.csv" --source KEV; has '"read":2,"added":1'; has "kev.csv, line 3"; status 0 v --json intel import "$home/kev.json" --source KEV; has '"read":1,"added":0,"updated":0'
status 0 v intel show CVE-2025-48384; has "TLP:CLEAR"; has "by ransomware too"
# rules of LOKI and THOR ask for variables, which a rule of nobody's may not
printf 'rule vqx_named { condition: filename == "a.exe" and extension == ".exe" and filepath contains "tmp" and filetype != "EXE" and owner == "" and md5 == "" }\nrule vqx_strange { condition: strange == "a" }\n' > "$home/loki.yar"
status 3 v --json intel import "$home/loki.yar" --source Loki; has '"read":2,"added":1'; has 'undefined identifier "strange"'
# what is no Sigma rule is refused; what is wrong with an object stands below its id
printf 'title: good\nlogsource:\n  product: windows\ndetection:\n  a: [b]\n  condition: a\n---\ntitle: bad\ndetection:\n  a: [b]\n' > "$home/rules.yml"
status 3 v --json intel import "$home/rules.yml" --source Sigma; has '"read":2,"added":1'; has "rules.yml, line 8: no Sigma rule"
printf '{"type":"identity","spec_version":"2.1","id":"identity--0190a7c4-0000-4000-8000-00000000feed","created":"2024-01-01T00:00:00Z","modified":"2024-01-01T00:00:00.000Z","name":"own"}' > "$home/own.stix"
status 3 v intel check "$home/own.stix"; [ "$(sed -n 1p "$home/out")" = "INVALID: identity--0190a7c4-0000-4000-8000-00000000feed" ]; sed -n 2p "$home/out" | grep "  error: created: bad timestamp.*three decimals" > /dev/null
# a type that is none is said to be, with those that are; one of a maker's own is known when the store has such an object, whatever else is asked for
status 2 v intel list --type domane; has "\`domane\` is neither a type of value: domain-name (domain), ipv4-addr"; has "nor one of objects: "; has "intrusion-set"
status 2 v --lang fr intel list --type nonsense; has "malware (logiciel malveillant)"
status 0 v intel list --type campaign --search nosuchword; has "nothing to show"
printf '{"type":"maker-thing","spec_version":"2.1","id":"maker-thing--0190a7c4-0000-4000-8000-00000000feed","created":"2024-01-01T00:00:00Z","modified":"2024-01-01T00:00:00Z","name":"own"}' > "$home/own.json"
status 2 v intel list --type maker-thing; status 0 v intel import "$home/own.json" --source Maker
status 0 v intel list --type maker-thing; has "own"; status 0 v intel list --type maker-thing --search nosuchword; has "nothing to show"
printf 'Seen: T1566.001 and the software (S0154).\n' > "$home/words.txt"
status 0 v --json intel import "$home/words.txt" --as report --source Words; has '"read":1,"added":1'
status 0 v intel list --objects --type attack-pattern; has "T1566.001"
status 0 v intel note 198.18.7.7 "seen again"; has "added: note--"
status 1 v intel note 198.18.7.8 "seen again"; has "no object or value"
status 3 v --json intel import "$home/table.csv" --source Other
status 2 v intel note 198.18.7.7 "whose?"; has "several sources name 198.18.7.7"; has "  Other"
# a MISP event that is dated later than what it holds was changed makes no object that is changed before it is made
printf '{"Event":{"uuid":"5f8d2c1e-3a10-4d0c-9c2b-0a1b2c3d4e5f","info":"late","date":"2026-11-18","Attribute":[{"uuid":"5f8d2c1e-0001-4d0c-9c2b-0a1b2c3d4e5f","type":"domain","value":"misp-late.test","to_ids":true,"timestamp":"1763480001"}]}}' > "$home/late.json"
for added in 1 0; do status 0 v --json intel import "$home/late.json" --source Late; has "\"added\":$added"; done
status 0 v intel show "$(v --json intel show misp-late.test | grep -o 'indicator--[0-9a-f-]*' | head -1)"
has '"created":"2025-11-18T15:33:21.000Z","modified":"2025-11-18T15:33:21.000Z"'
# failures are told, wait, and stop nobody else
status 0 v intel follow "$base/busy" --source Busy
status 0 v intel follow "$base/gone" --source Gone
status 3 v --json intel fetch --all; has '"feeds":5,"unchanged":3,"failed":2'; has "503"
status 3 v --json intel feeds; has '"failures":1'; has "404: nothing is there"; has "503, a fault of its own"
status 0 v --json intel fetch; has '"feeds":0'
status 0 v intel unfollow "$base/gone"; status 0 v intel unfollow "$base/busy"
status 1 v intel unfollow "$base/gone"; has "no such feed"
# in a directory a licence or a program is named once, as no list; a list with bad lines keeps its good ones and names each bad one
mkdir "$home/repository"; seq -f "Permission is granted by clause %g" 12 > "$home/repository/LICENSE"
{ seq -f "no value %g" 12; echo "# a remark"; echo "kept.repository.test # seen once"; } > "$home/repository/list"
status 3 v intel import "$home/repository" --source Repository; has "1 added"; has "LICENSE: no line is a value"; [ "$(grep -cF LICENSE "$home/err")" = 1 ]; has "list, line 12: value of no known type"
# moved, dated by the server, cut short, in circles, told to come later; what is no list is named by its address
echo "moved.test" > "$home/www/new.txt"; printf 'x,y,z\n1,2,3\n' > "$home/www/noise"
for x in moved dated cut circle local later noise; do status 0 v intel follow "$base/$x" --source "$x"; done
status 0 v --json intel fetch "$base/moved"; has '"added":1'
status 0 v --json intel fetch "$base/moved"; has '"unchanged":1'
status 0 v --json intel fetch "$base/dated"; has '"added":1'
status 0 v --json intel fetch "$base/dated"; has '"unchanged":1'
status 3 v intel fetch "$base/cut"; has "the connection ended before"
status 0 v intel follow "$base/packed-whole"; status 0 v --json intel fetch "$base/packed-whole"; has '"added":2'
for way in cut odd; do status 0 v intel follow "$base/packed-$way"; status 3 v --json intel fetch "$base/packed-$way"; has '"added":0'; done; has "compressed in a way"
# a page in place of a list, as a login is; elsewhere a page is a report
printf '\xef\xbb\xbf\n<!DOCTYPE HTML><html><body>Log in at login.zq7v-page.net</body></html>' > "$home/www/members.txt"; cp "$home/www/members.txt" "$home/www/article"
status 0 v intel follow "$base/members.txt"; status 3 v --json intel fetch "$base/members.txt"; has '"added":0'; has "gave a web page in place of the list"
status 1 v intel import "$base/members.txt" --source Members; has "gave a web page in place of the list"
status 0 v --json intel import "$base/article" --source Article; has '"added":1'
status 3 v intel fetch "$base/circle"; has "from address to address"
status 3 v intel fetch "$base/local"; has "unknown protocol"
status 3 v intel fetch "$base/noise"; has "vigie: $base/noise: the first line"
status 3 v intel fetch "$base/later"; has "the server answers 429, too many requests; try again later"
status 3 v --json intel feeds
python3 - "$home/out" "$base/later" <<'END' || { echo "a date to wait for is not kept"; cat "$home/out"; exit 1; }
import datetime, json, sys
next = [o["next_fetch"] for o in map(json.loads, open(sys.argv[1])) if o["url"] == sys.argv[2]][0]
wait = datetime.datetime.fromisoformat(next.replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
sys.exit(not 10000 < wait.total_seconds() <= 10800)
END
status 0 v ledger export -o "$home/ledger"; grep -qF "$base/moved" "$home/ledger" && ! grep -q vigie-feed "$home/ledger" || { echo "the ledger names a file of ours"; exit 1; }
# a server that does not answer is not waited for when told to stop, by either command
status 0 v intel follow "$base/slow" --source Slow
for how in "fetch $base/slow" "import $base/slow --source Slow"; do
  "$VIGIE" --home "$home/i" --lang en --as tester intel $how > "$home/out" 2> "$home/err" & one=$!
  sleep 1; kill -0 $one; kill -INT $one; from=$(date +%s) got=0; wait $one || got=$?
  [ $got = 1 ] && [ $(($(date +%s) - from)) -le 3 ] || { echo "status $got, $(($(date +%s) - from)) s"; cat "$home/err"; exit 1; }
  has "stopped: nothing of it is kept"
done
status 3 v --json intel feeds; has "\"url\":\"$base/slow\""; ! grep -F "$base/slow" "$home/out" | grep -q '"failures":1' || { echo "a stop counts as a failure"; exit 1; }
status 3 v intel feeds
status 2 v intel follow "$base/x" --every 1
status 1 v intel follow "$home/nowhere"; has "cannot open"
status 0 v ledger verify
