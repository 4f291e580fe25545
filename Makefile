# Two commands do all: `make demo` and `make test`. Both call `make install` (a virtual environment in .venv).
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do if $$p -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
BIN := .venv/bin
STAMP := .venv/installed
ENGINE ?= postgres
KEEP ?=
JOBS ?= auto

.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast lint types check docs lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

install: $(STAMP) ## make .venv with the locked dependencies

$(STAMP): requirements.lock pyproject.toml deploy/bootstrap
	@PYTHON="$(PYTHON)" deploy/bootstrap .venv
	@touch $(STAMP)

demo: install ## start a server full of mistakes, find them, prove the advice (ENGINE=postgres, mysql, mariadb or aurora; KEEP=1 leaves it running)
	@$(BIN)/tunewright demo --engine $(ENGINE) --output demo-output $(if $(KEEP),--keep)

test: install ## all tests, on real servers
	@deploy/debian-servers
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

test-fast: install ## tests that need no server and no patience, under a minute
	@$(BIN)/python -m pytest -q -n auto -m "not slow and not live"

lint: install ## ruff and the import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

types: install ## mypy, strict
	@$(BIN)/mypy

check: lint types test ## all that CI runs

docs: install ## the documentation as a site, into site/
	@$(BIN)/mkdocs build --strict --quiet --config-file deploy/site/mkdocs.yml && echo "site/index.html"

bench-index: bench-index_advice ## the index adviser on three workloads, its indexes really built
	@:

bench-%: install ## run bench/NAME.py; writes bench/results/NAME.json
	@$(BIN)/python bench/$*.py $(ARGS)

lock: ## renew requirements.lock from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv && $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml --output-file requirements.lock

clean: ## remove .venv and what the runs left
	rm -rf .venv demo-output .pytest_cache .mypy_cache .ruff_cache
