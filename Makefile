# Everything that is done to the project from a shell. All paths are relative, so that the
# checkout may stand anywhere, also in a folder with blanks in its name.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.SUFFIXES:

PY := .venv/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
SOURCES := core/static/build.mjs $(shell find core/static/src -type f -not -name "*~" 2>/dev/null)
CATALOGUES := $(shell find core plugins -name '*.po' 2>/dev/null)
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable

.PHONY: help venv dev lock assets translations words run test check format bench clean

help:
	@echo 'make run     start Szansa here, with demo data (PORT=8000)'
	@echo 'make test    run all tests'
	@echo 'make check   linters, types, import contracts, translations'
	@echo 'make format  format the code'
	@echo 'make words   bring the texts to translate up to date with the code'
	@echo 'make bench   run the benchmarks'
	@echo 'make lock    bring the locked dependencies up to date'
	@echo 'make clean   remove everything that was installed or built (not the data)'

# ---------------------------------------------------------------- what is installed

venv: .venv/.made-project
dev: .venv/.made-dev

# A virtual environment knows its own absolute path: one that was copied or moved is made anew.
ifneq ($(shell cat .venv/.place 2>/dev/null),$(CURDIR))
.PHONY: .venv/.place
endif

.venv/.place:
	@python=''; \
	for name in "$${PYTHON:-python3}" python3.13 python3.12 python3.11; do \
	    if "$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	        >/dev/null 2>&1; then python="$$name"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo 'Szansa needs Python 3.11, 3.12 or 3.13: install one, or name it: make PYTHON=/path/to/python3 run' >&2; \
	    exit 1; \
	fi; \
	rm -rf .venv; \
	if "$$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then \
	    "$$python" -m venv .venv; \
	elif "$$python" -m pip --python "$$python" --version >/dev/null 2>&1; then \
	    "$$python" -m venv --without-pip .venv && \
	    "$$python" -m pip --python .venv/bin/python install --quiet pip; \
	else \
	    echo 'Python is here, but without its venv module: install it (Debian, Ubuntu: apt install python3-venv).' >&2; \
	    exit 1; \
	fi || { echo 'The virtual environment could not be made in .venv: see the lines above.' >&2; exit 1; }; \
	printf '%s\n' "$(CURDIR)" > .venv/.place

.venv/.made-run: requirements.txt .venv/.place
	@echo 'Installing the locked dependencies ...'
	@$(PIP_INSTALL) -r requirements.txt || { \
	    echo 'The dependencies could not be installed: is the network (PyPI) reachable?' >&2; exit 1; }
	@touch $@

.venv/.made-project: setup.cfg pyproject.toml .venv/.made-run
	@PYTHONWARNINGS=ignore $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --config-settings editable_mode=compat -e . || { \
	    echo 'Szansa itself could not be installed into .venv: see the lines above.' >&2; exit 1; }
	@touch $@

.venv/.made-dev: requirements-dev.txt .venv/.made-project
	@echo 'Installing what tests and checks need ...'
	@$(PIP_INSTALL) -r requirements-dev.txt || { \
	    echo 'The tools could not be installed: is the network (PyPI) reachable?' >&2; exit 1; }
	@touch $@

lock: dev
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	for name in requirements requirements-dev requirements-node; do \
	    $(PY) -m uv pip compile --quiet --upgrade --universal --generate-hashes \
	        --python-version 3.11 --custom-compile-command 'make lock' \
	        "$$name.in" -o "$$name.txt" || exit 1; \
	done

# ---------------------------------------------------------------- what is built

assets: core/static/dist/manifest.json

# npm of the machine where Node is new enough, otherwise the one of the wheel.
node_modules/.made: package-lock.json package.json .venv/.made-run
	@if command -v npm >/dev/null 2>&1 && node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null; \
	then :; else \
	    echo 'Installing Node.js into .venv ...'; \
	    $(PIP_INSTALL) -r requirements-node.txt || { \
	        echo 'There is no Node.js 20 or newer here and it could not be installed from PyPI.' >&2; exit 1; }; \
	    PATH="$(CURDIR)/.venv/bin:$$PATH"; export PATH; \
	fi; \
	[ -w "$${HOME:-/nowhere}" ] || { npm_config_cache="$(CURDIR)/.venv/npm"; export npm_config_cache; }; \
	npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error || { \
	    echo 'The packages of the browser side could not be installed: is the network (npm) reachable?' >&2; exit 1; }
	@touch $@

core/static/dist/manifest.json: node_modules/.made $(SOURCES)
	@if ! command -v node >/dev/null 2>&1 || [ -e .venv/bin/node ]; then \
	    PATH="$(CURDIR)/.venv/bin:$$PATH"; export PATH; fi; \
	node core/static/build.mjs

translations: .venv/.made-translations

.venv/.made-translations: $(CATALOGUES) .venv/.made-project
	@for folder in core/translations plugins/*/translations; do \
	    if [ -d "$$folder" ]; then \
	        $(PY) -m babel.messages.frontend --quiet compile -d "$$folder" || exit 1; fi; \
	done
	@touch $@

# New texts come into the catalogues empty, those that are gone leave them.
words: venv
	$(PY) -m core.catalogues update

# ---------------------------------------------------------------- what is done with it

run: venv assets translations
	@exec $(PY) -m core.commands up --demo

test: dev assets translations
	@found=''; for name in $(BROWSERS); do command -v $$name >/dev/null 2>&1 && found=yes; done; \
	if [ -z "$$found" ]; then \
	    echo 'Installing Chromium for the browser tests ...'; \
	    $(PY) -m playwright install chromium >/dev/null 2>&1 || \
	    echo 'No Chromium is here and none could be installed: the browser tests will be skipped.' >&2; \
	fi
	$(PY) -m pytest $(ARGS)

check: dev assets .venv/.audited
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --config setup.cfg --no-logo
	$(PY) -m djlint --quiet --lint core plugins
	$(PY) -m core.catalogues check

# Known holes in what we depend on; asked anew whenever the locked versions change. Where nobody can
# be asked the check goes on and says so; a hole that is known ends it.
.venv/.audited: requirements.txt .venv/.made-dev
	@if $(PY) -m pip_audit --progress-spinner off --disable-pip --require-hashes -r requirements.txt > .venv/.audit 2>&1; \
	then touch $@; \
	elif grep -q 'known vulnerabilit' .venv/.audit; then cat .venv/.audit >&2; exit 1; \
	else echo 'The list of known holes could not be asked, so the dependencies were not audited.' >&2; fi

format: dev
	$(PY) -m ruff check --fix --quiet . || true
	$(PY) -m ruff format .

bench: dev assets translations
	$(PY) -m tests.bench.starting
	$(PY) -m tests.bench $(ARGS)
	$(PY) -m tests.bench.importing
	$(PY) -m tests.bench.operating
	$(PY) -m tests.bench.timing

clean:
	rm -rf .venv node_modules core/static/dist build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache \
	    .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf '{}' +
