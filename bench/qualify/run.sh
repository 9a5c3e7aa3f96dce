#!/bin/bash
# Is the probability of an assessment what it says? Public lists and reports of indicators (INDICATORS=DIR, else those shared with the project,
# else a small world made here): each source in turn is left out, then the reports are split by time. Prints Brier score, expected calibration
# error, precision and recall, and a plain look-up in the same lists beside. --fit prints the constants that the development sources give.
# Which source is for development and which is unseen, and its Admiralty letter, was fixed before the first run: vendors' reports B, lists kept by hand C,
# automatic and aggregated lists D. The test itself was revised three times since (docs/qualification.md says how): the unseen sources are not untouched.
set -euo pipefail
data=${INDICATORS:-$SOURCE/../shared/data/indicators}
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
all=$d/listings.tsv

# plain GROUP SOURCE LETTER FILE...: one value a line, '#' begins a comment
plain() {
  local group=$1 source=$2 letter=$3; shift 3
  cat "$@" | awk -v g="$group" -v s="$source" -v l="$letter" -v OFS='\t' '{ sub(/#.*/, ""); sub(/\r/, ""); v = tolower($1) }
    v ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/ { print "bad", g, s, l, "ipv4-addr", v, "-"; next }
    v ~ /^[0-9a-f]+$/ && length(v) == 32 { print "bad", g, s, l, "md5", v, "-"; next }
    v ~ /^([a-z0-9_-]+\.)+[a-z][a-z0-9-]+$/ { print "bad", g, s, l, "domain-name", v, "-" }' >> "$all"
}
# report GROUP SOURCE LETTER DIR: what vigie extract finds there; out of prose only what was written so that nobody clicks, and not the host of a
# URL: who lists a page at a paste site, or cites a colleague's article, says nothing of the site
report() {
  local group=$1 source=$2 letter=$3 dir=$4
  grep -roE 'welivesecurity\.com/20[0-9]{2}/[01][0-9]/[0-3][0-9]' --include=README.adoc "$dir" 2> /dev/null |
    sed -E 's|.*/([^/]+)/README.adoc:.*com/(....)/(..)/(..)|\1\t\2-\3-\4|' | sort -u -k1,1 > "$d/dates" || true
  find "$dir" -type f \( -name '*.txt' -o -name '*.text' -o -name '*.csv' -o -name '*.adoc' -o -name '*.md' -o -name '*.json' -o -name '*.ioc' \
    -o -name '*.sha256' -o -name '*.sha1' -o -name '*.md5' -o -name '*.stix2' \) ! -iname 'LICENSE*' -print0 |
    xargs -0 -n 50 "$VIGIE" --quiet --json --lang en extract --type url,domain-name,ipv4-addr,md5,sha1,sha256 |
    awk -v g="$group" -v s="$source" -v l="$letter" -v dates="$d/dates" -F'"' -v OFS='\t' '
      BEGIN { while ((getline line < dates) > 0) { split(line, p, "\t"); when[p[1]] = p[2] } }
      /"flags":\[[^]]*"(benign|private|documentation)"/ { next }
      { type = $4; value = tolower($8); file = ""; for (i = 9; i < NF; i++) if ($i == "file") file = $(i + 2) }
      { split($0, a, /"offset":/); at = a[2] + 0; split($0, a, /"length":/); long = a[2] + 0 }
      type == "url" { from[file] = at; to[file] = at + long; next }
      type == "domain-name" && file in to && at >= from[file] && at < to[file] { next }
      (type == "domain-name" || type == "ipv4-addr") && file ~ /\.(adoc|md)$/ && !/"defanged"/ { next }
      { day = "-"; if (match(file, /20[0-9][0-9]-[01][0-9]-[0-3][0-9]/)) day = substr(file, RSTART, 10)
        else { n = split(file, part, "/"); if (n > 1 && part[n - 1] in when) day = when[part[n - 1]] }
        print "bad", g, s, l, type, value, day }' >> "$all"
}
# warning good|known SOURCE FILE: a MISP warning list of whole values; known: evidence, but no label
warning() {
  awk -F'"' -v k="$1" -v s="$2" -v OFS='\t' '/^  "matching_attributes"/ { exit } NF == 3 { v = tolower($2) }
    NF == 3 && v ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(\/32)?$/ { sub(/\/32/, "", v); print k, "-", s, "-", "ipv4-addr", v, "-"; next }
    NF == 3 && v ~ /^([a-z0-9_-]+\.)+[a-z][a-z0-9-]+$/ { print k, "-", s, "-", "domain-name", v, "-" }' "$3" >> "$all"
}

if [ -d "$data/lists" ] && [ -z "${BENCH_SMOKE:-}" ]; then
  lists=$data/lists domains=$data/lists/romainmarcoux+malicious-domains/sources trails=$data/lists/stamparm+maltrail/trails/static
  plain dev openphish C "$domains/openphish.com"
  plain dev malwarebytes C "$domains/malwarebytes.com.txt"
  plain dev drb-ra C "$domains/drb-ba.txt"
  plain dev ipsum-3 D "$lists/stamparm+ipsum/levels/3.txt"
  plain dev aggregate-md5 D "$lists"/romainmarcoux+malicious-hash/*.txt
  plain unseen phishing-army C "$domains/phishing_army"
  plain unseen red-flag-domains C "$domains/red.flag.domains.txt"
  plain unseen alienvault-cobalt-strike C "$domains/alienvault-cobalt-strike"
  plain unseen maltrail C "$trails"/malware/*.txt "$trails"/malicious/*.txt
  plain unseen maltrail-scanners D "$trails/mass_scanner.txt"
  plain unseen aggregate-addresses D "$lists"/romainmarcoux+malicious-ip/*.txt
  report dev eset B "$data/reports/eset+malware-ioc"
  report dev unit42 B "$data/reports/pan-unit42+iocs"
  report unseen volexity B "$data/reports/volexity+threat-intel"
  report unseen amnesty B "$data/reports/AmnestyTech+investigations"
  report unseen avast B "$data/reports/avast+ioc"
  report unseen signature-base B "$data/reports/Neo23x0+signature-base"
  report unseen fireeye B "$data/reports/fireeye+iocs"
  # a rank past twenty thousand is no label: the hundred thousand most asked-for names carry adware and controllers' names
  warning known cloudflare-top100k "$data/reference/MISP+misp-warninglists/lists/cloudflare-top100k/list.json"
  for w in majestic_million tranco10k cisco_top20k alexa university_domains bank-website public-dns-v4 crl-ip smtp-sending-ips; do
    warning good "$w" "$data/reference/MISP+misp-warninglists/lists/$w/list.json"
  done
  # no list of benign digests is shared: the files of this machine's own system
  find /usr/bin /usr/lib -xdev -type f -size -4M 2> /dev/null | sort | awk 'NR % 8 == 0' > "$d/files"
  for sum in md5 sha1 sha256; do
    xargs -d '\n' "${sum}sum" < "$d/files" 2> /dev/null | awk -v t=$sum -v OFS='\t' 'length($1) > 30 { print "good", "-", "system files", "-", t, $1, "-" }' >> "$all"
  done
else
  awk 'BEGIN { srand(11); OFS = "\t"
    for (s = 1; s <= 4; s++) for (i = 0; i < 400; i++) print "bad", s < 3 ? "dev" : "unseen", "list-" s, "C", "domain-name", "bad" int(rand() * 1500) ".example", "-"
    for (i = 0; i < 300; i++) print "bad", "dev", "copy of list-1", "C", "domain-name", "bad" int(rand() * 20) ".example", "-"
    for (s = 1; s <= 3; s++) for (i = 0; i < 400; i++) print "good", "-", "popular-" s, "-", "domain-name", "good" int(rand() * 600) ".example", "-" }' > "$all"
fi
[ -z "${KEEP:-}" ] || cp "$all" "$KEEP"
"$BENCH_BUILD/bench/bench_qualify" "$all" "$@"
