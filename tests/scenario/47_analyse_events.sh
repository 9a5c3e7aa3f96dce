#!/bin/bash
# A Windows event log inside what is analysed: its events enter the timeline with channel, number, provider, computer and user; listed values in them are
# hits with the event's time and record; a damaged log is named and costs only what is damaged.
set -euo pipefail
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
export VIGIE_HOME=$d/home
v() { "$VIGIE" --quiet --lang en --as anne "$@"; }
is() { [ "$1" = "$2" ] || { echo "line ${BASH_LINENO[0]}: $1 is not $2"; exit 1; }; }
"$VIGIE" --quiet init --login anne > /dev/null
mkdir "$d/disk"; cp "$SOURCE/tests/fuzz/corpus/evtx/system.evtx" "$d/disk/Security.evtx"
printf 'domain\tevil.com\nurl\thttp://bad.example/x?a\nipv4\t198.51.100.1\n' > "$d/list"
v intel pack --indicators "$d/list" -o "$d/pack" > /dev/null 2>&1
v --json analyse --pack "$d/pack" "$d/disk" > "$d/all"
jq -r 'select(.kind == "event" and .source == "evtx") | .time + " " + .event + " " + .text' "$d/all" > "$d/events"
is "$(sed -n 1p "$d/events")" "2023-11-14T22:13:20.000Z Security/4688 Provider=Microsoft-Windows-Security-Auditing Computer=HOST-1.corp.example UserID=S-1-5-21-1-2-3-500 CommandLine=curl http://bad.example/x?a Channel=Spoofed"
is "$(sed -n 2p "$d/events")" "2023-11-14T22:15:00.000Z Microsoft-Windows-Sysmon/Operational/22 Provider=Microsoft-Windows-Sysmon Computer=HOST-1.corp.example UserID=S-1-5-18 QueryName=www.evil.com QueryResults=203.0.113.9;"
is "$(jq -r 'select(.kind == "hit" and .place == "event") | .time + " " + .indicator + " " + .path' "$d/all" | tr '\n' ';')" "2023-11-14T22:13:20.000Z http://bad.example/x?a /Security.evtx;2023-11-14T22:15:00.000Z evil.com /Security.evtx;"
for at in $(jq -r 'select(.place == "event") | .offset' "$d/all"); do is "$(tail -c "+$((at + 1))" "$d/disk/Security.evtx" | head -c 2)" "**"; done
# one hit a finding: what an event says is not told again from the bytes of its record; what stands elsewhere in the file is
is "$(jq -r 'select(.kind == "hit" and .path == "/Security.evtx") | .place' "$d/all" | tr '\n' ';')" "event;event;"
mkdir "$d/beside"; cp "$d/disk/Security.evtx" "$d/beside/"; printf 'evil.com' | dd of="$d/beside/Security.evtx" bs=1 seek=3000 conv=notrunc 2> /dev/null
is "$(v --json analyse --only hit --pack "$d/pack" "$d/beside" | jq -r 'select(.place == "content") | .offset')" 3000
# recorded: in the timeline between what the file system says, and no forged channel
v --json timeline --motive "what the log says" | jq -r 'select(.source == "evtx") | .event' | tr '\n' ';' > "$d/line"
is "$(cat "$d/line")" "Security/4688;Microsoft-Windows-Sysmon/Operational/22;"
v timeline | grep '2023-11-14.*Security/4688.*S-1-5-21-1-2-3-500' > /dev/null
# only hits, only events
is "$("$VIGIE" --quiet --json --as anne analyse --only event "$d/disk" | jq -r 'select(.source == "evtx") | .event' | wc -l)" 2
is "$("$VIGIE" --quiet --json --as anne analyse --only hit --pack "$d/pack" "$d/disk" | jq -r 'select(.kind != "hit") | .kind' | wc -l)" 0
# cut short: what is whole is told
head -c 5500 "$d/disk/Security.evtx" > "$d/disk/Cut.evtx"
status=0; "$VIGIE" --lang en --as anne analyse "$d/disk" > "$d/out" 2> "$d/err" || status=$?
is $status 3
grep 'Cut.evtx: 1 damaged chunk and' "$d/err" > /dev/null
# The logs that libevtx was measured on: every event of a whole one is there.
media=$SOURCE/../shared/data/media/evtx
[ -d "$media" ] || exit 0
mkdir "$d/more"; cp "$media/system.evtx" "$d/more/"
"$VIGIE" --quiet --json --as anne analyse --only event "$d/more" > "$d/all" 2> /dev/null || true
is "$(jq -r 'select(.source == "evtx") | .event' "$d/all" | wc -l)" 1881
