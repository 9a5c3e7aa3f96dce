#!/bin/bash
# What an officer and a referent can see and change: a case with its clocks and seals, mandates, conflicts, zones.
set -eu
home=$(mktemp -d)/h
trap 'rm -rf "${home%/h}"' EXIT
v() { "$VIGIE" --home "$home" --lang en "$@"; }
a() { v --as anne "$@"; }
fail() { echo "$*" >&2; exit 1; }
refused() { if v "$@" >"$home.out" 2>&1; then fail "accepted: $*"; fi; }
lacks() { case $1 in *"$2"*) fail "$2 in: $1" ;; esac; }
has() { case $1 in *"$2"*) ;; *) fail "no $2 in: $1" ;; esac; }
id() { sed 's/.*"id":"\([^"]*\)".*/\1/'; }
v init --login anne >/dev/null
a org add --name Lynx --department 35 --naf C --size PME >/dev/null
a org add --name Ours --department 67 --naf C --size PME >/dev/null
incident=$(a --json incident add --org Lynx --kind ransomware --summary locked --happened 2024-03-02T07:00:00Z --known 2024-03-02T08:00:00Z | id)
ref=$(a --json case open --incident "$incident" --frame flagrance --offence CP323-1-1 --offence CP226-4-1 | sed 's/.*"ref":"\([^"]*\)".*/\1/')
a exhibit add --case "$ref" --description disk --medium ssd --serial S1 --seal 12 >/dev/null
# Clocks: late by now; done late; not applicable needs a reason; reopened with one.
has "$(a --json incident show "$incident")" '"code":"CNIL72","state":"late"'
refused --as anne incident clock "$incident" CNIL72 --not-applicable
has "$(a --json incident clock "$incident" CNIL72 --not-applicable --reason "no personal data")" '"state":"not-applicable"'
refused --as anne incident clock "$incident" CNIL72 --done
has "$(a --json incident clock "$incident" CNIL72 --reopen --reason "a backup held names")" '"code":"CNIL72","state":"late"'
has "$(a --json incident clock "$incident" ASSUR72 --done --at 2024-03-03T08:00:00Z)" '"state":"done","due":"2024-03-05T08:00:00.000Z","done":"2024-03-03T08:00:00.000Z","late":false'
has "$(a --json incident clock "$incident" GEL1AN --start --at 2024-03-04)" '"code":"GEL1AN"'
refused --as anne incident clock "$incident" GEL1AN --start
refused --as anne incident clock "$incident" NONE --start
has "$(a --json incident due)" GEL1AN
# Seals have versions; what is gone does not move.
refused --as anne exhibit move "$ref/1" --what closed --seal 13
has "$(a --json exhibit move "$ref/1" --what opened --reason copy)" '"seal_open":true'
refused --as anne exhibit move "$ref/1" --what opened --reason again
refused --as anne exhibit move "$ref/1" --what closed --seal 12
has "$(a --json exhibit move "$ref/1" --what closed --seal 13)" '"seal_version":2'
refused --as anne exhibit move "$ref/1" --what transferred --reason lab
refused --as anne exhibit move "$ref/1" --what transferred --to lab --reason x --sha256 zz
a exhibit move "$ref/1" --what transferred --to "Laboratoire" --place Rennes --reason analysis >/dev/null
a exhibit move "$ref/1" --what returned --to Lynx --reason "end of case" >/dev/null
refused --as anne exhibit move "$ref/1" --what transferred --to lab --reason x
# The whole case, and a figure that is to be revalidated says so, in the table and in JSON.
case=$(a --json case show "$ref")
has "$case" '"to_check":"since"'
has "$case" '"to_check":"text"'
has "$case" '"what":"returned"'
has "$(a case show "$ref")" 'to revalidate: '
has "$(a --lang fr case show "$ref")" 'à revalider'
# A mandate that ended yesterday opens nothing.
a referent add --name Paul --zone OUEST --login paul --from 2018-03-01 --to 2026-01-01 >/dev/null
refused --as paul case show "$ref"
# Routing: who has a conflict comes last and may not be chosen, and sees nothing.
a referent add --name Jeanne --zone OUEST --login jeanne --from 2018-03-01 --capacity 2 >/dev/null
a referent add --name Karim --zone EST --login karim --from 2018-03-01 >/dev/null
has "$(a --json incident route "$incident" | head -n 1)" Jeanne
a incident assign "$incident" --to jeanne 2>/dev/null
has "$(a --json incident route "$incident")" '"load":1,"capacity":2'
# Who has room goes before a full referent of the zone; taking more is said; where all are full that is said, with who exceeds least first.
said() { a "$@" 2>&1 >/dev/null; }
second=$(a --json incident add --org Lynx --kind phishing --summary again --happened 2026-03-02 --known 2026-03-02 | jq -r .id)
a referent capacity jeanne --requests 1 >/dev/null
has "$(a --json incident route "$second" | head -n 1)" Karim
has "$(a incident route "$second" | tail -n 1)" '1  1                 referent of the zone, at capacity'
lacks "$(said incident route "$second")" 'Every referent'
has "$(said incident assign "$second" --to jeanne)" 'jeanne is over capacity: 2 requests followed for a capacity of 1'
a referent capacity karim --requests 1 >/dev/null
third=$(a --json incident add --org Lynx --kind fraud --summary more --happened 2026-03-03 --known 2026-03-03 | jq -r .id)
lacks "$(said incident assign "$third" --to karim)" 'over capacity'
has "$(said incident route "$second")" 'Every referent is at capacity'
# A mandate that ends leaves what was followed without anybody: said then, by the incident, and by the routing, until somebody else takes it.
has "$(a incident show "$third")" 'referent: Karim'
has "$(said referent mandate karim --role referent --end)" 'still follows one incident'
has "$(said incident show "$third")" 'Karim, who follows this incident, has no mandate as referent any more'
has "$(a --json incident show "$third" 2>/dev/null)" '"referent":"Karim","referent_able":false'
lacks "$(a incident route "$third" 2>/dev/null)" Karim
a incident assign "$third" --to jeanne 2>/dev/null; lacks "$(said incident show "$third")" 'any more'
a referent mandate karim --role referent --zone EST >/dev/null
a referent conflict jeanne --org Lynx --reason "former employer" >/dev/null
has "$(a --json incident route "$incident" | tail -n 1)" '"conflict":true'
has "$(said incident show "$incident")" 'has had a conflict of interest with this company since'
refused --as anne incident assign "$incident" --to jeanne
refused --as anne incident assign "$incident" --to paul
refused --as jeanne case show "$ref"
refused --as jeanne exhibit move "$ref/1" --what opened --reason x
# A convention is entered by an administrator.
a org add --name Ondine --kind partner >/dev/null
refused --as jeanne convention add --partner Ondine --from 2026-01-01 --to 2029-01-01; has "$(cat "$home.out")" 'Jeanne is no administrator; a convention'
a convention add --partner Ondine --from 2026-01-01 --to 2029-01-01 >/dev/null
# A question is put to somebody of ours with a mandate who may see what it is about; a partner's people are asked through the gate.
a referent add --name Odile --role partner --org Ondine --from 2018-03-01 >/dev/null
q=$(a --json qualify open --type domain-name --value bad.zzqx-relay.net --to karim | jq -r .id)
has "$(a --json qualify show "$q")" 'Karim'
refused --as anne qualify open --type domain-name --value bad.zzqx-relay.net --to Odile; has "$(cat "$home.out")" 'without a mandate of ours'
refused --as anne qualify open --type domain-name --value bad.zzqx-relay.net --to Paul; has "$(cat "$home.out")" 'Paul has no mandate in force'
refused --as anne qualify open --type domain-name --value bad.zzqx-relay.net --to Carim; has "$(cat "$home.out")" 'Carim'
refused --as anne qualify open --type case --value "$ref" --to jeanne; has "$(cat "$home.out")" 'Jeanne may not see what the question is about'
refused --as jeanne incident add --org Lynx --kind other --summary x --happened 2024-03-02 --known 2024-03-02
refused --as jeanne referent conflict jeanne --org Lynx --end --reason "no more"
refused --as karim referent conflict jeanne --org Lynx --end --reason "a friend"
a referent conflict jeanne --org Lynx --end --reason "checked" >/dev/null
# One's own conflicts and capacity, an administrator anybody's.
refused --as karim referent conflict jeanne --org Lynx --reason "gossip"
refused --as karim referent capacity jeanne --requests 0
v --as jeanne referent capacity jeanne --requests 2 >/dev/null
v --as karim referent conflict karim --org Lynx --reason "brother" >/dev/null
a referent conflict karim --org Lynx --end --reason "checked" >/dev/null
v --as jeanne case show "$ref" >/dev/null
# Nobody but an administrator gives mandates, least of all to himself.
refused --as jeanne referent mandate jeanne --role admin
refused --as jeanne referent add --name Eve --zone OUEST
refused --as jeanne referent mandate karim --role referent --end
has "$(a --json referent mandate jeanne --role reservist --zone OUEST --oath 2024-01-15 --charter "reserve 2024")" '"oath":"2024-01-15T00:00:00.000Z","charter":"reserve 2024"'
refused --as anne referent mandate jeanne --role reservist --zone OUEST --oath 2099-01-15
# A reservist who works for a partner: the partner's side sees its own organisation only, a police mandate opens the rest.
a referent add --name Luc --role company --org Ours --login luc >/dev/null
refused --as luc org show Lynx
v --as luc org show Ours >/dev/null
has "$(a --json referent mandate luc --role reservist --zone EST)" reservist
v --as luc org show Lynx >/dev/null
a referent mandate luc --role reservist --end --to 2099-01-01 >/dev/null
# Memberships never overlap; generalisation keeps what was.
a zone move 49 --to SUDOUEST --from 2020-01-01 2>/dev/null
refused --as anne zone move 49 --to EST --from 2019-01-01
refused --as anne zone move 49 --to SUDOUEST --from 2021-01-01
refused --as anne zone move 49 --to NORD --from 2099-01-01
has "$(a --json zone show OUEST)" '"department":"49","name":"Maine-et-Loire","from":"2016-01-01T00:00:00.000Z","to":"2020-01-01T00:00:00.000Z"'
refused --as anne zone generalise --from 2017-01-01
refused --as jeanne zone generalise --from 2019-01-01
refused --as jeanne zone move 49 --to NORD --from 2021-01-01
has "$(a --json zone generalise --from 2019-01-01)" '"departments":'
refused --as anne zone generalise --from 2020-01-01
refused --as anne zone show NOWHERE
a --lang fr zone show OUEST | grep -q "référent" || { echo "a role is a code"; exit 1; }
v ledger verify >/dev/null
# Passwords: by the person or an administrator; never short; an account opens late; the made one is shown once.
a referent add --name Noé --zone EST >/dev/null
refused --as anne referent password Noé
has "$(a referent password Noé --login noe)" "Password of noe, shown this once: "
printf 'short\n' > "$home.pass"
refused --as anne referent password noe --password-file "$home.pass"
refused --as anne referent add --name Zoé --login zoe --password-file "$home.pass"
refused --as karim referent password noe
has "$(echo 'long enough for Noé' | v --as noe --json referent password noe --password-file -)" '"login":"noe"'
rm -f "$home.pass"
# Who is employed by a partner and becomes a reservist has nothing to do with his employer, without anybody having said so; lifted once, it stays lifted.
a org add --name Partwork --kind partner --siren 552100554 --department 35 >/dev/null
a referent add --name "Noe Part" --role partner --org Partwork --login npart --from 2020-01-01 >/dev/null
has "$(a --json referent show npart)" '"conflicts":[]'
a referent mandate npart --role reservist --zone OUEST --from 2021-01-01 >/dev/null
has "$(a --json referent show npart)" '"organisation":"Partwork","reason":"employeur"'
work=$(a --json incident add --org Partwork --kind fraud --summary x --happened 2024-03-04T06:00:00Z --known 2024-03-04T06:00:00Z | sed 's/.*"id":"\(incident--[^"]*\)".*/\1/')
refused --as npart incident show "$work"
refused --as anne referent mandate npart --role reservist --zone OUEST --from 2022-01-01 # the same at the same time
a referent conflict npart --org Partwork --end --reason "left the firm" >/dev/null
a referent mandate npart --role referent --zone EST --from 2021-01-01 >/dev/null
[ "$(a --json referent show npart | grep -o '"reason":"employeur"' | wc -l)" = 1 ]
