# Everything runs in the project's own environment, made from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INPUT ?= data/raw
OUT ?= data/processed
TIER ?= firm
TESTERS ?= auto
SECONDS ?= 60

.DEFAULT_GOAL := help

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

env: $(VENV)/.ready  ## make the environment from the lock

etl: env  ## run the whole way: INPUT (data/raw) -> OUT (data/processed)
	$(BIN)/etl run $(INPUT) --out $(OUT)

release: env  ## build a release of OUT: VERSION=2026.11.0 (TIER=candidate for all events)
	$(BIN)/etl release $(VERSION) --tables $(OUT) --tier $(TIER)

report: env  ## write pages to look at the tables of OUT: data/report/index.html
	$(BIN)/etl report --tables $(OUT)

review: env  ## open the review desk over the tables of OUT
	$(BIN)/etl review --tables $(OUT)

test: env  ## run all tests
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

.venv-llm/.ready: tests/llm/requirements.lock
	$(PYTHON) -m venv .venv-llm
	.venv-llm/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/llm/requirements.lock
	touch $@

test-llm: env .venv-llm/.ready  ## test with a real small model, whose server is built once, in some ten minutes (needs a C++ compiler)
	$(BIN)/python -m pytest tests/llm -m llm

lint: env  ## format and lint rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

typecheck: env  ## static types, strict
	$(BIN)/mypy

contracts: env  ## imports run one way
	$(BIN)/lint-imports --no-cache

check: lint typecheck contracts test  ## all of the above: what CI runs

format: env  ## write the code in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

train: env  ## train the scorer: GOLD="coded.jsonl more.jsonl"
	$(BIN)/etl train $(GOLD) --out etl/extraction/scorer

evaluate: env  ## measure the extractor on articles that you have coded: GOLD=coded.jsonl
	$(BIN)/etl evaluate $(GOLD)

bench: env  ## measure speed and memory, as ratios within one run, in some five minutes
	$(BIN)/etl bench

notebook: env  ## open the notebooks in Jupyter
	$(BIN)/jupyter lab notebooks

lock: env  ## write both lock files anew from pyproject.toml and tests/llm/requirements.in (needs uv)
	uv pip compile --universal --python-version 3.11 --extra dev --extra train --extra cluster --extra stores --extra bench --extra report --extra llm --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		tests/llm/requirements.in -o tests/llm/requirements.lock

audit: env  ## ask the Python package index for known faults of the locked packages; needs the network and fails without it
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements.lock \
		|| { echo 'make audit: a package has a known fault, or its faults could not be asked for; see above.' >&2; exit 1; }

fuzz: env  ## throw bytes at readers, parsers and the extractor, guided by coverage: SECONDS=60 for each target (Linux)
	$(BIN)/python -m tests.fuzz all --seconds $(SECONDS)

licences: env  ## write THIRD_PARTY.md: packages of the default install with their licences
	$(BIN)/python -m tools.third_party

clean:  ## delete what runs have written
	rm -rf data/processed data/report build dist

.PHONY: help env etl release report review test test-llm lint typecheck contracts check format train evaluate bench notebook lock audit fuzz licences clean
