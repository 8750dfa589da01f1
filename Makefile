# What a person types; how it is done is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help setup serve test test-postgres lint types check bench

# The tests start hundreds of processes: none of them is to compile everything again.
unexport PYTHONDONTWRITEBYTECODE

VENV_PYTHON := .venv/bin/python
# Tests of servers wait as much as they compute, so there are three at once; two where each drives
# browsers.
# Files in the order of tests/conftest.py: by the number of their tests, the few slow ones would come
# last, and alone.
PYTEST := scripts/run-tests $(VENV_PYTHON) -m pytest --dist loadfile --no-loadscope-reorder
EMBEDDED := env -u DATABASE_URL -u REDIS_URL -u CELERY_BROKER_URL

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-14s %s\n", $$1, $$2 }'

setup: ## make .venv as uv.lock has it; needs Python >= 3.11
	@scripts/setup

serve: setup ## start everything on http://127.0.0.1:8000 (HOST, PORT, DATA_DIR, DEMO=0, …)
	@scripts/native-libraries
	@exec $(VENV_PYTHON) manage.py serve --with-parent $$PPID

test: setup ## run every test on the embedded default, in headless Chromium too (T=tests/… for some)
	@scripts/native-libraries
	@scripts/chromium
	@scripts/pdf-tools
	@scripts/old-sdk
	@$(EMBEDDED) $(PYTEST) -n 3 -m "not browser" $(T)
	@$(EMBEDDED) $(PYTEST) -n 2 -m browser $(or $(T),tests/browser)

test-postgres: setup ## all tests that ask for a database, without a browser, on DATABASE_URL, REDIS_URL and CELERY_BROKER_URL
	@scripts/native-libraries
	@scripts/chromium
	@scripts/pdf-tools
	@scripts/old-sdk
	@scripts/require-servers
	@$(PYTEST) -n 3 -m "not pure and not once and not browser" $(T)

lint: setup ## ruff, djade, bandit and the import contracts
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 --check {} +
	@$(VENV_PYTHON) -m bandit --quiet --recursive --configfile pyproject.toml manage.py config checklist audits
	@.venv/bin/lint-imports --no-cache

types: setup ## mypy
	@$(VENV_PYTHON) -m mypy manage.py config checklist audits

bench: setup ## measure the product beside its floor (QUICK=1, B=tick, JSON=file; docs/benchmarks.md)
	@scripts/native-libraries
	@$(VENV_PYTHON) -m bench $(if $(QUICK),--quick) $(if $(JSON),--json $(JSON)) $(B)

check: lint types ## what .ci/run asks before the tests
	@$(EMBEDDED) $(VENV_PYTHON) manage.py check
	@$(EMBEDDED) $(VENV_PYTHON) manage.py makemigrations --check --dry-run
