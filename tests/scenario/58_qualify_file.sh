#!/bin/bash
# A file on disk: each kind's facts are those that were built into it, its digests bring in what sources say, a likeness brings in its kin, a YARA rule its
# piece; facts alone make suspect and never guilty; a file that cannot be read costs only itself; without an instance it still works.
set -eu
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
corpus=$SOURCE/tests/fuzz/corpus/facts
make() { # make CASE NAME: the corpus' input without its name
  local name; name=$(head -c 1 "$corpus/$1" | od -An -tu1 | tr -d ' ')
  tail -c "+$((name + 2))" "$corpus/$1" > "$d/$2"
}
facts() { env -u VIGIE_HOME HOME="$d" "$VIGIE" --quiet --lang en --json qualify file "$@" | grep -o '"piece":"fact:[^"]*"' | sed 's/.*fact:\(.*\)"/\1/' | sort | tr '\n' ' '; }
is() { local got; got=$(facts "$d/$1"); [ "$got" = "$2 " ] || { echo "$1: $got, expected $2"; exit 1; }; }
make pe32 facture.pdf.exe; is facture.pdf.exe "name.double pe.inject pe.unsigned"
make pe64 tool.exe;        is tool.exe "pe.inject pe.signed pe.wx"
make pe-bare lettre.pdf;   is lettre.pdf "name.program pe.imports pe.unsigned"
make elf64 quiet;          is quiet "elf.static"
make elf32-be router;      is router "elf.nosections elf.static elf.wx"
make pdf loud.pdf;         is loud.pdf "pdf.encrypted pdf.file pdf.form pdf.hidden pdf.launch pdf.open pdf.packed pdf.script"
make pdf-plain plain.pdf;  is plain.pdf "pdf.plain"
make ole old.doc;          is old.doc "office.alone office.dde office.encrypted office.macros office.object"
make docm new.docm;        is new.docm "office.active office.macros office.object"
make docx new.docx;        is new.docx "office.plain"
make rtf note.rtf;         is note.rtf "rtf.object rtf.remote"
head -c 100 "$d/tool.exe" > "$d/cut.exe"; is cut.exe broken
# however many facts: suspicious at most
env -u VIGIE_HOME HOME="$d" "$VIGIE" --quiet --json qualify file "$d/loud.pdf" | grep '"verdict":"suspicious"' > /dev/null
# one bad path of three
status=0; env -u VIGIE_HOME HOME="$d" "$VIGIE" --quiet --lang en --json qualify file "$d/quiet" "$d/missing" "$d/router" > "$d/out" 2> "$d/err" || status=$?
[ $status = 1 ]; [ "$(wc -l < "$d/out")" = 2 ]; grep missing "$d/err" > /dev/null
printf 'rule Injector { strings: $a = "CreateRemoteThread" condition: $a }\n' > "$d/r.yar"
env -u VIGIE_HOME HOME="$d" "$VIGIE" --quiet --json qualify file --rules "$d/r.yar" "$d/tool.exe" | grep '"piece":"yara:Injector"' > /dev/null

export VIGIE_HOME=$d/home
"$VIGIE" --quiet init --login anne > /dev/null
python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(30000))' > "$d/known.bin"; { cat "$d/known.bin"; echo changed; } > "$d/kin.bin"
sum=$(sha256sum "$d/known.bin" | cut -d' ' -f1); like=$("$VIGIE" --json similar digest "$d/known.bin" | sed 's/.*"tlsh":"\([^"]*\)".*/\1/')
printf 'type,value\nsha256,%s\ntlsh,%s\n' "$sum" "$like" > "$d/list.csv"
"$VIGIE" --quiet --as anne intel import "$d/list.csv" --source Lynx > /dev/null
"$VIGIE" --quiet --as anne qualify source Lynx --reliability A > /dev/null
"$VIGIE" --quiet --json qualify file "$d/known.bin" > "$d/out"
grep '"verdict":"malicious"' "$d/out" | grep '"piece":"assertion:Lynx"' | grep '"piece":"similar"' > /dev/null
"$VIGIE" --quiet --json qualify file "$d/kin.bin" > "$d/out"
grep '"piece":"similar"' "$d/out" | grep -v assertion > /dev/null
# Rules of a store that an older program made, which knew no languages of rules: found as well, and those of another language are not taken for them.
o="$d/older"; HOME="$d" "$VIGIE" --quiet --home "$o" init > /dev/null
printf 'title: S\nlogsource:\n  product: windows\ndetection:\n  a:\n    Image: x\n  condition: a\n' > "$d/s.yml"
"$VIGIE" --quiet --home "$o" intel import --source Cert "$d/r.yar" > /dev/null; "$VIGIE" --quiet --home "$o" intel import --source Cert --as sigma "$d/s.yml" > /dev/null
found() { "$VIGIE" --quiet --home "$o" --json qualify file "$d/tool.exe" | grep -o '"piece":"yara:Injector"' | head -n 1; }
[ -n "$(found)" ]
python3 - "$o/vigie.db" <<'P'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.executescript("""DELETE FROM intel_ref WHERE role = 'pattern_type'; DROP TABLE intel_older_rule; DROP TABLE intel_part; DROP VIEW intel_key; DROP VIEW intel_literal;
CREATE TABLE intel_key (key TEXT NOT NULL, digest INTEGER NOT NULL, object INTEGER NOT NULL, PRIMARY KEY (key, digest)) WITHOUT ROWID;
CREATE TABLE intel_literal (value TEXT NOT NULL, type TEXT NOT NULL, object INTEGER NOT NULL, PRIMARY KEY (value, type, object)) WITHOUT ROWID;
INSERT INTO intel_key SELECT key, digest, object FROM intel_key_row; INSERT INTO intel_literal SELECT value, type, object FROM intel_literal_row;
DROP TABLE intel_key_row; DROP TABLE intel_literal_row; DROP TABLE intel_recent; DROP TABLE intel_sieve; ALTER TABLE intel_feed DROP COLUMN refused; ALTER TABLE intel_feed DROP COLUMN missing;
DROP INDEX intel_ref_pattern; DROP INDEX intel_node_crowd; DROP INDEX intel_node_crowd_shown; DROP INDEX intel_node_crowd_from; ALTER TABLE intel_feed DROP COLUMN broken; ALTER TABLE intel_load DROP COLUMN broken; ALTER TABLE intel_node DROP COLUMN crowd;
DELETE FROM store_meta WHERE room = 'intel' AND step >= 13;""")
P
[ -n "$(found)" ] || { echo "the rules of an older store are not found"; exit 1; }
python3 - "$o/vigie.db" <<'P'
import sqlite3, sys
assert sqlite3.connect(sys.argv[1]).execute("SELECT COUNT(*) FROM intel_older_rule").fetchone()[0] == 2
P
