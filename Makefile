# Every command a person or CI needs. `make` alone lists them.
#
# Only Python 3.11 or newer and make are required: everything else is installed into .venv from the
# hashed locks. All paths are relative, so a checkout may sit in a folder whose name has spaces, and the
# interpreter is named in full, so another active virtual environment does not matter.

# The first of these that is new enough makes .venv; `make run PYTHON=/path/to/python` names another.
PYTHON ?= $(firstword $(foreach name,python3.11 python3 python,$(shell $(name) -c \
	'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
PORT ?= 8000
# Not read from the environment: some shells and Conda set HOST to the machine's own name.
HOST = 127.0.0.1
WORKERS = 1
# Of each worker. Each has its own connections to the database, and one that sends a stream is busy until its end.
THREADS = 8
# Passed on to pytest, uv, the benchmarks or a release, for example `make test ARGS="-k reserves -x"`.
ARGS =
# Of a release. Not read from the environment: some shells set it to the machine's own name.
NAME =

PY := .venv/bin/python
MANAGE := $(PY) manage.py
PIP := $(PY) -m pip --quiet --disable-pip-version-check
SCHEMA := docs/openapi.json

# The database that the examples are taken from, apart from that of `make run`.
EXAMPLES := sqlite:///.venv/examples.sqlite3

RUNTIME := .venv/installed-runtime
DEVELOPMENT := .venv/installed-development
PEERS := .bench/venv/installed

export DJANGO_SETTINGS_MODULE := minerals_api.settings
unexport PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check fix schema recipes release lock bench bench-quick ci interpreter-missing

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run: $(RUNTIME) ## Install, load the dataset and serve it on http://127.0.0.1:8000 (HOST=, PORT=, WORKERS=, THREADS=)
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) load_dataset --unless-ahead
	$(MANAGE) collectstatic --no-input --verbosity 0
	@echo "Serving http://$(HOST):$(PORT)/ - stop with Ctrl-C"
	@exec $(PY) -m granian --interface wsgi --host "$(HOST)" --port "$(PORT)" --workers "$(WORKERS)" \
	--blocking-threads "$(THREADS)" minerals_api.wsgi:application

test: $(DEVELOPMENT) ## Run the tests, on SQLite unless DATABASE_URL says otherwise (ARGS= goes to pytest)
	$(PY) -m pytest $(ARGS)

check: $(DEVELOPMENT) ## Lint, types, import directions, migrations, OpenAPI document, dataset, production settings
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	.venv/bin/lint-imports --no-logo
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) spectacular --format openapi-json --validate --fail-on-warn > .venv/openapi.json
	@diff -u $(SCHEMA) .venv/openapi.json || { echo "$(SCHEMA) is out of date: run 'make schema' and commit it." >&2; exit 1; }
	$(MANAGE) check_dataset
	@echo "manage.py check --deploy, with production settings"
	@CMAPI_ENV=production DJANGO_DEBUG=off DJANGO_ALLOWED_HOSTS=api.example.org \
	DJANGO_SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	$(MANAGE) check --deploy --fail-level WARNING

fix: $(DEVELOPMENT) ## Mend what ruff can mend, and format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

schema: $(DEVELOPMENT) ## Write anew what the models' words make: docs/openapi.json, its examples, datapackage.json
	$(MANAGE) describe_dataset
	@rm -f .venv/examples.sqlite3*
	DATABASE_URL=$(EXAMPLES) $(MANAGE) migrate --verbosity 0
	DATABASE_URL=$(EXAMPLES) $(MANAGE) load_dataset --verbosity 0
	DATABASE_URL=$(EXAMPLES) $(MANAGE) collect_examples
	$(MANAGE) spectacular --format openapi-json --validate --fail-on-warn > .venv/openapi.json
	@mkdir -p $(dir $(SCHEMA))
	@cp .venv/openapi.json $(SCHEMA)

recipes: $(DEVELOPMENT) ## Run docs/recipes.ipynb in place against `make run`, and draw docs/figures/ anew
	$(PY) -m tests.notebooks

release: $(RUNTIME) ## Freeze the published dataset as a named release: make release NAME=2026.1 (ARGS="--revision 3")
	@test -n "$(NAME)" || { echo "Name the release: make release NAME=2026.1" >&2; exit 1; }
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) load_dataset --unless-ahead --verbosity 0
	$(MANAGE) freeze_release "$(NAME)" $(ARGS)

lock: $(DEVELOPMENT) ## Pin all dependencies with hashes (ARGS=--upgrade takes newer versions of the indirect ones)
	$(COMPILE) requirements.txt --output-file requirements.lock
	$(COMPILE) requirements-dev.txt --constraint requirements.lock --output-file requirements-dev.lock

COMPILE = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(ARGS)

bench: $(RUNTIME) $(PEERS) ## Measure the service beside its peers into benchmarks/results/ (POSTGRES=postgres://… too; ARGS=)
	$(BENCHMARK) --to benchmarks/results --page docs/performance.md $(ARGS)

bench-quick: $(RUNTIME) $(PEERS) ## The same with 10,000 facts and short runs, into .bench/quick/
	$(BENCHMARK) --facts 10000 --seconds 1 --to .bench/quick $(ARGS)

BENCHMARK = $(PY) -m benchmarks.run $(if $(POSTGRES),--postgres "$(POSTGRES)")

ci: ## What the continuous integration runs; needs PostgreSQL and Redis
	.ci/run

# A changed lock installs anew; otherwise these files make a second run start at once.
$(RUNTIME): requirements.lock .venv/pyvenv.cfg
	$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(DEVELOPMENT): requirements-dev.lock .venv/pyvenv.cfg
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $(RUNTIME) $@

# The peers have an environment of their own.
$(PEERS): benchmarks/requirements.txt requirements.txt .venv/pyvenv.cfg
	$(PY) -m venv .bench/venv
	.bench/venv/bin/python -m pip --quiet --disable-pip-version-check install -r benchmarks/requirements.txt
	@touch $@

# An environment whose interpreter has gone (after an upgrade of Python, or a copy) is made anew.
.venv/pyvenv.cfg: $(if $(wildcard $(PY)),,interpreter-missing)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear .venv

interpreter-missing:
