#!/bin/bash
# Both languages of a message say the same: its options, its placeholders, one and many for the same numbers; the help of
# a command also its choices (a|b|c) and the numbers in it.
set -euo pipefail
cd "${SOURCE:-.}"
cat src/messages/*.def | sed -zE 's/"\n +"//g; s/",\n +"/", "/g; s/\xc2\xa0|\xe2\x80\xaf/ /g' | awk '
  function matches(s, pattern, into) {
    split("", into)
    while (match(s, pattern)) { into[substr(s, RSTART, RLENGTH)]; s = substr(s, RSTART + RLENGTH) }
  }
  function one_side(what, a, b, where, x) { for (x in a) if (!(x in b)) { print id ": " what " in " where " only: " x; bad = 1 } }
  function compare(what, a, b) { one_side(what, a, b, "French"); one_side(what, b, a, "English") }
  function options(s, into, all, x) { split("", into); matches(s, "[^a-z-]--[a-z][a-z-]*", all); for (x in all) into[substr(x, 2)] }
  function choices(s, into, words, n, i) {
    split("", into)
    n = split(s, words, /[^A-Za-z0-9|\200-\377-]+/)
    for (i = 1; i <= n; i++) if (words[i] ~ /^[a-z0-9-]+(\|[a-z0-9-]+)+$/) into[words[i]]
  }
  function numbers(s, into) { # 1 000 is 1,000, and 0,5 is 0.5; examples may differ
    sub(/ Ex[ea]mpl.*/, "", s)
    while (match(s, /[0-9][ ,][0-9][0-9][0-9]([^0-9]|$)/)) s = substr(s, 1, RSTART) substr(s, RSTART + 2)
    while (match(s, /[0-9],[0-9]/)) s = substr(s, 1, RSTART) "." substr(s, RSTART + 2)
    matches(s, "[0-9]+([.][0-9]+)?", into)
  }
  function bare(s, n, noun, where, said) { # {n} and a noun of many, outside of what is chosen by a number
    gsub(/\{[1-9]:[^{}]*(\{[1-9][#@]?\}[^{}]*)*\}/, "", s)
    if (!match(s, "\\{" n "[#@]?\\} " noun)) return
    said = substr(s, RSTART, RLENGTH)
    if (said !~ / (series|fois|flux|avis|corps|dans|sans|plus|mis|tous|sous)[^a-z]*$/) { print id ": one and many only in the other language than " where ": " said; bad = 1 }
  }
  /^M\("/ {
    gsub(/\\n/, " ")
    split($0, m, /", "/)
    id = substr(m[1], 4)
    fr = " " m[2] " "
    en = " " substr(m[3], 1, length(m[3]) - 2) " "
    options(fr, a); options(en, b); compare("option", a, b)
    matches(fr, "\\{[1-9]", a); matches(en, "\\{[1-9]", b); compare("placeholder", a, b)
    matches(fr, "\\{[1-9]:", a); for (x in a) bare(en, substr(x, 2, 1), "([a-z]+ )?[a-z]+s[^a-z]", "English")
    matches(en, "\\{[1-9]:", a); for (x in a) bare(fr, substr(x, 2, 1), "[a-z\200-\377]+[sx][^a-z\200-\377]", "French")
    if (id !~ /\.usage$/) next
    choices(fr, a); choices(en, b); compare("choice", a, b)
    numbers(fr, a); numbers(en, b); compare("number", a, b)
  }
  END { exit bad }'
