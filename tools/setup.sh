#!/usr/bin/env bash
# Makes or completes the virtual environment. Called by make; safe to run again.
set -euo pipefail
VENV="${VENV:-.venv}"

fit() {  # A name on the PATH may be a version manager's stub that runs nothing, so each candidate is asked.
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if [ -n "${PYTHON:-}" ]; then
  fit "$PYTHON" || { echo "PYTHON=$PYTHON is not a Python 3.11 or newer that runs; set it to one that is" >&2; exit 2; }
else
  for PYTHON in python3.13 python3.12 python3.11 python3.14 python3 ""; do
    if [ -n "$PYTHON" ] && fit "$PYTHON"; then break; fi
  done
  [ -n "$PYTHON" ] || {
    echo "no Python 3.11 or newer on the PATH; install one, or run: make PYTHON=/path/to/python3.11 ..." >&2; exit 2; }
fi

say() {  # Minutes of silence look like a fault.
  echo "setup: $*"
}

if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
  say "making $VENV with $("$PYTHON" --version)"
  if ! "$PYTHON" -m venv --clear "$VENV" 2>/dev/null; then
    # Debian and Ubuntu ship venv's ensurepip apart from Python.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      say "installing the venv module (python3-venv)"
      apt-get update -qq
      apt-get install -y -qq --no-install-recommends python3-venv
      "$PYTHON" -m venv --clear "$VENV"
    else
      echo "cannot make $VENV: install the venv module first (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1
    fi
  fi
fi
say "bringing pip up to date"
"$VENV/bin/python" -m pip install --quiet "pip>=25.1"
say "installing bellbuoy, its extras and the tools for tests; about a minute when nothing is cached"
"$VENV/bin/python" -m pip install --quiet --constraint constraints.txt --editable ".[all]" --group test --group check
say "done: $VENV/bin/bellbuoy"
