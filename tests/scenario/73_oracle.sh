#!/bin/bash
# Every reference value of the evaluation's data, beside what the command says: the table that the closing note shows.
set -eu
folder=$SOURCE/../shared/data/evaluation
[ -f "$folder/expected.csv" ] || { echo "no ../shared/data/evaluation here"; exit 77; }
python3 "$SOURCE/tests/scenario/oracle.py" "$VIGIE" "$folder"
