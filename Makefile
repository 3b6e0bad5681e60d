# Needs Python 3.11 or later with venv, and make. Every target sets up what it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALL := $(PIP) install --require-hashes --no-deps

.PHONY: setup demo serve test simulate kill fuzz soak wire-log check bench docs audit release lock clean
.DEFAULT_GOAL := setup

setup: $(VENV)/.run                         ## the deepday command, in .venv/bin

demo: $(VENV)/.run                          ## all of deepday in an invented office; DEMO="--no-serve" ends by itself
	@$(BIN)/deepday demo --folder build/demo $(DEMO)

# Tests wait for servers and for each other's processes: twice as many at a time as there are cores.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(2 * (os.cpu_count() or 1), 16))')
test: $(VENV)/.dev                          ## every test
	$(BIN)/python -m pytest -n auto --dist worksteal

SEEDS ?= 1000
FIRST_SEED ?= 0
simulate: $(VENV)/.dev                      ## worlds that go wrong in every way (SEEDS, FIRST_SEED; CRASHES=3 BUGS=1 to hunt for bugs anew)
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST_SEED) \
	  $(if $(CRASHES),--crashes $(CRASHES)) $(if $(BUGS),--bugs)

KILLS ?= 20
kill: $(VENV)/.dev                          ## kill deepday serve in the middle of its work (KILLS times), and see what is left
	$(BIN)/python -m tests.integration.killing $(KILLS)
	$(BIN)/python -m tests.integration.killing_ingress $(KILLS)

INPUTS ?= 100000
SEED ?= 1
fuzz: $(VENV)/.dev                          ## odd inputs for all that reads what anybody can send (INPUTS, SEED)
	$(BIN)/python -m tests.fuzz --inputs $(INPUTS) --seed $(SEED)

MINUTES ?= 60
soak: $(VENV)/.dev                          ## leave deepday serve running, and see whether anything grows (MINUTES)
	$(BIN)/python -m tests.soak --minutes $(MINUTES)

wire-log: $(VENV)/.dev                      ## what the connectors send and get in their tests, tokens cut short
	@mkdir -p build && rm -f build/wire*.jsonl
	DEEPDAY_WIRE_LOG=$(CURDIR)/build/wire.jsonl $(BIN)/python -m pytest -n auto tests/connectors tests/integration

check: $(VENV)/.dev                         ## types, lint, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench                       ## speed, beside peers and budgets (about two minutes)
	$(BIN)/python -m tests.bench

serve: $(VENV)/.run                         ## the page, on this machine; Ctrl-C ends it
	@$(BIN)/deepday serve

docs: $(VENV)/.dev                          ## rewrite what is generated
	$(BIN)/python -m deepday.config.example config
	$(BIN)/python -m tests.repo.scorecards
	$(BIN)/python -m tests.repo.reference
	$(BIN)/python -m tests.repo.scale

audit: $(VENV)/.release                     ## known vulnerabilities of the libraries; says so where it cannot ask
	$(BIN)/python -m tests.repo.auditing

release: $(VENV)/.release                   ## wheel, source archive, list of libraries and checksums, in dist
	$(BIN)/python -m tests.repo.releasing

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "deepday needs Python 3.11 or later; say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(INSTALL) -r requirements/dev.txt
	@touch $@

$(VENV)/.release: requirements/release.txt $(VENV)/.dev
	$(INSTALL) -r requirements/release.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	$(INSTALL) -r requirements/bench.txt
	@touch $@

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links
EXTRAS := --extra google --extra microsoft --extra slack --extra caldav --extra sandbox --extra plan --extra trial \
  --extra web --extra push --extra mail --extra postgres --extra workers --extra assistants
lock:                                       ## renew the locks to the newest versions; needs uv
	$(LOCK) --upgrade --group build $(EXTRAS) --output-file requirements/run.txt
	$(LOCK) --upgrade --group dev $(EXTRAS) --constraint requirements/run.txt --output-file requirements/dev.txt
	$(LOCK) --upgrade --group release $(EXTRAS) --constraint requirements/dev.txt --output-file requirements/release.txt
	$(LOCK) --upgrade --group bench $(EXTRAS) --constraint requirements/dev.txt --override requirements/bench-override.txt \
	  --output-file requirements/bench.txt

clean:                                      ## remove what make made
	rm -rf $(VENV) build dist
