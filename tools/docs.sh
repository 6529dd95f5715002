#!/usr/bin/env bash
# Writes the reference pages from the code, then builds the site into site/. Zensical comes into .venv when first asked for.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN="${VENV:-.venv}/bin"
"$BIN/python" tools/reference.py
"$BIN/python" -c "import zensical" 2>/dev/null \
  || "$BIN/python" -m pip install --quiet --constraint constraints.txt --group docs
"$BIN/zensical" build --clean --strict --config-file mkdocs.yml
