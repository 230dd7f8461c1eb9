# make run         everything on this machine, no account: prints the link to open
# make test        everything that is judged, browsers included (ARGS="-k room" passes to pytest)
# make test-quick  checks, the page, unit and functions' tests: for while one works
# make check       formatting, lint, types, secrets, vulnerabilities; make fix repairs what it can

unexport CDPATH # cd would look there first

PORT ?= 8080
export PORT

# The Bicep compiler the tests ask: one beside the project, if it is there; else see tests/infra/compiler.py.
ifneq ($(wildcard ../shared/tools/bicep),)
BICEP ?= $(abspath ../shared/tools/bicep)
export BICEP
endif

VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
FRONTEND_SOURCES := $(shell find frontend/src frontend/public -type f 2>/dev/null) \
	$(wildcard functions/reader/*.onnx functions/reader/*.json) \
	frontend/index.html frontend/package.json frontend/vite.config.ts frontend/tsconfig.json
QUIETLY := sh "$(CURDIR)/local/quietly.sh"
PIP_INSTALL := $(QUIETLY) $(BIN)/python -m pip install --disable-pip-version-check
NPM_CI := $(QUIETLY) npm ci --include=dev --no-audit --no-fund

PYTEST := $(BIN)/python -m pytest -m "not long and not browsers" -n 2

# s for all tests together; 0 would end a run after its first test (pytest-timeout 2.4).
DAYS := 864000
CHECKS := check-python check-page check-secrets check-advisories

.DEFAULT_GOAL := run
.PHONY: run verify-deploy test test-quick test-page test-python test-chromium test-browsers test-long test-steady \
	screenshots golden types lock sbom package-report check $(CHECKS) vitest fix clean tools setup setup-dev

# make passes SIGTERM on and Ctrl-C reaches the whole group: the launcher ends everything itself.
run:
	@$(MAKE) -s --no-print-directory -j3 setup >&2
	@exec $(BIN)/python -m local

# Does a deployment do what it should? URL is its page's; ROOM_CREATION_KEY where it asks for one.
verify-deploy: $(STAMPS)/frontend
	@infra/verify.sh "$(URL)"

# Everything: first the page and the checks, then Python's tests, browsers included, on two workers.
test:
	@$(MAKE) -s --no-print-directory -j3 setup-dev
	@$(MAKE) --no-print-directory test-page
	$(BIN)/python -m tests.chromium
	$(PYTEST) $(ARGS)

# For while one works: under a minute and a half, without stack and browser.
test-quick: setup-dev
	@$(MAKE) --no-print-directory test-page
	$(PYTEST) tests/unit tests/functions $(ARGS)

# The three parts of `test`, for machines that take a part each.
test-page: setup-dev
	@$(MAKE) --no-print-directory -j3 $(CHECKS) vitest

test-python: setup-dev
	$(PYTEST) --ignore tests/browser $(ARGS)

test-chromium: setup-dev
	$(BIN)/python -m tests.chromium
	$(PYTEST) tests/browser $(ARGS)

# Journeys in Firefox and WebKitGTK too, each skipped where it is not installed; README's table follows.
test-browsers: setup-dev
	$(BIN)/python -m tests.chromium
	WRITE_MATRIX=1 $(BIN)/python -m pytest tests/browser/journeys -m "not long" $(ARGS)

test-long:
	@$(MAKE) -s --no-print-directory -j3 setup-dev
	$(BIN)/python -m tests.chromium
	cd frontend && MESH_GAMES=300 MESH_SEED=1000 npx vitest run mesh-model
	cd frontend && GOLDEN=all npx vitest run picture-reader
	HYPOTHESIS_PROFILE=new $(BIN)/python -m pytest -m long --timeout=7200 --session-timeout=$(DAYS) \
		--override-ini=faulthandler_timeout=7500 $(ARGS)

# Does every test say the same each time? ARGS="--rounds 3 --browsers"
test-steady: setup-dev
	$(BIN)/python -m tests.steady $(ARGS)

screenshots: setup-dev
	$(BIN)/python -m tests.browser.screenshots

# What both homes of the reader are held to: after its networks or one of its steps changed.
golden: $(STAMPS)/python-dev
	$(BIN)/python -m tests.golden

types: $(STAMPS)/openapi
	cd frontend/openapi && npm run --silent generate

# What Azure installs: everything requirements.in needs, for every platform, each with its hashes.
lock: $(STAMPS)/python-dev
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
		--custom-compile-command "make lock" --output-file requirements.txt requirements.in

# What is shipped, as CycloneDX.
SBOM := sbom
sbom: setup-dev
	@mkdir -p $(SBOM)
	$(BIN)/cyclonedx-py requirements --output-reproducible --output-file $(SBOM)/functions.cdx.json \
		requirements.txt
	cd frontend && npm sbom --omit=dev --sbom-format=cyclonedx --package-lock-only \
		> $(abspath $(SBOM))/page.cdx.json

package-report: setup-dev
	$(BIN)/python -m bench.package

check: setup-dev
	@$(MAKE) --no-print-directory -j3 $(CHECKS)

check-python:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check-page:
	cd frontend && npm run check

check-secrets:
	git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --no-verify --baseline .secrets.baseline

check-advisories:
	$(BIN)/python -m checks.advisories

vitest:
	cd frontend && npm test

fix: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd frontend && npm run fix

clean:
	rm -rf $(VENV) $(STAMPS) frontend/node_modules frontend/dist frontend/openapi/node_modules
	rm -rf local/azurite/node_modules tests/browser/lighthouse/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .steady test-results

setup: $(STAMPS)/python $(STAMPS)/azurite frontend/dist/index.html
setup-dev: $(STAMPS)/python-dev $(STAMPS)/azurite $(STAMPS)/openapi $(STAMPS)/lighthouse \
	frontend/dist/index.html

tools:
	@sh local/check_tools.sh

# A .venv that was removed is made again.
ifeq ($(wildcard $(BIN)/python),)
.PHONY: $(STAMPS)/python $(STAMPS)/python-dev
endif

# Before anything is installed: a missing or old tool has its remedy.
$(STAMPS)/python $(STAMPS)/azurite $(STAMPS)/frontend $(STAMPS)/openapi $(STAMPS)/lighthouse: | tools

# An environment without pip is what an interrupted start left.
$(STAMPS)/python: requirements.txt local/requirements.txt
	@mkdir -p $(STAMPS)
	@echo "Installing Python packages…"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || \
		"$$(sh local/check_tools.sh python)" -m venv --clear $(VENV)
	$(PIP_INSTALL) --require-hashes -r requirements.txt
	$(PIP_INSTALL) -c requirements.in -r local/requirements.txt
	@touch $@

$(STAMPS)/python-dev: requirements-dev.txt | $(STAMPS)/python
	$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

$(STAMPS)/azurite: local/azurite/package-lock.json
	@mkdir -p $(STAMPS)
	@echo "Installing the storage emulator…"
	cd local/azurite && $(NPM_CI)
	@touch $@

$(STAMPS)/frontend: frontend/package-lock.json
	@mkdir -p $(STAMPS)
	@echo "Installing what builds the page…"
	cd frontend && $(NPM_CI)
	@touch $@

$(STAMPS)/openapi: frontend/openapi/package-lock.json
	@mkdir -p $(STAMPS)
	@echo "Installing what makes the page's types…"
	cd frontend/openapi && $(NPM_CI)
	@touch $@

$(STAMPS)/lighthouse: tests/browser/lighthouse/package-lock.json
	@mkdir -p $(STAMPS)
	@echo "Installing Lighthouse…"
	cd tests/browser/lighthouse && $(NPM_CI)
	@touch $@

frontend/dist/index.html: $(STAMPS)/frontend $(FRONTEND_SOURCES)
	@echo "Building the page…"
	cd frontend && $(QUIETLY) npm run --silent build
	@touch $@
