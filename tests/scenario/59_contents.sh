#!/bin/bash
# Contents written by two parties: versions, the other side's review, publication of what is public; and bulletins made out to each company that may
# have them, as text, as e-mail, through a relay. MISP and CSV of what a recipient may get.
set -eu
d=$(mktemp -d); relay=
trap '[ -z "$relay" ] || kill "$relay" 2> /dev/null || true; rm -rf "$d"' EXIT
export VIGIE_HOME=$d/i
"$VIGIE" --quiet init --login anne > /dev/null
v() { "$VIGIE" --quiet --lang fr --json --as "${as-anne}" "$@"; }
fails() { if "$@" > "$d/out" 2> "$d/err"; then echo "should fail: $*"; exit 1; fi; }
is() { [ "$1" = "$2" ] || { echo "line ${BASH_LINENO[0]}: $1 is not $2"; exit 1; }; }
v org add --name Lynx --kind partner --department 75 > /dev/null
v convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 > /dev/null
v referent add --name Lynn --role partner --org Lynx --login lynn --from 2020-01-01 > /dev/null
v referent add --name Lou --role partner --org Lynx --login lou --from 2020-01-01 > /dev/null
v referent add --name Paul --zone OUEST --role referent --from 2020-01-01 --login paul > /dev/null
v org add --name "Scierie du Val" --siren 000560011 --naf C --size PME --department 67 > /dev/null
v org add --name "Brasserie du Ried" --siren 000560029 --naf C --size PME --department 68 > /dev/null 2>&1 || v org add --name "Brasserie du Ried" --naf C --size PME --department 68 > /dev/null
v org add --name "Cidrerie de l'Aulne" --naf C --size PME --department 29 > /dev/null
v referent add --name Rita --role company --org "Scierie du Val" --login rita --from 2020-01-01 > /dev/null

# written with Lynx: neither one's own version nor one's own side's; what is sent back says why
printf 'Première version, avec des accents.\n' > "$d/un"; printf 'Deuxième version.\n' > "$d/deux"
c=$(v content add --title "Rançongiciel : les gestes" --body "$d/un" --with Lynx --tlp GREEN --zone EST --sector C --size PME | jq -r .id)
fails v content review "$c" --approve
as=paul fails v content review "$c" --approve
grep 'autre partie' "$d/err" > /dev/null
as=lynn fails v content review "$c" --return
as=lynn v content review "$c" --return --comment "trop court" | grep '"state":"returned"' > /dev/null
fails v share bulletin "$c" -o "$d/out.d"
as=lynn fails v content edit "$c" --body "$d/deux" --motive ""
as=lynn v content edit "$c" --body "$d/deux" --motive "plus long" --seen 1 | grep '"state":"draft","version":2' > /dev/null
fails v content edit "$c" --body "$d/un" --motive "trop tard" --seen 1
as=lou fails v content review "$c" --approve
v content review "$c" --approve | grep '"state":"approved"' > /dev/null
v content show "$c" --version 1 | grep 'Première' > /dev/null
fails v content publish "$c" --where "site"   # GREEN is not public
as=rita fails v content show "$c"             # nor anybody's business
is "$(as=lou v content list | jq -r .state)" approved
n=$(v content add --title "Note" --body "$d/un" --tlp CLEAR | jq -r .id)
as=paul v content review "$n" --approve > /dev/null
v content publish "$n" --where "site de la préfecture" | grep '"state":"published"' > /dev/null

# bulletins: of the zone's companies only the one with a contact here is of the community (TLP:GREEN)
cat > "$d/relay.py" <<'P'
import socket, sys
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True)
c, _ = s.accept(); f = c.makefile("rwb")
def say(t): f.write(t + b"\r\n"); f.flush()
say(b"220 relay"); data = False
for line in f:
    sys.stdout.buffer.write(line); sys.stdout.flush()
    if data:
        if line == b".\r\n": data = False; say(b"250 taken")
    elif line[:4] == b"DATA": data = True; say(b"354 go")
    elif line[:4] == b"QUIT": say(b"221 bye"); break
    else: say(b"250 ok")
P
python3 "$d/relay.py" > "$d/relay.log" & relay=$!
for _ in $(seq 100); do [ -s "$d/relay.log" ] && break; sleep 0.1; done
printf 'organisation,email\nScierie du Val,dirigeant@scierie.example\n' > "$d/addresses.csv"
printf 'organisation,email\nScierie du Val,"a@b.example\r\nBcc: x@y.example"\n' > "$d/bad.csv"
fails v share bulletin "$c" -o "$d/bulletins" --addresses "$d/bad.csv" --from cyber@police.example
v share bulletin "$c" -o "$d/bulletins" --addresses "$d/addresses.csv" --from cyber@police.example --smtp "smtp://127.0.0.1:$(head -1 "$d/relay.log")" > "$d/said"
is "$(jq -r '"\(.name) \(.allowed) \(.mail)"' "$d/said" | sort | paste -sd';')" "Brasserie du Ried false null;Scierie du Val true sent"
is "$(find "$d/bulletins" -name '*.txt' | wc -l)" 1
grep 'Deuxième version' "$d"/bulletins/*.txt > /dev/null
grep 'TLP:GREEN' "$d"/bulletins/*.txt > /dev/null
python3 - "$d"/bulletins/*.eml <<'P'
import email, email.policy, sys
m = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.default)
assert m["Subject"] == "Rançongiciel : les gestes" and m["To"] == "dirigeant@scierie.example" and not m.defects, m.items()
assert "Deuxième version" in m.get_content() and m["Date"].datetime
P
wait "$relay"; relay=
grep 'RCPT TO:<dirigeant@scierie.example>' "$d/relay.log" > /dev/null
v content show "$c" | grep '"state":"published"' > /dev/null

# a draft from a warning: its values only where they may go, and nobody clicks on them by mistake
value=relais.zzqx-relay.net
cat > "$d/b.json" <<J
{"type":"bundle","id":"bundle--11111111-1111-4111-8111-111111111111","objects":[
{"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"=relay","pattern":"[domain-name:value = '$value']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]},
{"type":"indicator","spec_version":"2.1","id":"indicator--22222222-2222-4222-8222-222222222222","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[ipv4-addr:value = '198.51.100.7']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]}]}
J
v intel import "$d/b.json" --source Veille > /dev/null
for form in misp csv; do v share publish --to Lynx --as $form -o "$d/lynx.$form" > /dev/null; done
is "$(jq -r '.Event.Attribute | map("\(.type) \(.value) \(.distribution) \(.Tag[0].name)") | join(";")' "$d/lynx.misp")" "domain $value 1 tlp:green"
is "$(tr -d '\r' < "$d/lynx.csv" | paste -sd'|')" "type,value,tlp,pap,name,valid_until|domain-name,$value,TLP:GREEN,PAP:GREEN,\"'=relay\","
"$VIGIE" --quiet --home "$d/other" init --login anne > /dev/null
is "$("$VIGIE" --quiet --json --as anne --home "$d/other" intel import "$d/lynx.misp" --as misp --source Police | jq -r .added)" 1
is "$("$VIGIE" --quiet --json --as anne --home "$d/other" intel import "$d/lynx.csv" --as csv --source Police | jq -r .rejected)" 0
v ledger verify | grep '"ok":true' > /dev/null
