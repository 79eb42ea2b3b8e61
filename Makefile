# make help | run | test | soak | fuzz | check | bench | screenshot | lock
SHELL := /bin/bash
PY := .venv/bin/python

.PHONY: help run test soak fuzz check bench screenshot lock
help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## set up what is missing, then serve on http://127.0.0.1:8000 (PORT, LMS_DATABASE_URL); data stay in var/
	@scripts/venv.sh
	@exec .venv/bin/lms start

test: ## all tests, in a real browser too where there is one (ARGS="tests/journeys -x" for some)
	@scripts/venv.sh test
	@exec $(PY) -m pytest -n auto --maxprocesses 8 --dist loadgroup -q -rs $(ARGS)

soak: ## who sees what, in one tree of 10,000 units (SEED=7 for another one)
	@scripts/venv.sh test
	@LMS_SOAK=$(or $(SEED),0) exec $(PY) -m pytest -q tests/scope/test_soak.py $(ARGS)

fuzz: ## 100,000 changes to papers in every form: none may be called valid (N=1000 SEED=7)
	@scripts/venv.sh test
	@exec $(PY) -m tests.certificates.mutations $(or $(N),100000) $(SEED)

check: ## style, types, directions of imports
	@scripts/venv.sh test
	@$(PY) -m ruff check -q .
	@$(PY) -m ruff format --check -q .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --config setup.cfg

bench: ## measure: CPU time, statements and bytes of each workload against the floor of the same run
	@scripts/venv.sh test
	@exec $(PY) -m bench $(ARGS)

screenshot: ## the pictures of README, taken from a running demo
	@scripts/venv.sh test
	@exec $(PY) scripts/screenshots.py

lock: ## choose the versions of constraints.txt and constraints-test.txt anew
	@scripts/venv.sh test
	@exec $(PY) scripts/lock.py
