#!/usr/bin/env bash
# The incident corpus: init and backtest of every case, then how many faults were heard, how early, and how rightly.
#
#   tools/corpus.sh CORPUS [CASE …]
#
# CORPUS holds run.py, score.py and the cases. Where it is not, nothing is measured, which is no fault.
set -euo pipefail

corpus="$1"
shift
bin="${VENV:-.venv}/bin"
if [[ ! -f "$corpus/run.py" ]]; then
    echo "skipped: there is no corpus in $corpus (make corpus CORPUS=… says where it is)"
    exit 0
fi

found="$(mktemp -d)"
trap 'rm -rf "$found"' EXIT
begun="$SECONDS"
"$bin/python" "$corpus/run.py" "$bin/bellbuoy" "$corpus" "$found/alarms.json" "$@"
"$bin/python" "$corpus/score.py" "$corpus" "$found/alarms.json" --by verdict --cases
echo "took $((SECONDS - begun)) s of 600"
