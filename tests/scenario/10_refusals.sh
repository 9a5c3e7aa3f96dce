#!/bin/bash
# What is refused on the command line is named, with its option and what that takes, in the words of the language that is asked for.
set -euo pipefail
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
"$VIGIE" --home "$home/i" init --login tester > /dev/null
# refused STATUS FRENCH ENGLISH WORDS...
refused() {
  local want=$1 fr=$2 en=$3 lang got said; shift 3
  for lang in fr en; do
    got=0; timeout 20 "$VIGIE" --home "$home/i" --as tester --lang $lang "$@" > /dev/null 2> "$home/err" || got=$?
    [ $got = "$want" ] || { echo "status $got, not $want: $*"; cat "$home/err"; exit 1; }
    said=$fr; [ $lang = fr ] || said=$en
    sed 's/\xc2\xa0/ /g' "$home/err" | head -n 1 | grep -qF -- "$said" || { echo "not said of $*: $said"; cat "$home/err"; exit 1; }
  done
}
refused 2 "il manque CONSTATATION" "FINDING is missing" case withdraw
refused 2 "il manque FICHIER|VALEUR" "FILE|VALUE is missing" qualify assess
refused 2 "l’option --as attend une valeur" "the option --as needs a value" --as
refused 2 "--lang : « de » n’est ni fr ni en" '--lang: `de` is neither fr nor en' --lang de org list
refused 2 "--kind : « club » est refusé ; admis : company|partner|authority" '--kind: `club` is refused; it takes company|partner|authority' org add --name X --kind club
refused 2 "--tlp-min : « PURPLE » est refusé ; admis : CLEAR, GREEN" '--tlp-min: `PURPLE` is refused; it takes CLEAR, GREEN' intel list --tlp-min PURPLE
refused 2 "--every : « 1 » est refusé ; admis : de 5 à 43200 minutes" '--every: `1` is refused; it takes 5 to 43200 minutes' watch add https://a.example/ --every 1
refused 2 "--requests : « -1 » est refusé" '--requests: `-1` is refused' referent capacity tester --requests -1
refused 2 "admis : open|asked|answered|decided|released" "it takes open|asked|answered|decided|released" qualify list --state gone
refused 2 "« war » n’est pas de ceux-ci : flagrance" '`war` is none of these: flagrance' act rules --frame war
refused 2 "nature d’acte inconnue : party" "unknown kind of act: party" act rules --kind party
refused 1 "aucune affaire effacée de ce numéro : 2026-OUE-0001" "no erased case of that number: 2026-OUE-0001" case erased 2026-OUE-0001
refused 1 "n’a pas de mandat « partenaire »" 'has no mandate `partner`' referent mandate tester --role partner --end
refused 1 "aucune instance de ce nom : nobody" "no instance of that name: nobody" merge checkpoint nobody
refused 1 "NAF inconnu : ZZ" "unknown NAF: ZZ" content add --title X --body "$0" --sector ZZ
refused 1 "le journal ne dit rien de 2026-OUE-0001" "the ledger says nothing about 2026-OUE-0001" ledger hold 2026-OUE-0001 --until 2099-01-01 --motive X
refused 1 "le journal ne dit rien de NOPE" "the ledger says nothing about NOPE" ledger consult NOPE --motive X
refused 1 "zone inconnue" "unknown zone" evaluate figures --zone NOWHERE
refused 1 "zone inconnue" "unknown zone" evaluate rows visits --zone NOWHERE
refused 2 "--kind : « cats » est refusé" '--kind: `cats` is refused' merge conflicts --kind cats
refused 2 "--url : « notaurl » est refusé" '--url: `notaurl` is refused' action code action--x --url notaurl
refused 2 "adresse d’écoute refusée : 127.0.0.1:99999" "bad address to listen on: 127.0.0.1:99999" serve --listen 127.0.0.1:99999
VIGIE_NOW=soon "$VIGIE" org list 2> "$home/err" && exit 1
grep -qF "VIGIE_NOW" "$home/err"
