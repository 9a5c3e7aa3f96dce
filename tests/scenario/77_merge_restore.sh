#!/bin/bash
# A laptop whose disk failed is put back from an older copy. What it had given away comes back to it from who has it, what it did since stays behind that, and
# nobody takes two pasts for one: until then its files are refused with the reason.
set -eu
. "$(dirname "$0")/merge.bash"
for h in lap hq third; do "$VIGIE" --home "$dir/$h" init --login anne >/dev/null; done
for h in lap hq third; do for o in lap hq third; do [ $h = $o ] || on $h merge trust $o --key "$(key $o)" 2>/dev/null; done; done
give() { rm -f "$dir/$1.events"; on "$1" merge export -o "$dir/$1.events" 2>/dev/null; }
add() { on "$1" --json action add --title "$2" --at 2024-03-02T09:00:00Z --zone OUEST | sed 's/.*"id":"\(action--[^"]*\)".*/\1/'; }
first=$(add lap "first talk")
cp -r "$dir/lap" "$dir/copy"
lost=$(add lap "lost talk"); on lap action done "$first" --people C:PME:12 2>/dev/null
give lap; on hq merge import "$dir/lap.events" >/dev/null
refused lap merge import "$dir/lap.events" # nothing of it is lost
rm -rf "$dir/lap"; cp -r "$dir/copy" "$dir/lap"
lacks "$(on lap --json action list)" "$lost"
since=$(add lap "talk since")
# Given before it was recovered, this would be another past under the same key.
cp -r "$dir/lap" "$dir/hasty"
give hasty
refused hq merge import "$dir/hasty.events"; has "$(cat "$dir/out")" "Restored from a backup"
# Headquarters gives it back what it had given.
on hq merge export --of lap -o "$dir/back.events" 2>/dev/null
refused hasty merge import "$dir/back.events"; has "$(cat "$dir/out")" "given away already"
got=$(on lap --json merge import "$dir/back.events")
has "$got" '"recovered":true,"moved":1'
has "$(on lap --json action list)" "$lost"; has "$(on lap --json action list)" "$since"
has "$(on lap --json action show "$first")" '"people":12'
refused lap merge import "$dir/back.events"
# Its ledger is not the one that was shown: somebody at headquarters says so, once, and the ledger there tells it.
give lap
if on hq merge import "$dir/lap.events" >"$dir/out" 2>&1; then
  on hq merge status >/dev/null # it has grown past what was shown meanwhile: taken in without a proof
else
  has "$(cat "$dir/out")" "restored from a backup"
  on hq merge trust lap --restored 2>/dev/null
  has "$(on hq --json ledger list)" '"kind":"merge.restored"'
  on hq merge import "$dir/lap.events" >/dev/null
fi
refused hq merge trust nobody --restored
for h in hq third; do
  [ $h = hq ] || on $h merge import "$dir/lap.events" >/dev/null
  has "$(on $h --json action list)" "$since"; has "$(on $h --json action list)" "$lost"
  has "$(on $h --json action show "$first")" '"people":12'
done
# A hostile file that says to be of this instance is no signature of ours.
sed 's/lost talk/other talk/' "$dir/back.events" >"$dir/forged.events"; refused lap merge import "$dir/forged.events"
for h in lap hq third; do on $h ledger verify >/dev/null; done
