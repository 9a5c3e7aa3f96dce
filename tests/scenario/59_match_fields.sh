#!/bin/bash
# Every hit says in which field it stands: JSON, Zeek, W3C, CSV, name=value, CEF, syslog, squid, web and DNS servers, captures, event logs; whatever the threads.
set -eu
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
printf 'domain\tevil.com\nipv4\t203.0.113.9\nurl\thttp://bad.example/x\n' > list
"$VIGIE" --quiet intel pack --indicators list -o p > /dev/null 2>&1
fields() { "$VIGIE" --quiet --json match --pack p "$@" | sed -E 's/.*"offset":[0-9]+(,"field":"([^"]*)")?.*/\2/' | tr '\n' '|'; }
is() { local want=$1 got; shift; got=$(fields "$@"); [ "$got" = "$want" ] || { echo "$*: $got, not $want"; exit 1; }; }
line() { printf '%s\n' "$1" > one.log; is "$2" one.log; }

# JSON: the path of keys, whatever stands in texts before it; arrays without numbers; keys are told as what holds them.
line '{"timestamp":"2026-11-02T10:00:00Z","dns":{"rrname":"evil.com","x":[1,{"a":"203.0.113.9"}]},"http":{"url":"http://bad.example/x"}}' 'dns.rrname|dns.x[].a|http.url|'
line '  { "a\"{[b" : "}]\"", "c" : [["x","evil.com"],"203.0.113.9"] , "d":{} ,"e": "evil.com"}' 'c[][]|c[]|e|'
line '{"seen":{"evil.com":1},"log":"see evil.com, then 203.0.113.9"}' 'seen|log|log|'
line '[{"ip":"203.0.113.9"},{"ip":"203.0.113.9"}]' '[].ip|[].ip|'
line '    "sourceIPAddress": "203.0.113.9",' 'sourceIPAddress|'
line '<134>Nov  2 10:00:00 ids suricata[7]: {"dns":{"rrname":"evil.com"}}' 'dns.rrname|'
line '{"broken":"evil.com' 'broken|'

# Columns.
printf '#separator \\x09\n#set_separator\t,\n#fields\tts\tid.orig_h\tquery\tanswers\n1700000000.1\t203.0.113.9\twww.evil.com\t-\n#fields\tts\tquery\n1700000001.1\tevil.com\n' > dns.log
is 'id.orig_h|query|query|' dns.log
printf '#Software: IIS\r\n#Fields: date time c-ip cs-uri-stem cs(Referer)\r\n2026-11-02 10:00:00 203.0.113.9 /x http://bad.example/x\r\n' > iis.log; is 'c-ip|cs(Referer)|' iis.log
printf '\xef\xbb\xbf"Date","Source IP","Note"\r\n2026-11-02,203.0.113.9,"a, ""b"" evil.com"\r\n2026-11-02,ok,http://bad.example/x\r\n' > a.csv; is 'Source IP|Note|Note|' a.csv
printf 'heure;adresse;domaine\n10:00;203.0.113.9;evil.com\n' > b.csv; is 'adresse|domaine|' b.csv
printf 'source.ip\tdestination.domain\n203.0.113.9\tevil.com\n' > c.tsv; is 'source.ip|destination.domain|' c.tsv
printf '203.0.113.9,evil.com\n203.0.113.9,evil.com\n' > none.csv; is '||||' none.csv
printf 'google.com,US\nevil.com,FR\n' > none.csv; is '|' none.csv
printf 'We saw it, today\nevil.com, perhaps\n' > none.txt; is '|' none.txt
printf 'Date,IP\n2026-11-02,203.0.113.9\n' | iconv -f UTF-8 -t UTF-16 > wide.csv; is 'IP|' wide.csv

# Names and values.
line 'date=2026-11-02 srcip=203.0.113.9 url="see evil.com x=y" msg=http://bad.example/x?a=b' 'srcip|url|'
line 'time="2026-11-02T10:00:00Z" level=info host=evil.com' 'host|'
line 'CEF:0|A|B|1|2|name|5|src=203.0.113.9 msg=it went to evil.com today request=http://bad.example/x' 'src|msg|request|'
printf 'uid=0 talks to evil.com\n' > one.log; is '|' one.log
printf 'host:203.0.113.9\treq:GET /\treferer:http://bad.example/x\n' > one.log; is 'host|referer|' one.log

# Forms of servers.
line 'Nov  2 10:00:00 evil.com sshd[12]: Failed password for root from 203.0.113.9 port 22' 'host|message|'
line '<34>1 2026-11-02T10:00:00Z evil.com app 7 - [x@1 ip="203.0.113.9"] to evil.com' 'host|ip|message|'
line '2026-11-02T10:00:00+01:00 gw kernel: IN=eth0 SRC=203.0.113.9 DST=10.0.0.1' 'SRC|'
line '1700000000.123     45 203.0.113.9 TCP_MISS/200 1234 GET http://bad.example/x - HIER_DIRECT/203.0.113.9 text/html' 'client|url|peer|'
line '203.0.113.9 - - [02/Nov/2026:10:00:00 +0100] "GET http://bad.example/x HTTP/1.1" 200 12 "http://evil.com/y" "curl evil.com"' 'client|request|referrer|user_agent|'
line 'evil.com:443 203.0.113.9 - - [02/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 12' 'site|client|'
line '02-Nov-2026 10:00:00.123 queries: info: client @0x7f 203.0.113.9#53 (evil.com): query: evil.com IN A +E(0)K (10.0.0.1)' 'client||query|'
line 'Nov  2 10:00:00 gw dnsmasq[7]: query[A] evil.com from 203.0.113.9' 'query|client|'
line 'Nov  2 10:00:00 gw dnsmasq[7]: reply evil.com is 203.0.113.9' 'query|answer|'
line '[1700000000] unbound[7:0] info: 203.0.113.9 evil.com. A IN' 'client|query|'
line 'plain words evil.com' '|'

# What is of one line counts whatever the number of its hits, in pieces and parts of a file.
python3 - <<'P'
import json
with open("long.json", "w") as f:
  json.dump({"Records": [{"n": i, "pad": "x" * 90, "src": "203.0.113.9" if i % 5000 == 0 else "ok", "to": {"d": "evil.com"}} for i in range(30000)]}, f)
with open("big.log", "w") as f:
  f.write("#Fields: date c-ip\n")
  for i in range(60000):
    if i == 40000: f.write("#Fields: c-ip date user\n")
    f.write(("2026-11-02 203.0.113.9\n" if i < 40000 else "203.0.113.9 2026-11-02 evil.com\n") if i % 10000 == 7 or i in (39999, 40000) else "#" * 90 + "\n" if i % 3 else "2026-11-02 10.0.0.1 " + "x" * 60 + "\n")
with open("big.csv", "w") as f:
  f.write("id,host,note\n")
  for i in range(60000): f.write(f"{i},{'evil.com' if i % 9000 == 1 else 'ok'},{'y' * 60}\n")
P
[ "$(fields long.json | tr '|' '\n' | sort | uniq -c | awk '{print $1 $2}' | tr '\n' ' ')" = '6Records[].src 30000Records[].to.d ' ]
[ "$(stat -c %s big.log)" -gt 4000000 ]
is 'c-ip|c-ip|c-ip|c-ip|c-ip|c-ip|user|c-ip|user|c-ip|user|' --threads 1 big.log
for t in 2 3 7; do "$VIGIE" --quiet --json match --threads $t --pack p big.log big.csv > many; "$VIGIE" --quiet --json match --threads 1 --pack p big.log big.csv | cmp - many; done
is 'host|host|host|host|host|host|host|' --threads 3 big.csv
gzip -k big.csv; is 'host|host|host|host|host|host|host|' big.csv.gz; is 'c-ip|' - < <(head -n 9 big.log)

# People see it, a summary counts it.
printf '{"a":"evil.com","b":"evil.com"}\n{"b":"203.0.113.9"}\nevil.com\n' > sum.log
"$VIGIE" --quiet --lang en match --pack p sum.log > out; grep '^sum.log:1: evil.com \[domain-name\] in a (written "evil.com")$' out > /dev/null
"$VIGIE" --quiet --lang en match --summary --pack p sum.log | grep '^evil.com: 3 times, in a (1), b (1)$' > /dev/null
"$VIGIE" --quiet --json match --summary --pack p sum.log | grep '"indicator":"evil.com".*"fields":{"a":1,"b":1}' > /dev/null
[ "$("$VIGIE" --quiet --json match --by-field --pack p sum.log | sed 's/{"field":"\([^"]*\)","count":\([0-9]*\).*/\1:\2/' | tr '\n' ' ')" = 'a:1 b:2 :1 ' ]
status=0; "$VIGIE" --quiet match --by-field --by-source --pack p sum.log 2> /dev/null || status=$?; [ $status = 2 ]

# Recorded with the sighting.
export HOME="$dir/home"; mkdir "$HOME"
"$VIGIE" --quiet --home i init > /dev/null
"$VIGIE" --quiet --home i org add --name Mairie --department 68 > /dev/null
"$VIGIE" --quiet --home i match --pack p --record --org Mairie sum.log > /dev/null
python3 - <<'P'
import sqlite3
c = sqlite3.connect("i/vigie.db")
assert dict(c.execute("SELECT CAST(value AS TEXT), fields FROM match_hit")) == {"evil.com": "a, b", "203.0.113.9": "b"}, c.execute("SELECT * FROM match_hit").fetchall()
assert dict(c.execute("SELECT value, place FROM intel_sighting")) == {"evil.com": "sum.log: a, b", "203.0.113.9": "sum.log: b"}
P
# lines without fields are recorded too; whose sightings they are is to be said
echo "2026-11-20T10:00:00Z query evil.com A" > plain.log
"$VIGIE" --quiet --home i match --pack p --record --org Mairie plain.log > /dev/null
status=0; "$VIGIE" --lang en --home i match --pack p --record plain.log > /dev/null 2> err || status=$?; [ $status = 2 ]; grep -- "add --org" err > /dev/null
# an unknown organisation is refused before anything is searched; a file that cannot be read keeps the others' hits from no record
status=0; "$VIGIE" --lang en --home i match --pack p --record --org Nobody plain.log > out 2> err || status=$?; [ $status = 1 ]; [ ! -s out ]; grep Nobody err > /dev/null
printf '\037\213\010cut' > cut.gz; status=0; "$VIGIE" --lang en --home i match --pack p --record --org Mairie cut.gz plain.log > /dev/null 2> err || status=$?; [ $status = 1 ]; grep 'sightings recorded' err > /dev/null
