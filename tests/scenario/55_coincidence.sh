#!/bin/bash
# The warning names its reports and whom to tell. One report taken away, both the same organisation, or a public resolver: no warning.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
export VIGIE_HOME=$home/i
v() { "$VIGIE" --quiet --as root --json "$@"; }
fresh() {
  rm -rf "$home/i"
  "$VIGIE" --quiet init --login root > /dev/null
  v org add --name Golfe --siren 000560011 --naf C --department 56 > /dev/null
  v org add --name Ried --siren 000680017 --naf C --department 68 > /dev/null
  v org add --name Adour --siren 000400010 --naf C --department 40 > /dev/null
}
report() { v intel sight "$1" --org "$2" --first 2026-03-0"$3" --last 2026-03-0"$3" | sed 's/.*"report":"\([^"]*\)".*/\1/'; }
warnings() { v anticipate coincidence | wc -l; }

fresh
a=$(report relais.zzqx-relay.net Golfe 2); b=$(report relais.zzqx-relay.net Ried 5)
v anticipate coincidence > "$home/w"
grep "\"report\":\"$a\"" "$home/w" | grep "\"report\":\"$b\"" > /dev/null
grep '"zones":\["EST","OUEST","SUDOUEST"\]' "$home/w" > /dev/null   # where it was seen, and where the same sector works
grep '"sectors":\["C"\]' "$home/w" > /dev/null
[ "$("$VIGIE" --as root anticipate coincidence --exit-code > /dev/null 2>&1; echo $?)" = 3 ]
v intel withdraw "$b" --motive erreur > /dev/null
[ "$(warnings)" = 0 ] || { echo "one report taken away: still a warning"; exit 1; }
v anticipate list | grep '"withdrawn_why":"anticipate.withdrawn.report"' > /dev/null

fresh
report relais.zzqx-relay.net Ried 2 > /dev/null; report relais.zzqx-relay.net Ried 5 > /dev/null
[ "$(warnings)" = 0 ] || { echo "the same organisation twice: a warning"; exit 1; }

fresh
report 9.9.9.9 Golfe 2 > /dev/null; report 9.9.9.9 Ried 5 > /dev/null
[ "$(warnings)" = 0 ] || { echo "a public resolver: a warning"; exit 1; }
