#!/bin/bash
# Documents come from recorded events only: each statement typed and sourced by its ledger entry, Paris time beside UTC, read by programs of other make.
set -eu
dir=$(mktemp -d); home=$dir/h
trap 'rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$home" --lang fr --as anne "$@"; }
says() { grep -qF "$2" "$1" || { echo "not in $1: $2" >&2; cat "$1" >&2; exit 1; }; }
"$VIGIE" --home "$home" init --login anne > /dev/null
v org add --name "Menuiserie <Lynx> & fils" --department 35 --naf C --size PME > /dev/null
incident=$(v --json incident add --org "Menuiserie <Lynx> & fils" --kind ransomware --summary "fichiers chiffrés" --happened 2024-07-02T07:00:00Z --known 2024-07-02T23:30:00Z | sed 's/.*"id":"\([^"]*\)".*/\1/')
v case open --incident "$incident" --ref A --frame flagrance --offence CP323-2-1 --offence CP323-1-1 > /dev/null
v exhibit add --case A --description serveur --medium ssd --serial S1 --seal 12 > /dev/null
v act plan --case A --kind opening --exhibit A/1 --place "Rennes, laboratoire" > /dev/null
v act authority A/A1 --by opj --ref "réquisition 7" > /dev/null
v act attend A/A1 --role expert --name "Mme Guérin" --quality "technicienne" --signature signed > /dev/null
v act start A/A1 --quality expert-oath --oath "serment du 3 mars" > /dev/null
v act plan --case A --kind acquisition --exhibit A/1 > /dev/null
v act authority A/A2 --by opj --ref "réquisition 8" > /dev/null
v act start A/A2 --quality pts > /dev/null
head -c 300000 /dev/urandom > "$dir/disk"; sum=$(sha256sum "$dir/disk" | cut -d' ' -f1)
v acquire "$dir/disk" --to "$dir/x" --format raw --case A --exhibit A/1 > /dev/null
v act end A/A2 --result "une copie" > /dev/null
v act end A/A1 --result "scellé reconstitué" --seal 12-2 > /dev/null
v case party A --category suspect --basis assessment --name "inconnu « Zoé »" > /dev/null
if v case party A --category guess --name x 2> /dev/null; then exit 1; fi
if v case finding A --type declared --text "sans source" 2> /dev/null; then exit 1; fi
v case finding A --type declared --source "M. Kerbrat" --text "sauvegardes effacées" --from 2024-07-01T22:00:00Z --until 2024-07-02T02:00:00Z > /dev/null
v case finding A --type deduced --source "journaux du pare-feu" --text "entrée par le VPN" > /dev/null
gone=$(v --json case finding A --type observed --text "faute de frappe" | sed 's/.*"id":"\([^"]*\)".*/\1/')
v case withdraw "$gone" --reason "erreur" > /dev/null
if v case withdraw "$gone" --reason "encore" 2> /dev/null; then exit 1; fi

# The procès-verbal of the copy: hash, authority, officer; nothing that was not recorded.
v case document A/A2 --kind pv --format txt -o "$dir/pv.txt" > /dev/null
says "$dir/pv.txt" "$sum"; says "$dir/pv.txt" "réquisition 8"; says "$dir/pv.txt" "[constaté, journal n°"; says "$dir/pv.txt" "(à revalider"
entry=$(sed -n 's/.*copie achevée.*journal n°[^0-9]*\([0-9]*\)\]/\1/p' "$dir/pv.txt")
v --json ledger list 2> /dev/null | grep "\"index\":$entry,.*evidence.acquired" > /dev/null || { echo "entry $entry is not the copy" >&2; exit 1; }
v act plan --case A --kind analysis --exhibit A/1 > /dev/null
# The PV of an opening says under which seal it was closed again, and who was there in what quality.
v case document A/A1 --kind pv --format txt -o "$dir/pv1.txt" > /dev/null
says "$dir/pv1.txt" "mis sous scellé, scellé 12-2"; says "$dir/pv1.txt" "Mme Guérin, expert, technicienne (présent, a signé)"
if v case document A/A3 --kind pv -o "$dir/no" 2> /dev/null; then echo "a PV of an act that did not start" >&2; exit 1; fi

# The report and the summary, as PDF read by poppler and as ODT read as zip and XML.
v case document A --kind report -o "$dir/report.pdf" > /dev/null
# Without a name the file has one in the language of the document.
(cd "$dir" && v case document A --kind report > /dev/null && v --lang en case document A --kind report > /dev/null && [ -s A-rapport.pdf ] && [ -s A-report.pdf ])
pdftotext -layout "$dir/report.pdf" "$dir/report.txt"
tr -s ' \n' '  ' < "$dir/report.txt" > "$dir/flat"
for words in "Menuiserie <Lynx> & fils" "03/07/2024 01:30:00 (Paris), 02/07/2024 23:30:00 UTC" "(version 2)" "entrée par le VPN" "Mme Guérin"; do
  says "$dir/flat" "$words"
done
grep -q "faute de frappe" "$dir/report.txt" && { echo "a withdrawn finding is repeated" >&2; exit 1; }
# Of the tools it says what was done with them here: a copy, no analysis.
grep -q "copie vérifiée" "$dir/flat" || { echo "the tool of the copy is not told" >&2; exit 1; }
if grep -q "analyse en cellule" "$dir/flat"; then echo "an analysis that was not made is told" >&2; exit 1; fi
v case document A --kind summary --format odt -o "$dir/summary.odt" > /dev/null
python3 - "$dir/summary.odt" <<'END'
import sys, zipfile, xml.dom.minidom as x
z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
assert z.infolist()[0].filename == 'mimetype' and z.infolist()[0].compress_type == 0
for n in z.namelist()[1:]: x.parseString(z.read(n))
t = z.read('content.xml').decode()
for w in ('&lt;Lynx&gt; &amp; fils', 'appréciation', 'à revalider', 'entre 02/07/2024 00:00:00 (Paris), 01/07/2024 22:00:00 UTC et 02/07/2024 04:00:00 (Paris), 02:00:00 UTC'): assert w in t, w
END
# In a word processor as on paper: the table's lines and cells are styles of the content, the font is named by its family, the page number stands at the right.
python3 - "$dir/summary.odt" <<'END'
import sys, zipfile, xml.etree.ElementTree as E
z = zipfile.ZipFile(sys.argv[1])
n = {'o': 'urn:oasis:names:tc:opendocument:xmlns:office:1.0', 's': 'urn:oasis:names:tc:opendocument:xmlns:style:1.0', 't': 'urn:oasis:names:tc:opendocument:xmlns:table:1.0', 'x': 'urn:oasis:names:tc:opendocument:xmlns:text:1.0'}
content, styles = E.fromstring(z.read('content.xml')), E.fromstring(z.read('styles.xml'))
own = {e.get('{%s}name' % n['s']) for e in content.findall('o:automatic-styles/s:style', n)}
used = {e.get('{%s}style-name' % n['t']) for e in content.iter() if e.get('{%s}style-name' % n['t'])}
assert used and used <= own, used - own
assert styles.find('o:font-face-decls/s:font-face', n).get('{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}font-family')
assert styles.find('.//s:footer//x:tab', n) is not None
END
if command -v soffice > /dev/null; then
  HOME=$dir soffice --headless --convert-to pdf --outdir "$dir/lo" "$dir/summary.odt" > /dev/null 2>&1
  pdftotext -layout "$dir/lo/summary.pdf" "$dir/lo.txt"; says "$dir/lo.txt" "Menuiserie <Lynx> & fils"; grep -Eq "^ *A/1 +serveur " "$dir/lo.txt"
fi
for kind in inventory handover; do v case document A --kind $kind --format txt -o "$dir/$kind.txt" > /dev/null; says "$dir/$kind.txt" "12-2 (version 2)"; done
says "$dir/handover.txt" "$sum"

# What has to be proved, and what bears on it.
v case finding A --type observed --text "note sur le bureau" --element 1 > /dev/null
if v case finding A --type observed --text x --element 99 2> /dev/null; then exit 1; fi
v --json case elements A > "$dir/elements"
jq -e '.elements[0].findings | length == 1' "$dir/elements" > /dev/null; jq -e '.elements[1].findings == []' "$dir/elements" > /dev/null
jq -e '.offences[] | select(.code == "CP323-2-1") | .main and .charged' "$dir/elements" > /dev/null
jq -e '.offences[] | select(.code == "CP312-10") | .when == "si fuite" and (.charged | not)' "$dir/elements" > /dev/null

# The draft is kept: its hash stands in the ledger.
v --json case document A --kind inventory -o "$dir/i.pdf" > "$dir/o"
grep -F "$(sha256sum "$dir/i.pdf" | cut -d' ' -f1)" "$dir/o" > /dev/null
v --json ledger list 2> /dev/null | grep -c document.drafted | grep -q '^9$' || { echo "drafts: $(v --json ledger list 2> /dev/null | grep -c document.drafted)" >&2; exit 1; }
"$VIGIE" --home "$home" --as anne --lang en case document A --kind report --format txt -o "$dir/en.txt" > /dev/null
says "$dir/en.txt" "[observed, ledger no. "
v ledger verify > /dev/null

# Over many pages: a row stays whole, its heading stands above it on each page, pages are counted, sums are grouped.
sqlite3 "$home/vigie.db" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO casework_exhibit (pid, case_id, ref, description, medium, serial, seal, received)
  SELECT 'exhibit--00000000-0000-7000-8000-' || printf('%012d', i), c.id, '2026-OUE-0042/' || (100 + i), 'ROWBEGINS ' || substr('a long description of a disk that was seized in the room of the servers, yellow label, scratched', 1, 20 + i) || ' ROWENDS', 'ssd', 'WX' || i, 'S' || i, e.received
  FROM n, casework_case c, casework_exhibit e WHERE c.ref = 'A' AND e.ref = 'A/1'"
whole() { # whole PDF: rows whole, one heading a page that has rows
  local pages p
  pages=$(pdfinfo "$1" | sed -n 's/^Pages: *//p'); [ "$pages" -ge 3 ] || { echo "$1: $pages pages" >&2; exit 1; }
  for p in $(seq "$pages"); do
    pdftotext -f "$p" -l "$p" -layout "$1" "$dir/p.txt"
    [ "$(grep -o ROWBEGINS "$dir/p.txt" | wc -l)" = "$(grep -o ROWENDS "$dir/p.txt" | wc -l)" ] || { echo "$1: a row of page $p is cut" >&2; exit 1; }
    grep -q "$p */ *$pages" "$dir/p.txt" || { echo "$1: page $p bears no number" >&2; exit 1; }
    [ "$kind" = handover ] || [ "$(grep -c 'référence .*description' "$dir/p.txt")" = 1 ] || { echo "$1: the heading of page $p" >&2; exit 1; }
    [ "$kind" = handover ] || grep -q '2026-OUE-0042/1[0-9][0-9]' "$dir/p.txt" || { echo "$1: a reference is cut on page $p" >&2; exit 1; }
  done
}
for kind in inventory handover; do v case document A --kind $kind -o "$dir/$kind.pdf" > /dev/null; whole "$dir/$kind.pdf"; done
v case document A --kind summary --format txt -o "$dir/sums.txt" > /dev/null; says "$dir/sums.txt" "$(printf '3 ans, 100\xe2\x80\xaf000')"
