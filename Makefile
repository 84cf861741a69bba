# Everything runs in .venv, installed from requirements.lock with hashes. Only Python >= 3.11 and make are needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false

.PHONY: refresh test test-all site ui screenshot lint audit corpus bench bundle fault clean

refresh: $(VENV)/installed  ## deliveries -> warehouse -> gates -> marts -> publication -> reconciliation
	SNA_HOME=$${SNA_HOME:-$(CURDIR)/var/demo} ./sna demo --if-empty
	SNA_HOME=$${SNA_HOME:-$(CURDIR)/var/demo} ./sna refresh

test: $(VENV)/installed  ## the tests of every day: six to ten minutes on two cores
	$(BIN)/python -m tests.counties mini small & \
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow" $(ARGS); status=$$?; wait; exit $$status

test-all: $(VENV)/installed  ## all tests, those that need the whole county among them
	$(BIN)/python -m tests.counties whole small mini empty
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

lint: $(VENV)/installed  ## style, imports, types and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project

site: $(VENV)/installed  ## the documentation as a site in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

ui: $(VENV)/installed  ## Dagster's web UI on http://127.0.0.1:3000
	./sna run

screenshot: $(VENV)/installed  ## pictures of the web UI and of the report in docs/images; needs Chromium and the demonstration
	SNA_SCREENSHOTS=docs/images $(BIN)/pytest tests/e2e/test_ui.py
	$(BIN)/python -m tests.screenshots $${SNA_HOME:-$(CURDIR)/var/demo} docs/images

audit: $(VENV)/installed  ## hashes and licences of the packages, secrets, our own rules, known vulnerabilities
	$(BIN)/python -m tests.audit

corpus: $(VENV)/installed  ## land every bad delivery and disguised identifier that we know of; prints a table
	$(BIN)/python -m tests.corpus $(ARGS)

bench: $(VENV)/installed  ## speed and memory, measured in one run
	$(BIN)/python -m tests.bench $(ARGS)

bundle: $(VENV)/installed  ## wheels, lock, checksums and an install script for a network without a package index, in var/bundle
	$(BIN)/python -m tests.bundle var/bundle

fault: $(VENV)/installed  ## kill the refresh 200 times, fill its disk, damage its files; prints a table
	$(BIN)/python -m tests.fault $(ARGS)

$(VENV)/installed: requirements.lock pyproject.toml synthetic/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable . --editable ./synthetic
	touch $@

clean:  ## forget everything that can be rebuilt, but not the landed deliveries
	rm -rf var/*/warehouse.duckdb var/*/dbt var/*/data_docs
