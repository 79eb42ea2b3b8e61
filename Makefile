# make help | run | test | check | bench
SHELL := /bin/bash
PY := .venv/bin/python
STAMP := .venv/.installed-$(shell cat setup.cfg constraints.txt 2>/dev/null | cksum | cut -d' ' -f1)
TEST_STAMP := .venv/.tools-$(shell cat setup.cfg constraints.txt 2>/dev/null | cksum | cut -d' ' -f1)

.PHONY: help run test check bench clean screenshot
help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(STAMP) ## set up what is missing, then serve on http://127.0.0.1:8000 (PORT, LMS_DATABASE_URL)
	@exec .venv/bin/lms start

test: $(TEST_STAMP) ## all tests, in a real browser too where there is one
	@$(PY) -m pytest -n 2 --dist loadgroup -q $(ARGS)

check: $(TEST_STAMP) ## layout of imports, types, style
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check -q .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --config setup.cfg

bench: $(TEST_STAMP) ## measure: CPU time, statements and bytes of each workload against the floor of the same run
	@$(PY) -m bench $(ARGS)

screenshot: $(TEST_STAMP) ## the pictures of README, taken from a running demo
	@$(PY) scripts/screenshots.py

$(STAMP):
	@scripts/venv.sh
	@echo "… đang cài đặt (lần đầu khoảng một phút)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps -r constraints.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@rm -f .venv/.installed-*; touch $@

$(TEST_STAMP): $(STAMP)
	@echo "… installing the test tools"
	@$(PY) -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps -r constraints-test.txt
	@rm -f .venv/.tools-*; touch $@
