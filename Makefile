# make run    everything on this machine, no account: prints the link to open
# make test   fast checks, then unit, local and browser tests (ARGS="-k overlay" passes to pytest)
# make check  formatting, lint, types, secrets and known vulnerabilities; make fix repairs what it can

PORT ?= 8080
export PORT

VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
FRONTEND_SOURCES := $(shell find frontend/src frontend/public -type f 2>/dev/null) \
	frontend/index.html frontend/package.json frontend/vite.config.ts frontend/tsconfig.json
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
NPM_CI := npm ci --no-audit --no-fund --loglevel=error

.DEFAULT_GOAL := run
.PHONY: run test test-long screenshots types lock sbom package-report check fix clean tools setup setup-dev

# make passes SIGTERM on and Ctrl-C reaches the whole group: the launcher ends everything itself.
run: tools
	@$(MAKE) -s --no-print-directory -j3 setup >&2
	@exec $(BIN)/python -m local

test: tools
	@$(MAKE) -s --no-print-directory -j3 setup-dev
	@$(MAKE) --no-print-directory check
	cd frontend && npm test
	$(BIN)/python -m tests.chromium
	$(BIN)/python -m pytest -m "not long" $(ARGS)

test-long: tools
	@$(MAKE) -s --no-print-directory -j3 setup-dev
	$(BIN)/python -m tests.chromium
	$(BIN)/python -m pytest -m long --timeout=7200 --session-timeout=0 \
		--override-ini=faulthandler_timeout=7500 $(ARGS)

screenshots: setup-dev
	$(BIN)/python -m tests.browser.screenshots

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
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	cd frontend && npm run check
	git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --no-verify --baseline .secrets.baseline
	$(BIN)/python -m checks.advisories

fix: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd frontend && npm run fix

clean:
	rm -rf $(VENV) $(STAMPS) frontend/node_modules frontend/dist frontend/openapi/node_modules
	rm -rf local/azurite/node_modules tests/browser/lighthouse/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results

setup: $(STAMPS)/python $(STAMPS)/azurite frontend/dist/index.html
setup-dev: $(STAMPS)/python-dev $(STAMPS)/azurite $(STAMPS)/openapi $(STAMPS)/lighthouse \
	frontend/dist/index.html

tools:
	@sh local/check_tools.sh

$(STAMPS)/python: requirements.txt local/requirements.txt
	@mkdir -p $(STAMPS)
	@echo "Installing Python packages…"
	@test -x $(BIN)/python || "$$(sh local/check_tools.sh python)" -m venv $(VENV)
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
	cd frontend && npm run --silent build
	@touch $@
