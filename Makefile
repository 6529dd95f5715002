# Everything starts from a bare Debian or Ubuntu with Python 3.11 or newer: each target makes .venv itself and
# resumes where a broken-off one stopped (the stamp is written last).
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
ARGS ?=
# Where the incident corpus is, if anywhere (`make corpus`).
CORPUS ?= ../shared/corpus
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test check coverage corpus docs bench clean setup

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt tools/setup.sh
	PYTHON="$(PYTHON)" VENV="$(VENV)" bash tools/setup.sh
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/bellbuoy demo $(ARGS)

test: $(STAMP)
	bash tools/browser.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

coverage: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term-missing:skip-covered $(ARGS)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/style.py
	$(BIN)/python tools/reference.py --check

docs: $(STAMP)
	bash tools/docs.sh

bench: $(STAMP)
	$(BIN)/python -m bench $(ARGS)

corpus: $(STAMP)
	VENV="$(VENV)" bash tools/corpus.sh "$(CORPUS)" $(ARGS)

clean:
	rm -rf $(VENV) site bellbuoy-demo .hypothesis
