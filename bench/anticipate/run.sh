#!/bin/bash
# Early warning, forecast, replay: the table of what must hold, from the development data where they lie beside the project (DATA=DIR says
# where), else from the tests' own series. R's surveillance runs beside Farrington flexible where R has it.
set -euo pipefail
data=${DATA:-$SOURCE/../shared/data/anticipate}
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
bench=$BENCH_BUILD/bench/bench_anticipate
counts=$SOURCE/tests/data/anticipate/counts.csv
[ -z "${BENCH_SMOKE:-}" ] && [ -f "$data/weekly_counts.csv" ] && counts=$data/weekly_counts.csv
echo "series: $counts"
"$VIGIE" --lang en anticipate backtest --series "$counts"
if [ -f "$data/oracle/forecast_scores.csv" ] && [ -z "${BENCH_SMOKE:-}" ]; then
  # the reference's own origins and its own naive score; week numbers instead of dates
  awk -F, 'NR == 1 { print "series,time,y"; next } { print $1 "," $2 "," $4 }' "$data/weekly_counts.csv" > "$d/weeks.csv"
  for o in $(awk -F, 'NR > 1 && $5 == "naive" { print $2 }' "$data/oracle/forecast_scores.csv" | sort -un); do
    "$VIGIE" --quiet --json anticipate forecast --series "$d/weeks.csv" --horizon 4 --to "$o" |
      sed -E 's/^\{"series":"([^"]*)","time":"[^"]*","origin":"([0-9]+)","horizon":([0-9]),"quantiles":\{(.*)\}\}$/\1,\2,\3,\4/; s/"//g'
  done > "$d/forecasts"
  awk -F, 'FNR == NR { if (FNR > 1 && $5 == "naive") { y[$1 "," $2 "," $3] = $4; w[$1 "," $2 "," $3] = $6 } next }
    { k = $1 "," $2 "," $3; if (!(k in y)) next; n++; base += w[k]; s = 0
      for (i = 4; i <= NF; i++) { split($i, p, ":"); a = p[1]; q = p[2]; s += 2 * (y[k] < q ? (1 - a) * (q - y[k]) : a * (y[k] - q)); v[a + 0] = q }
      ours += s / (NF - 3); c50 += v[.25] <= y[k] && y[k] <= v[.75]; c95 += v[.025] <= y[k] && y[k] <= v[.975] }
    END { printf "forecast, reference rows      WIS %.3f of the reference naive, coverage 50 %% %.3f, 95 %% %.3f (%d forecasts)\n", ours / base, c50 / n, c95 / n, n }' \
    "$data/oracle/forecast_scores.csv" "$d/forecasts"
fi
[ ! -f "$data/attack_reports.jsonl" ] || "$bench" techniques "$data/attack_reports.jsonl"
[ ! -f "$data/events_2017_wannacry.jsonl" ] || "$bench" replay "$data/events_2017_wannacry.jsonl"
"$bench" controls
"$bench" update "$([ -n "${BENCH_SMOKE:-}" ] && echo 100 || echo 10000)"
# Farrington flexible: 300 weeks x 100 series, b = 3, weeks 160-300
if [ -f "$data/oracle/bench_series.csv" ]; then
  awk -F, 'NR == 1 { next } { for (i = 1; i <= NF; i++) v[NR - 1, i] = $i; n = NF } END { print "series,time,count"; for (i = 1; i <= n; i++) for (t = 1; t < NR; t++) print "V" i "," t "," v[t, i] }' \
    "$data/oracle/bench_series.csv" > "$d/long.csv"
else
  awk 'BEGIN { srand(7); print "series,time,count"; for (i = 1; i <= 100; i++) for (t = 1; t <= 300; t++) print "V" i "," t "," int(rand() * (i % 20 + 1)) }' > "$d/long.csv"
fi
[ -z "${BENCH_SMOKE:-}" ] || { head -301 "$d/long.csv" > "$d/s"; mv "$d/s" "$d/long.csv"; }
best=
for _ in 1 2 3; do
  TIMEFORMAT=%U
  s=$({ time "$VIGIE" --quiet --json anticipate scan --series "$d/long.csv" --method farrington-flexible --param b=3,past_excluded=26 > "$d/fits"; } 2>&1)
  fits=$(wc -l < "$d/fits")
  if [ -z "$best" ] || awk "BEGIN { exit !($s < $best) }"; then best=$s; fi
done
awk "BEGIN { printf \"Farrington flexible            %d fits in %.3f s of CPU, %.4f ms a fit, reading and printing included (R measured elsewhere: 8.7 ms a fit, %.0f times)\n\", $fits, $best, $best * 1000 / $fits, 8.7 / ($best * 1000 / $fits) }"
if command -v Rscript > /dev/null && Rscript -e 'library(surveillance)' > /dev/null 2>&1; then
  Rscript -e 'suppressMessages(library(surveillance)); d <- read.csv(commandArgs(TRUE)); y <- d$count[d$series == "V1"]; s <- sts(observed = matrix(y), frequency = 52);
    t <- system.time(farringtonFlexible(s, list(range = 160:length(y), b = 3, w = 3, pastWeeksNotIncluded = 26, noPeriods = 1)))[["user.self"]];
    cat(sprintf("R surveillance beside it       %.2f ms a fit of CPU\n", 1000 * t / (length(y) - 159)))' "$d/long.csv"
else
  echo "R with surveillance is not installed here: its time is not measured beside"
fi
