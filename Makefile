# Needs python3 (3.11 or later) with venv, and make. Everything else comes into .venv, from the hashed locks.
# A second run starts at once: the stamps in .venv say what is installed.

PYTHON ?= python3
ARGS ?=
EXAMPLES ?= 150
LOCK_FLAGS ?=

BIN := .venv/bin
RUN := .venv/.run-stamp
DEV := .venv/.dev-stamp
FOREIGN := .venv-importers/.stamp
SERVER := .venv-server/.stamp
SITE := .venv-docs/.stamp
PIP := $(BIN)/python -m pip --disable-pip-version-check
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url $(LOCK_FLAGS)
INSTALL_SELF = $(PIP) install --quiet --no-deps --no-build-isolation --editable .

.POSIX:
.DELETE_ON_ERROR:
.PHONY: help run test soak fuzz importers team check format lint types layers texts bench screenshots catalogues references \
	site lock release clean distclean

help: ## say what there is
	@echo 'make TARGET [ARGS="..."] [PYTHON=python3.12]'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | \
		while IFS='|' read -r name what; do printf '%-14s %s\n' "$$name" "$$what"; done

run: $(RUN) ## open the app; ARGS are handed to it: make run ARGS="--lang ja"
	@$(BIN)/python -m oppwizard $(ARGS)

test: $(DEV) ## the tests; ARGS are pytest's: make test ARGS="-m 'not e2e'"
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

soak: $(DEV) ## the long tests that `make test` leaves out
	@$(BIN)/python -m pytest -n auto --dist worksteal -m soak $(ARGS)

fuzz: $(DEV) ## readers of files are fed with what is almost right: make fuzz EXAMPLES=2000 ARGS="-k packet"
	@OPPWIZARD_FUZZ=$(EXAMPLES) $(BIN)/python -m pytest -n auto --dist worksteal -m fuzz tests/fuzz $(ARGS)

importers: $(DEV) $(FOREIGN) ## foreign programs take our files in, in an environment of their own
	@$(BIN)/python -m pytest -m importer tests/importers $(ARGS)

team: $(DEV) ## the tests again with every store on a PostgreSQL server, which is fetched where there is none
	@$(BIN)/python -m tests.served || $(MAKE) --no-print-directory $(SERVER)
	@$(BIN)/python -m pytest -n auto --dist worksteal --engine=postgresql $(ARGS)

check: lint types layers texts test ## all that must hold before a commit

lint: $(DEV) ## format and lint, nothing changed
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(DEV) ## mypy, strict
	@$(BIN)/mypy

layers: $(DEV) ## who may import whom
	@$(BIN)/lint-imports

texts: $(DEV) ## the catalogues are complete
	@$(BIN)/python tools/catalogues.py check

format: $(DEV) ## put the source in order
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

catalogues: $(DEV) ## collect texts from the source, compile what is translated
	@$(BIN)/python tools/catalogues.py extract
	@$(BIN)/python tools/catalogues.py compile

bench: $(DEV) ## speed, as ratios
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(DEV) ## pictures of every screen
	@$(BIN)/python tools/screenshots.py $(ARGS)

references: $(DEV) ## write what pages take from declarations: settings, commands, findings, tables of CRMs, picture
	@$(BIN)/python -m tools.references

site: $(SITE) ## the pages as a site in build/site; a link that leads nowhere fails it
	@.venv-docs/bin/python -m sphinx --fail-on-warning --fresh-env --keep-going --quiet -b html -d build/doctrees docs build/site
	@echo 'build/site/index.html'

lock: $(DEV) ## resolve the locks; newer versions with LOCK_FLAGS=--upgrade
	@$(COMPILE) pyproject.toml --group build -o requirements.lock
	@$(COMPILE) pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) pyproject.toml --all-extras -c requirements-dev.lock -o requirements-extras.lock
	@$(COMPILE) --group importers -o requirements-importers.lock
	@$(COMPILE) --group server -o requirements-server.lock
	@$(COMPILE) --group docs -o requirements-docs.lock

release: $(DEV) ## dist/: sdist, wheel, bill of materials, sums; a look beforehand with ARGS=--trial
	@$(BIN)/python tools/release.py build $(ARGS)

clean: ## remove what is built and cached
	rm -rf build dist docs/root .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## and the environments too
	rm -rf .venv .venv-importers .venv-server .venv-docs

# The stamps. The tools include everything the app needs, so their stamp counts for both.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "oppwizard needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo 'Setting up .venv (once) ...'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(RUN): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(MAKE) --no-print-directory $(BIN)/python
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(INSTALL_SELF)
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml
	@test -x $(BIN)/python || $(MAKE) --no-print-directory $(BIN)/python
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@$(INSTALL_SELF)
	@touch $(RUN) $@

$(FOREIGN): requirements-importers.lock | $(DEV)
	@echo 'Setting up .venv-importers (once) ...'
	@$(BIN)/python -m venv --clear .venv-importers
	@.venv-importers/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes \
		--only-binary :all: -r requirements-importers.lock
	@touch $@

$(SERVER): requirements-server.lock | $(DEV)
	@echo 'Setting up .venv-server (once) ...'
	@$(BIN)/python -m venv --clear .venv-server
	@.venv-server/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes \
		--only-binary :all: -r requirements-server.lock
	@touch $@

$(SITE): requirements-docs.lock
	@echo 'Setting up .venv-docs (once) ...'
	@$(PYTHON) -m venv --clear .venv-docs
	@.venv-docs/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes \
		--only-binary :all: -r requirements-docs.lock
	@touch $@
