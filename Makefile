# One word each; everything runs inside .venv, which these targets make themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.courtside-setup

.PHONY: help setup run test check format lint types bench screenshots lock wheel

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## make .venv and install what is pinned

# --no-deps: the lock is complete, and trackers' opencv-python stays out (docs/decisions.md).
$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Courtside needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

run: setup ## the main job: a server and a demo game on it
	$(BIN)/courtside demo $(ARGS)

# First what only computes, a five-minute game that mostly waits beside it; two at a time what waits
# for networks or for pages; one by one what watches a picture or a clock (tests/conftest.py). What
# failed is run once more, and both are said: a machine that stood still fails once, a defect twice.
# asyncio's debug mode costs time that clocks would show; servers of their own do without.
test: setup ## all tests
	again=0; \
	run() { "$$@" $(ARGS) || { code=$$?; again=$$((again > code ? again : code)); }; }; \
	run $(BIN)/python -m pytest --asyncio-debug -m "not waiting and not pages and not alone" -n 3 --dist loadfile --no-loadscope-reorder; \
	run $(BIN)/python -m pytest -m waiting -n 2 --dist loadfile; \
	run $(BIN)/python -m pytest -m pages -n 2 --dist loadfile; \
	run $(BIN)/python -m pytest -m alone; \
	if [ $$again = 1 ]; then \
		echo "Once more what failed:"; \
		again=0; \
		run $(BIN)/python -m pytest -x --last-failed --last-failed-no-failures none; \
	fi; \
	exit $$again

format: setup ## is the code formatted?
	$(BIN)/ruff format --check .

lint: setup
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

check: format lint types test ## what CI runs

bench: setup ## figures for docs/performance.md
	$(BIN)/python -m tests.bench $(ARGS)

screenshots: setup ## pictures of the pages, in screenshots/
	$(BIN)/python -m tests.e2e.screenshots

lock: ## pin again after a change in pyproject.toml (needs uv)
	uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

wheel: setup ## a wheel in dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist .
