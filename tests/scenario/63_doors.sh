#!/bin/bash
# Three doors: the house's people, a partner's, a company's. Every route of the server is asked with each session, with none, and with a form
# whose token is wrong; what is shown behind each door, and nothing of anybody else; an account opened by a link that serves once.
set -eu
d=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null || true; rm -rf "$d"' EXIT
export VIGIE_HOME=$d/i
password=$("$VIGIE" init --login anne | grep -oE '[a-z0-9]{20}$')
v() { "$VIGIE" --quiet --lang en --json --as "${as-anne}" "$@"; }
fails() { if "$@" > "$d/out" 2> "$d/err"; then echo "should fail: $*"; exit 1; fi; }
is() { [ "$1" = "$2" ] || { echo "line ${BASH_LINENO[0]}: $1 is not $2"; exit 1; }; }
says() { grep -F -- "$1" "$d/page" > /dev/null || { echo "line ${BASH_LINENO[0]}: the page lacks: $1"; sed 's/<[^>]*>/ /g' "$d/page" | tr -s ' \n' | head -60; exit 1; }; }
hides() { ! grep -F -- "$1" "$d/page" > /dev/null || { echo "line ${BASH_LINENO[0]}: the page shows: $1"; exit 1; }; }

# --- who and what there is
v org add --name Lynx --kind partner --department 75 > /dev/null
v org add --name Loutre --kind partner --department 75 > /dev/null
v org add --name "Scierie du Val" --siren 000560011 --naf C --size PME --department 67 > /dev/null
v org add --name "Brasserie du Ried" --naf C --size PME --department 68 > /dev/null
v org add --name "Cidrerie de l'Aulne" --naf C --size PME --department 29 > /dev/null
v convention add --partner Lynx --from 2020-01-01 --to 2100-01-01 --max-tlp AMBER --max-pap AMBER > /dev/null
v convention add --partner Loutre --from 2020-01-01 --to 2021-01-01 > /dev/null
(umask 077; echo twelve-letters > "$d/pw")
v referent add --name Schmitt --zone EST --role referent --from 2020-01-01 --login schmitt --password-file "$d/pw" > /dev/null
v referent add --name Lou --org Loutre --role partner --from 2020-01-01 --login lou --password-file "$d/pw" > /dev/null
v referent add --name Nemo --role partner --from 2020-01-01 --login nemo --password-file "$d/pw" > /dev/null
mark() { case $1 in RED) echo marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1 ;; *) echo marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421 ;; esac; }
indicator() { echo "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--$1$1$1$1$1$1$1$1-1111-4111-8111-111111111111\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"pattern\":\"[domain-name:value = '$2']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"object_marking_refs\":[\"$(mark "$3")\"]}"; }
echo "{\"type\":\"bundle\",\"id\":\"bundle--11111111-1111-4111-8111-111111111111\",\"objects\":[$(indicator 1 shown.zzqx-relay.net AMBER),$(indicator 2 hidden.zzqx-relay.net RED)]}" > "$d/b.json"
v intel import "$d/b.json" --source Veille > /dev/null
other=$(v incident add --org "Brasserie du Ried" --kind phishing --summary "secret of the brewery" --happened 2026-11-01 --known 2026-11-02 | jq -r .id)
case_ref=$(v case open --incident "$other" --frame preliminary --offence CP323-1-1 | jq -r .ref)
echo "Keep your copies apart." > "$d/text"
made() { v content add --title "$1" --body "$d/text" --tlp "$2" --zone EST --sector C --size PME | jq -r .id; }
bulletin=$(made "Copies for sawmills" GREEN); draft=$(made "Draft of nobody" GREEN); amber=$(made "Amber words" AMBER); public=$(made "Public words" CLEAR)
for c in "$bulletin" "$amber" "$public"; do as=schmitt v content review "$c" --approve > /dev/null; done
q=$(v qualify open --type domain-name --value asked.zzqx-relay.net --question "Whose is it?" | jq -r .id)
inner=$(v qualify open --type domain-name --value inner.zzqx-relay.net --question "Ours alone" | jq -r .id)
v content publish "$public" --where "the prefecture's site" > /dev/null
v qualify ask "$q" --to Lynx -o "$d/q.json" > /dev/null

"$VIGIE" serve --http --listen 127.0.0.1:0 --json > "$d/served" & pid=$!
for _ in $(seq 200); do [ -s "$d/served" ] && break; sleep 0.1; done
at=$(jq -r .listening "$d/served")
get() { curl -s -b "$d/$1.jar" -b lang=en "${@:3}" "$at$2"; }
status() { get "$1" "$2" -o "$d/page" -w '%{http_code}'; }
enter() { : > "$d/$1.jar"; curl -s -c "$d/$1.jar" -o /dev/null -w '%{http_code}' --data-urlencode "login=$1" --data-urlencode "password=$2" "$at/login"; }
csrf() { get "$1" /compte | sed -n 's/.*name="csrf"[^>]*value="\([^"]*\)".*/\1/p' | head -1; }
post() {
  local who=$1 path=$2 f args=(); shift 2
  for f; do args+=(--data-urlencode "$f"); done
  curl -s -b "$d/$who.jar" -b lang=en -o "$d/page" -w '%{http_code}' --data-urlencode "csrf=$(csrf "$who")" "${args[@]}" "$at$path"
}
: > "$d/nobody.jar"
is "$(enter anne "$password")" 303
is "$(enter "$(v referent list | jq -r 'select(.login == "schmitt") | .id')" twelve-letters)" 403 # one name an account: its sessions are all listed
is "$(enter schmitt twelve-letters)" 303

# --- an account by a link: the referent of the zone, by the command and by the page; nobody else
fails env as=schmitt "$VIGIE" --quiet --as schmitt org invite "Cidrerie de l'Aulne" --name Cid --login cid.le
fails "$VIGIE" --quiet --as schmitt org invite Lynx --name Lynn --login lynn
fails "$VIGIE" --quiet --as lou org invite "Scierie du Val" --name Rita --login rita
link=$(as=schmitt v org invite "Scierie du Val" --name Rita --login rita --to 2099-01-01 | jq -r .token)
is "$(enter rita twelve-letters)" 403
is "$(status nobody "/bienvenue/$link")" 200; says "Welcome, Rita"
is "$(status nobody /bienvenue/0000000000000000000000000000000000000000000000000000000000000000)" 404
join() { curl -s -b lang=en -o "$d/page" -w '%{http_code}' --data-urlencode "password=$2" --data-urlencode "again=$3" "$at/bienvenue/$1"; }
is "$(join "$link" short short)" 422
is "$(join "$link" rita-rita-rita rita-rita-ritz)" 422
is "$(join "$link" rita-rita-rita rita-rita-rita)" 303
is "$(join "$link" rita-rita-rita rita-rita-rita)" 404   # it served
is "$(enter rita rita-rita-rita)" 303
lynx=$(v org list | jq -r 'select(.name == "Lynx") | .id')
is "$(post anne "/entreprises/$lynx" what=invite name=Lynn login=lynn)" 200
link=$(sed 's/<wbr>//g' "$d/page" | grep -oE 'bienvenue/[0-9a-f]{64}' | sed 's/.*\///' | head -1)
is "$(join "$link" lynn-lynn-lynn lynn-lynn-lynn)" 303
is "$(enter lynn lynn-lynn-lynn)" 303
is "$(enter lou twelve-letters)" 303
is "$(enter nemo twelve-letters)" 403                      # a partner's person of no organisation has no door

# --- every route, with every session: 200 where it is theirs, 404 where it is not, 403 to a form whose token is wrong
own=$(as=rita v incident add --org "Scierie du Val" --kind ransomware --summary "own incident" --happened 2026-11-20 --known 2026-11-21 | jq -r .id)
diagnosis=$(as=schmitt v diagnose open --org "Scierie du Val" | jq -r .id)
theirs=$(as=schmitt v diagnose open --org "Brasserie du Ried" | jq -r .id)
collection=$(get lynn / | grep -o '/partage/[0-9a-f-]*' | head -1 | sed 's/.*\///')
id_of() {
  case $1 in
  /partage/) echo "$collection" ;; /questions/) echo "$q" ;; /bulletins/) echo "$public" ;; /diagnostic/) echo "$diagnosis" ;;
  /signalements/) echo "$own" ;; /affaires/) echo "$case_ref" ;; /contenus/) echo "$bulletin" ;; /entreprises/) echo "$lynx" ;;
  /qualification/) echo "$q" ;; /zones/) echo EST ;; /api/v1/) echo cases ;; *) echo none ;;
  esac
}
"$VIGIE" serve --routes --json > "$d/routes"
is "$(jq -rs 'length > 80' "$d/routes")" true
jq -r .path "$d/routes" | sort -u > "$d/paths"
walked=0
while read -r path; do
  case $path in /login | /logout | /lang/ | /assets/ | /taxii2/ | /enquete | /presence/ | /bienvenue/) continue ;; esac
  real=$path; case $path in */) [ "$path" = / ] || real=$path$(id_of "$path") ;; esac
  doors=$(jq -r --arg p "$path" 'select(.path == $p) | .door' "$d/routes" | paste -sd' ')
  form=$(jq -rs --arg p "$path" 'map(select(.path == $p) | .form) | any' "$d/routes")
  for who in schmitt:house lynn:partner rita:company; do
    code=$(status "${who%:*}" "$real"); door=${who#*:}
    case " $doors " in
    *" $door "* | *" all "*)
      case $code in 200 | 403) ;; 404) case $real in */none | /renseignement/objet* | /contenus/*) ;; *) [ "$door" != house ] && { echo "$path $door $code"; exit 1; } ;; esac ;; 422) ;; *) echo "$real with $door answers $code"; exit 1 ;; esac ;;
    *) [ "$code" = 404 ] || { echo "$real is open to $door: $code"; exit 1; }
       [ "$(post "${who%:*}" "$real" what=x)" = 404 ] || { echo "$real takes forms of $door"; exit 1; } ;;
    esac
    if [ "$form" = true ]; then
      for token in "" "csrf=$(printf '0%.0s' $(seq 64))" "csrf=$(csrf anne)"; do
        is "$(curl -s -b "$d/${who%:*}.jar" -o /dev/null -w '%{http_code}' -d "$token" "$at$real")" 403
      done
    fi
    walked=$((walked + 1))
  done
  get nobody "$real" > "$d/page"; case $real in /api/*) says error ;; *) says 'name="password"' ;; esac
done < "$d/paths"
[ "$walked" -gt 200 ]
# what every answer carries
get lynn / -D "$d/head" > "$d/page"
for header in "Content-Security-Policy: default-src 'self'" "X-Content-Type-Options: nosniff" "X-Frame-Options: DENY" "Referrer-Policy: same-origin" "Cache-Control: no-store" "Permissions-Policy:"; do grep -F "$header" "$d/head" > /dev/null || { echo "no $header"; exit 1; }; done
for path in /recherche?q=relay "/affaires/$case_ref" "/signalements/$other" "/entreprises/$lynx" "/qualification/$inner" "/questions/$inner" "/contenus/$draft" "/bulletins/$draft" "/bulletins/$amber" "/diagnostic/$theirs" /api/v1/incidents /journal /conventions /personnes /aide; do
  for who in lynn rita; do is "$who $path $(status $who "$path")" "$who $path 404"; done
done

# --- the partner: asked, shared under its convention, through the gate; answers, asks, tells what it saw
get lynn / > "$d/page"; says "Question put to you"; says "End of the convention"; says "both ways"; hides "brewery"; hides "hidden.zzqx"
before=$(v ledger list --act disclose --count 500 | jq -s length)
is "$(status lynn "/partage/$collection")" 200; says "shown.zzqx-relay.net"; hides "hidden.zzqx-relay.net"
[ "$(v ledger list --act disclose --count 500 | jq -s length)" -gt "$before" ]
is "$(post lynn "/partage/$collection" what=bundle)" 200
jq -e '[.objects[] | select(.type == "indicator")] | length >= 1' "$d/page" > /dev/null; hides hidden.zzqx
is "$(post lynn "/partage/$collection" what=seen indicator=indicator--11111111-1111-4111-8111-111111111111 count=3 last=2026-11-20T10:00)" 200; says "1 read, 1 taken"
v ledger list --act collect --count 20 | jq -r .kind | grep intel.imported > /dev/null
is "$(post lynn "/partage/$collection" what=seen indicator=nonsense count=3 last=2026-11-20T10:00)" 422
is "$(status lynn "/questions/$q")" 200; says "asked.zzqx-relay.net"; says "Whose is it?"
is "$(post lynn "/questions/$q" verdict=malicious sure=2 "text=A loader's relay")" 303
is "$(v qualify show "$q" | jq -r '.state')" answered
is "$(status lynn "/questions/$q")" 200; says "A loader&#39;s relay"
is "$(post lynn "/questions/$inner" verdict=malicious sure=2 text=x)" 404
is "$(post lynn /questions type=domain-name value=ours.zzqx-relay.net "question=Do you know it?")" 303
mine=$(v qualify list | jq -r 'select(.subject.value == "ours.zzqx-relay.net") | .id')
is "$(status lynn "/questions/$mine")" 200; says "no answer yet"
v qualify answer "$mine" --from anne --verdict suspicious --admiralty B3 --text "Seen twice" > /dev/null
is "$(status lynn "/questions/$mine")" 200; hides "Seen twice"   # not before it goes through the gate
v qualify reply "$mine" --to Lynx -o "$d/r.json" > /dev/null
is "$(status lynn "/questions/$mine")" 200; says "Seen twice"
is "$(post lynn / what=pack)" 200
"$VIGIE" --quiet match --pack "$d/page" --json - <<< "GET http://shown.zzqx-relay.net/ and hidden.zzqx-relay.net" 2> /dev/null > "$d/hits" || true
is "$(jq -r .indicator "$d/hits")" shown.zzqx-relay.net
# a blind pack comes before its key; the key opens that pack, and handing it over releases nothing
is "$(post lynn / what=secret)" 404; says "take the pack first"
is "$(post lynn / what=blind)" 200; cp "$d/page" "$d/blind.pack"
given=$(v convention show "$(v convention list | jq -r 'select(.partner == "Lynx") | .id')")
is "$(post lynn / what=secret)" 200; cp "$d/page" "$d/blind.key"
is "$(v convention show "$(v convention list | jq -r 'select(.partner == "Lynx") | .id')")" "$given"
"$VIGIE" --quiet match --pack "$d/blind.pack" --key "$d/blind.key" --json - <<< "GET http://shown.zzqx-relay.net/" 2> /dev/null > "$d/hits" || true
is "$(v intel unblind --key "$d/blind.key" "$(jq -r .indicator "$d/hits")" | jq -r .indicator)" shown.zzqx-relay.net
# its convention is over: nothing is readable but what is public
get lou / > "$d/page"; says "over"; hides '/partage/'"$collection"
is "$(status lou "/questions/$q")" 404
is "$(post lou /questions type=domain-name value=x.zzqx-relay.net question=why)" 403
is "$(status lou /contenus)" 403

# --- the company: reports, follows its clocks, reads what is for it, says how far it is
get rita / > "$d/page"; says "own incident"; says "Copies for sawmills"; hides "Amber words"; hides "Draft of nobody"; hides "brewery"; hides "Brasserie"
is "$(post rita /signalements/accueil org="Brasserie du Ried" kind=ransomware "summary=Files are locked" ongoing=yes personal=no money=no insured=yes complaint=no traces=yes)" 409
is "$(post rita /signalements/accueil org="Brasserie du Ried" kind=ransomware "summary=Files are locked" ongoing=yes personal=no money=no insured=yes complaint=no traces=yes "again=another night")" 303
is "$(v incident list | jq -r 'select(.summary == "Files are locked") | .organisation')" "Scierie du Val"
is "$(status rita "/signalements/$own")" 200; says "72"; says "the ransom note"
is "$(post rita "/signalements/$own" what=clock code=ASSUR72)" 303
is "$(post rita "/signalements/$own" what=document kind=sheet format=pdf)" 303
# That a list of offers was looked at is told once a day and person, and again when it shows something else.
listed() { v ledger list --count 1000 --act consult | jq -c 'select(.kind == "share.listed" and .body.collection == "contents") | .actor'; }
before=$(listed | wc -l)
[ "$before" -ge 1 ] || { echo "the list on the first page is not in the journal"; exit 1; }
is "$(status rita /bulletins)" 200; is "$(status rita /)" 200
is "$(listed | wc -l)" "$before"
is "$(status rita "/bulletins/$bulletin")" 200; says "Keep your copies apart."
is "$(post rita "/diagnostic/$diagnosis" measure=3 state=refused)" 422
is "$(post rita "/diagnostic/$diagnosis" measure=3 state=refused "reason=No budget")" 303
is "$(post rita "/diagnostic/$diagnosis" measure=4 state=said)" 303
is "$(post rita "/diagnostic/$theirs" measure=4 state=done)" 404
get schmitt "/diagnostics/$diagnosis" > "$d/page"; says "No budget"; says "said to be done by the company"
is "$(post rita / what=pack)" 403                             # no convention: nothing may go

# --- sessions: seen, closed elsewhere, ended with the password, with the mandate, with time; who guesses waits
cp "$d/rita.jar" "$d/old.jar"; enter rita rita-rita-rita > /dev/null
get rita /compte > "$d/page"; says "this one"
is "$(post rita /compte what=others)" 303
is "$(status old /)" 200; says 'name="password"'
is "$(post rita /compte what=password current=rita-rita-rita password=rita-rita-four again=rita-rita-four)" 303
is "$(status rita /)" 200; says 'name="password"'
is "$(enter rita rita-rita-four)" 303
as=schmitt v org dismiss "Scierie du Val" --login rita > /dev/null
is "$(status rita /)" 200; says 'name="password"'
is "$(enter rita rita-rita-four)" 403
back=$(as=schmitt v org invite "Scierie du Val" --name Rita --login rita --to 2100-01-01 | jq -r .token) # asked again: a new mandate
is "$(curl -s -o "$d/page" -w '%{http_code}' --data-urlencode password=rita-rita-five --data-urlencode again=rita-rita-five "$at/bienvenue/$back")" 303
is "$(enter rita rita-rita-five)" 303
is "$(status rita /)" 200; hides 'name="password"'
as=schmitt v org dismiss "Scierie du Val" --login rita > /dev/null
is "$(enter rita rita-rita-five)" 403
for _ in 1 2 3 4 5; do is "$(enter lou wrong-wrong-wrong)" 403; done
is "$(enter lou twelve-letters)" 429                           # the right one too, for a minute
kill -TERM "$pid"; wait "$pid"; pid=
later() { # HOURS: the same instance, the same cookies, at that time
  : > "$d/served"
  VIGIE_NOW=$(date -u -d "+$1 minutes" +%Y-%m-%dT%H:%M:%SZ) "$VIGIE" serve --http --listen 127.0.0.1:0 --json > "$d/served" & pid=$!
  for _ in $(seq 200); do [ -s "$d/served" ] && break; sleep 0.1; done
  at=$(jq -r .listening "$d/served")
  : > "$d/page"; is "$(status anne /zones)" 200
  grep -c 'name="password"' "$d/page" || true
  kill -TERM "$pid"; wait "$pid"; pid=
}
later 50 > "$d/expiry"; later 105 >> "$d/expiry"; later 170 >> "$d/expiry"
is "$(paste -sd' ' "$d/expiry")" "0 0 1"                       # idle for an hour; using it keeps it
