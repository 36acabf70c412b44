# `make help` lists the targets. Needs Python 3.11 or later and make, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# the system's certificates: hospitals often have an authority of their own
UV := UV_SYSTEM_CERTS=1 UV_FIND_LINKS="$${PIP_FIND_LINKS:-}" $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
EXTRAS := autogen crewai quantum service security peers

export RAY_USAGE_STATS_ENABLED := 0

.DEFAULT_GOAL := help
.PHONY: help demo extra test test-slow fuzz lint format bench lock schemas clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "qam needs Python 3.11 or later, and $(PYTHON) is %d.%d: call make PYTHON=python3.12, say" % v[:2])'
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "the venv module is missing: on Debian and Ubuntu, apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || $(BIN)/python -m pip install uv

$(VENV)/.core: requirements/core.txt pyproject.toml | $(BIN)/uv
	@echo "installing the core from its lock ..."
	@$(INSTALL) --require-hashes -r requirements/core.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.core
	@echo "installing the development set from its lock ..."
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.core ## Run the bundled emergency department from FHIR to report
	@$(BIN)/qam run examples/emergency-department --out qam-run-demo --overwrite --title "Emergency department, one shift"

extra: $(VENV)/.core ## Install an extra from its lock: make extra NAME=peers
	@test -f requirements/$(NAME).txt && echo " $(EXTRAS) " | grep -q " $(NAME) " || { echo "give NAME, one of: $(EXTRAS)"; exit 2; }
	@$(INSTALL) --require-hashes -r requirements/$(NAME).txt

test: $(VENV)/.dev ## Run the tests (without the slow ones)
	@$(BIN)/python -m pytest -q -m "not slow"

test-slow: $(VENV)/.dev ## Run the slow tests
	@$(BIN)/python -m pytest -q -m slow

fuzz: $(VENV)/.dev ## Run the property tests on new random examples
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -q -m "not slow" $$(grep -rl --include='test_*.py' 'hypothesis' tests)

lint: $(VENV)/.dev ## Check style, types and the rules of import
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

format: $(VENV)/.dev ## Put the code into the house's format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: $(BIN)/uv ## Write the lock files anew
	@for f in core dev $(EXTRAS); do \
	  extra=$$(test $$f = core || echo --extra $$f); \
	  $(UV) pip compile -q --generate-hashes --no-header --no-annotate --universal --python-version 3.11 $$extra \
	    -c requirements/constraints.in pyproject.toml requirements/build.in -o requirements/$$f.txt 2>/dev/null || exit 1; \
	done; ! grep -l '://' requirements/*.txt

schemas: $(VENV)/.core ## Write the JSON Schemas of rosters and task lists anew
	@$(BIN)/python -m agents.schemas docs/schemas

bench: $(VENV)/.dev ## Run the benchmarks in their quick form
	@for f in benchmarks/*.py; do echo "== $$f"; $(BIN)/python $$f --quick || exit 1; done

clean: ## Remove what the targets above have made
	@rm -rf $(VENV) qam-run-demo .mypy_cache .ruff_cache .hypothesis build *.egg-info
