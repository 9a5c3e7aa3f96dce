#!/bin/bash
# A survey over HTTP: no login, both languages, no script; one token one sheet; guesses slow down; nothing before closing, small groups hidden after.
# Then the pages of the evaluation do what the commands do.
set -euo pipefail
dir=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null || true; rm -rf "$dir"' EXIT
v() { "$VIGIE" --home "$dir/h" --lang en --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
says() { grep -F -- "$1" "$2" > /dev/null || { cat "$2" >&2; fail "lacks: $1"; }; }
password=$("$VIGIE" init --home "$dir/h" --login anne | grep -oE '[a-z0-9]{20}$')
"$VIGIE" --home "$dir/h" serve --listen 127.0.0.1:0 --json > "$dir/out" 2> "$dir/log" & pid=$!
for _ in $(seq 200); do [ -s "$dir/out" ] && break; sleep 0.1; done
at=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' "$dir/out")
get() { curl -sk -b "$dir/jar" "$@"; }
[ "$(curl -sk -c "$dir/jar" -o /dev/null -w '%{http_code}' --data-urlencode login=anne --data-urlencode "password=$password" "$at/login")" = 303 ]
post() { # PATH FIELD=VALUE...: with the session's secret
  local path=$1; shift
  local csrf; csrf=$(get "$at/evaluation" | grep -oE 'name="csrf" value="[0-9a-f]+"' | head -n 1 | grep -oE '[0-9a-f]{64}')
  local fields=(); for f in "$@"; do fields+=(--data-urlencode "$f"); done
  get -o "$dir/page" -w '%{http_code} %{redirect_url}' --data-urlencode "csrf=$csrf" "${fields[@]}" "$at$path"
}
# The questionnaire, the plan with its rules, the opening: all on the page.
[ "$(post /evaluation what=standard | cut -c1-3)" = 303 ]
v --json evaluate questionnaires > "$dir/q"; says '"code":"360","version":1,"questions":16' "$dir/q"
get -b lang=en "$at/evaluation?questionnaire=360@1" > "$dir/page"; says 'importance' <(tr A-Z a-z < "$dir/page"); says 'Today a referent answers within the hour of an attack' "$dir/page"
says "\"sha256\":\"$(get "$at/evaluation?questionnaire=360@1&fichier=1" | sha256sum | cut -c1-64)\"" "$dir/q"
[ "$(get -o /dev/null -w '%{http_code}' "$at/evaluation?questionnaire=360@2")" = 404 ]
# As a table for a spreadsheet; one that was written there is pasted, or a file of the command.
get "$at/evaluation?questionnaire=360@1&fichier=csv" > "$dir/360.csv"; says 'code;fr;en;issue;axis;for' "$dir/360.csv"; says ';referents hierarchy' "$dir/360.csv"
[ "$(post /evaluation what=questionnaire code=360 "body=$(cat "$dir/360.csv")" | cut -c1-3)" = 409 ]
[ "$(post /evaluation what=questionnaire code=court body=$'code\tfr\nq1\tUn' | cut -c1-3)" = 422 ]; says "code, fr, en" "$dir/page"
[ "$(post /evaluation what=questionnaire code=court body=$'code\tfr\ten\nq1\tUn ?\tOne?' | cut -c1-3)" = 303 ]
sed 's/délai/temps/; s/dans l’heure/dans la journée/' "$dir/360.csv" > "$dir/361.csv"
has_version=$(v --json evaluate questionnaire "$dir/361.csv" --code 360); [ "$has_version" = '{"questionnaire":"360@2"}' ] || fail "$has_version"
get -b lang=en "$at/evaluation" > "$dir/page"; says 'no-go: adverse effect: did.hi &lt; 1' "$dir/page"
rules=$'no-go: effet contraire: did.hi < 1; did.p_two_sided < 0.05\ngo: effet net: did.lo > 1; did.p_two_sided < 0.05\nextend: non concluant'
[ "$(post /evaluation what=plan title=Pilotes title_en=Pilots questionnaire=360@1 breakdown=group threshold=4 "rules=$rules" | cut -c1-3)" = 422 ]
says "5 au moins" "$dir/page"
plan=$(post /evaluation what=plan title=Pilotes title_en=Pilots questionnaire=360@1 breakdown=group threshold=5 "rules=$rules" | grep -oE 'evaluation--[0-9a-f-]+')
[ "$(post "/evaluation/$plan" what=attach kind=did csv=x | cut -c1-3)" = 409 ] # rules first, data next
[ "$(post "/evaluation/$plan" what=open | cut -c1-3)" = 303 ]
[ "$(post "/evaluation/$plan" what=counts kind=survival from=2020-01-01T00:00 to=2021-01-01T00:00 | cut -c1-3)" = 422 ]; says "Rien à compter" "$dir/page"
[ "$(post "/evaluation/$plan" what=token group=peers count=2 given=9 | cut -c1-3)" = 409 ]; says "rien n’a été fait cette fois" "$dir/page"; says 'name="given" value="0"' "$dir/page"
for g in referents:6 prosecutors:3 helped:9 partners:7; do
  [ "$(post "/evaluation/$plan" what=token "group=${g%:*}" "count=${g#*:}" | cut -c1-3)" = 200 ]
  sed 's/<wbr>//g' "$dir/page" | grep -oE '/enquete/[0-9A-Z]{24}' | cut -d/ -f3 > "$dir/${g%:*}"
  [ "$(wc -l < "$dir/${g%:*}")" = "${g#*:}" ]
  [ "$(grep -o 'class="qr"' "$dir/page" | wc -l)" = "${g#*:}" ] || fail "a slip has no code to photograph"
done
# The public page: no login, no script needed, both languages, only this group's questions.
anyone() { curl -sk "$@"; }
token=$(head -n 1 "$dir/referents")
anyone "$at/enquete/$token" > "$dir/fr"; says "Il est important" "$dir/fr"; says "Pilotes" "$dir/fr"; says 'name="q-soutien"' "$dir/fr"
! grep -F 'q-reprise' "$dir/fr" > /dev/null || fail "a question of another group is asked"
! grep -F 'name="password"' "$dir/fr" > /dev/null || fail "the survey asks for a login"
anyone -b lang=en "$at/enquete/$token" > "$dir/en"; says "It is important" "$dir/en"; says "Pilots" "$dir/en"
anyone -X POST -H 'Content-Type: application/x-www-form-urlencoded' -b lang=en -d "token=$(echo "$token" | tr 'A-Z' 'a-z' | sed 's/..../&-/g')" "$at/enquete" > "$dir/typed"
says "It is important" "$dir/typed"
sheet() { anyone -o "$dir/page" -w '%{http_code}' -d "token=$1" -d sheet=1 "${@:2}" "$at/enquete"; }
[ "$(sheet "$token")" = 422 ]; says "cochez-en une au moins" "$dir/page" # nothing ticked
[ "$(sheet "$token" -d q-delai_i=7)" = 422 ] # no such answer
[ "$(sheet "$token" -H 'Origin: https://other.test' -d q-delai_i=5)" = 403 ]
n=0
for g in referents prosecutors helped partners; do
  while read -r t; do
    n=$((n + 1))
    [ "$(sheet "$t" -d q-delai_i=$((4 + n % 2)) -d q-delai_p=$((2 - n % 2)) -d q-partage_i=$((2 + n % 2)) -d q-partage_p=$((5 - n % 2)) -d q-soutien=4)" = 200 ] || fail "a sheet is refused"
  done < "$dir/$g"
done
says "Le jeton n’existe plus" "$dir/page"
[ ! -s "$dir/h/vigie.db-wal" ] || fail "the engine's log keeps one sheet after the other"
[ "$(sheet "$token" -d q-delai_i=5)" = 403 ] # used twice
# Nothing shows before closing, on the page nor by the command.
get "$at/evaluation/$plan" > "$dir/page"
! grep -E 'svg class="chart|id="reponses"' "$dir/page" > /dev/null || fail "results show before closing"
! v evaluate report "$plan" > /dev/null 2>&1 || fail "a report before closing"
spare=$(v evaluate token "$plan" --group partners)
! v evaluate token "$plan" --group partner > /dev/null 2> "$dir/err" || fail "a group that no question is for"
says "no group of this questionnaire: partner" "$dir/err"
did=$SOURCE/../shared/data/evaluation/11_did_input.csv km=$SOURCE/../shared/data/evaluation/14_km_input.csv
if [ -f "$did" ]; then
  v evaluate attach "$plan" did "$did" 2> /dev/null
  [ "$(post "/evaluation/$plan" what=attach kind=survival "csv=$(cat "$km")" | cut -c1-3)" = 303 ]
fi
[ "$(post "/evaluation/$plan" what=close | cut -c1-3)" = 303 ]
[ "$(sheet "$spare" -d q-delai_i=5)" = 403 ] # after closing
[ "$(post "/evaluation/$plan" what=report | cut -c1-3)" = 303 ]
get -b lang=en "$at/evaluation/$plan" > "$dir/page"
says 'The report is made:' "$dir/page"; ! grep -E 'Make the report|Make it again' "$dir/page" > /dev/null || fail "the report is offered once more"
says 'class="chart issues"' "$dir/page"; says 'act here' "$dir/page"
get "$at/evaluation/$plan?csv=ventilation" > "$dir/csv"
# Prosecutors are three: hidden, and with them the next smallest groups, so that neither count nor mean follows from the total.
[ "$(grep -c '^delai_i,.*masqué' "$dir/csv")" = 3 ] || { cat "$dir/csv"; fail "hidden groups"; }
says "delai_i,parquets,–,masqué" "$dir/csv"
# A breakdown that was not declared isolates nobody: by zone, or by both.
for by in zone group,zone; do ! v evaluate report "$plan" --by "$by" > /dev/null 2>&1 || fail "an undeclared breakdown: $by"; done
if [ -f "$did" ]; then
  says "EXTEND" "$dir/page"; says "Naive ratio 1.38 [1.15; 1.66], exact permutation p = 0.114" "$dir/page"
  sed 's/<wbr>//g' "$dir/page" > "$dir/plain"; says 'did.p_two_sided &lt; 0.05' "$dir/plain"; says "does not hold" "$dir/page"; says "other zones" "$dir/page"
  says 'class="chart survival"' "$dir/page"; says 'class="chart small"' "$dir/page"
  v evaluate report "$plan" > "$dir/report"; says "INCONCLUSIVE, EXTEND" "$dir/report"
fi
v --json evaluate report "$plan" > "$dir/report"; [ ! -f "$did" ] || says '{"name":"effet net","verdict":"go","all":[{"condition":"did.lo > 1","value":1.1' "$dir/report"
v evaluate report "$plan" > "$dir/report"; says "act here, position certain" "$dir/report"; says "$(v --json evaluate list | sed 's/.*"sha256":"\([^"]*\)".*/\1/')" "$dir/report"
# Anybody computes the verdict again, by command, by page, and with programs that are not ours.
v evaluate verify "$plan" -o "$dir/verdict" > "$dir/checks" || fail "verify"
says "rules, then opening, then data" "$dir/checks"; ! grep differs "$dir/checks" > /dev/null || fail "$(cat "$dir/checks")"
says "$(sha256sum "$dir/verdict/plan.json" | cut -c1-64)" "$dir/checks"
get -b lang=en "$at/evaluation/$plan?recalculer=1" > "$dir/page"; says "answers as at the closing" "$dir/page"; says "$(sha256sum "$dir/verdict/plan.json" | cut -c1-64)" "$dir/page"
get "$at/evaluation/$plan?fichier=plan" > "$dir/plan"; cmp "$dir/plan" "$dir/verdict/plan.json"
[ "$(get -o /dev/null -w '%{http_code}' "$at/evaluation/$plan?fichier=answers")" = 404 ]
# Guessing: an address that tries tokens waits, whatever it sends next.
for i in 1 2 3 4 5 6 7 8 9 10; do anyone -o /dev/null "$at/enquete/0123456789ABCDEFGHJK00$i"; done
[ "$(anyone -o "$dir/page" -w '%{http_code}' "$at/enquete/0123456789ABCDEFGHJKMNPQ")" = 429 ]
! grep -F "$token" "$dir/log" > /dev/null || fail "a token in the server's log"
# Figures open their rows; an obstacle rests on answers.
get "$at/evaluation/chiffres" > "$dir/page"; says 'href="/evaluation/chiffres/visits?' "$dir/page"; says 'href="/evaluation/chiffres/visits-too-many?' "$dir/page"
[ "$(get -o /dev/null -w '%{http_code}' "$at/evaluation/chiffres/nothing")" = 404 ]
# Each is compared with the period before, zone by zone too, and that one's rows open as well; a visit that is taken away is missing.
org=$(v --json org add --name Lynx --department 67 --naf C --size PME | sed 's/.*"id":"\([^"]*\)".*/\1/')
for n in 1 2 3 4 5 6 7; do
  visit=$(v --json action add --kind visit --title "Visite $n" --org "$org" --at "$(date -u -d "$n days ago" +%FT%TZ)" | sed 's/.*"id":"\([^"]*\)".*/\1/')
  v action done "$visit" --people C:PME:1 > /dev/null 2>&1
done
v --json evaluate figures --from "$(date -u -d '30 days ago' +%FT%TZ)" > "$dir/f"; says '"figure":"visits","count":7,"harm":"visits-too-many","regime":"prevention","zone":null,"before":0,"ratio":null,"lo":1.' "$dir/f"; says '"trend":"up","trend_of":"count"' "$dir/f"; says '"figure":"clocks-late","count":0,"harm":null,"regime":"prevention","zone":null,"before":0,"ratio":null,"lo":0,"hi":null,"unit":"clocks","exposure":0' "$dir/f"
v --json evaluate figures --from "$(date -u -d '30 days ago' +%FT%TZ)" --by-zone --figure visits > "$dir/f"; [ "$(grep -c '"count":0' "$dir/f")" -ge 11 ]; says '"zone":"EST","before":0' "$dir/f"
month="du=$(date -u -d '30 days ago' +%FT%R)&au=$(date -u -d tomorrow +%FT%R)"
get -b lang=en "$at/evaluation/chiffres?$month" > "$dir/page"; says 'the count rises, exposure not known' "$dir/page"; says "nothing clear" "$dir/page"; says 'avant=1' "$dir/page"
get "$at/evaluation/chiffres/visits?$month" > "$dir/page"; says "Par zone" "$dir/page"; says "<a href=\"/actions/$visit\">" "$dir/page"; says 'csv=visits-too-many' "$dir/page"; [ "$(grep -o 'Visite [1-7]' "$dir/page" | sort -u | wc -l)" = 7 ]
get "$at/evaluation/chiffres/visits?$month&avant=1" > "$dir/page"; ! grep 'Visite [1-7]' "$dir/page" > /dev/null || exit 1
status=0; v action cancel "$visit" --reason "annulée" > /dev/null 2> "$dir/err" || status=$?; [ $status = 1 ]; says "--mistake" "$dir/err"
v action cancel "$visit" --reason "notée deux fois" --mistake > /dev/null 2>&1
v --json evaluate figures --from "$(date -u -d '30 days ago' +%FT%TZ)" > "$dir/f"; says '"figure":"visits","count":6' "$dir/f"; says '"figure":"visits-too-many","count":4' "$dir/f"
o=$(post /evaluation/obstacles what=add "title=Douze départements pour un référent" family=human severity=3 zone= owner=D2A | grep -oE 'obstacle--[0-9a-f-]+')
[ "$(post "/evaluation/obstacles/$o" what=link "ref=$plan/nothing" | cut -c1-3)" = 404 ]
get "$at/evaluation/obstacles/$o" > "$dir/page"; says "<option value=\"$plan/charge\">" "$dir/page"
[ "$(post "/evaluation/obstacles/$o" what=answers "ref=$plan/charge" | cut -c1-3)" = 303 ]
asks=$(v --lang fr --json evaluate report "$plan" | grep -oE '"code":"charge","fr":"[^"]*"' | cut -d'"' -f8)
get "$at/evaluation/obstacles/$o" > "$dir/page"; says "/evaluation/$plan" "$dir/page"; says "<small>$asks · Pilotes</small>" "$dir/page"
v --lang fr obstacle show "$o" > "$dir/page"; says "    $asks · Pilotes" "$dir/page"
# A talk is closed on its page with who came from several sectors; one twice is refused, and what was typed stays.
talk=$(v --json action add --kind talk --title "Petit déjeuner" --zone EST --at "$(date -u -d '1 hour ago' +%FT%TZ)" | sed 's/.*"id":"\([^"]*\)".*/\1/')
[ "$(post "/actions/$talk" what=done naf0=C size0=PME people0=12 naf2=C size2=PME people2=3 | cut -c1-3)" = 422 ]; says 'value="12"' "$dir/page"; says '<details open>' "$dir/page"
[ "$(post "/actions/$talk" what=done naf0=C size0=PME people0=12 naf2=G size2=PME people2=3 naf4= size4= people4=8 | cut -c1-3)" = 303 ]
v --json action show "$talk" > "$dir/o"; says '"state":"done"' "$dir/o"; says '{"naf":"G","size":"PME","people":3}' "$dir/o"; [ "$(grep -o '"people":[0-9]*' "$dir/o" | tr -d '\n')" = '"people":8"people":12"people":3' ] || fail "$(cat "$dir/o")"
# What holds up a visit is picked on its own page, or on the obstacle's among what happened; nothing has to be typed.
other=$(v --json action add --kind visit --title "Visite du soir" --org "$org" --at "$(date -u -d '3 days' +%FT%TZ)" | sed 's/.*"id":"\([^"]*\)".*/\1/')
get "$at/evaluation/obstacles/$o?cherche=du+soir" > "$dir/page"; says "name=\"ref\" value=\"$other\"" "$dir/page"; ! grep "Visite 1" "$dir/page" > /dev/null || fail "what does not match is offered"
[ "$(post "/evaluation/obstacles/$o" what=pick "ref=$other" | cut -c1-3)" = 303 ]
get "$at/evaluation/obstacles/$o" > "$dir/page"; says "Lynx · Visite du soir" "$dir/page"; ! grep "name=\"ref\" value=\"$other\"" "$dir/page" > /dev/null || fail "what is linked is offered again"
first=$(v --json obstacle recent "$o" --words "visite 2" | sed 's/.*"ref":"\([^"]*\)".*/\1/')
get "$at/actions/$first" > "$dir/page"; says "<option value=\"$o\">" "$dir/page"
[ "$(post "/actions/$first" what=obstacle "obstacle=$o" | cut -c1-3)" = 303 ]; [ "$(post "/actions/$first" what=obstacle "obstacle=$o" | cut -c1-3)" = 409 ]
get "$at/actions/$first" > "$dir/page"; says "<a href=\"/evaluation/obstacles/$o\">" "$dir/page"
incident=$(v --json incident add --org "$org" --kind fraud --summary "Faux ordre" --happened "$(date -u -d '2 days ago' +%FT%TZ)" --known "$(date -u -d '1 day ago' +%FT%TZ)" | grep -oE 'incident--[0-9a-f-]+' | head -n 1)
[ "$(post "/signalements/$incident" what=obstacle "obstacle=$o" | cut -c1-3)" = 303 ]; get "$at/signalements/$incident" > "$dir/page"; says "/evaluation/obstacles/$o" "$dir/page"
v --json obstacle list --of "$incident" > "$dir/o"; says "$o" "$dir/o"; v --json obstacle show "$o" > "$dir/o"; says '"links":4' "$dir/o"
[ "$(post "/evaluation/obstacles/$o" what=remove evidence= | cut -c1-3)" = 422 ]
[ "$(post "/evaluation/obstacles/$o" what=remove "evidence=deux postes créés" refs=action--nothing | cut -c1-3)" = 404 ]
[ "$(post "/evaluation/obstacles/$o" what=remove "evidence=deux postes créés" "refs=$visit" | cut -c1-3)" = 303 ]
v --json obstacle show "$o" > "$dir/o"; says '"evidence":"deux postes créés","links":5' "$dir/o"; says '"shown_gone_by":["'"$visit"'"]' "$dir/o"
get "$at/evaluation/obstacles/$o" > "$dir/page"; says "sa levée" "$dir/page"; says "/actions/$visit" "$dir/page"
# An issue that three people answered half has no place on the map: what the table publishes of the other question is said, and no more.
printf '%s' '{"title":"Moitié","breakdown":"group","questions":[{"code":"i","fr":"Important ?","en":"Important?","issue":"delai","axis":"importance"},
 {"code":"p","fr":"Fait ?","en":"Done?","issue":"delai","axis":"performance"}],"rules":[{"verdict":"extend","name":"x"}]}' > "$dir/half.json"
half=$(v --json evaluate plan "$dir/half.json" | grep -oE 'evaluation--[0-9a-f-]+' | head -n 1); v evaluate open "$half" > /dev/null
n=0; for t in $(v --json evaluate token "$half" --group peers --count 12 | grep -oE '[0-9A-Z]{24}'); do
  n=$((n + 1)); if [ $n -le 3 ]; then v --quiet evaluate answer "$t" i=$((n + 1)) p=$((n + 1)) > /dev/null; else v --quiet evaluate answer "$t" i=$((n % 4 + 1)) > /dev/null; fi; done
v evaluate close "$half" > /dev/null
get "$at/evaluation/$half?csv=hors-carte" > "$dir/off"; says 'delai' "$dir/off"; says '(n = 12),masqué' "$dir/off"
v evaluate report "$half" > "$dir/page"; says "Issues hidden: 1" "$dir/page"
v ledger verify > /dev/null
kill -TERM "$pid"; wait "$pid"; pid=
