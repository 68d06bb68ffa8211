# Everything a person or a script asks for; `make` alone lists it.
PYTHON ?= python3
BIN := .venv/bin
# Compiled modules are kept beside their source: without them every process starts three seconds later.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run check test bench pins messages pg-stop clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## Make .venv and install what is pinned (does nothing where nothing changed)
	@$(PYTHON) scripts/setup.py

run: setup ## Start everything and print the address
	@exec $(BIN)/steward run

check: setup ## Check style, types, architecture, migrations and translations
	@$(BIN)/python scripts/check.py

test: ## Set up what tests need besides and run them
	@$(PYTHON) scripts/setup.py --for-tests
	$(BIN)/pytest -q -n $${STEWARD_TEST_PROCESSES:-3} --dist loadgroup

bench: setup ## List the benchmarks; run one with `.venv/bin/python -m bench NAME`
	@$(BIN)/python -m bench --list

pins: ## Compile requirements/*.in to *.txt
	@$(BIN)/python scripts/pins.py

messages: setup ## Compile the translations
	@$(BIN)/steward messages compile

pg-stop: ## Stop the bundled PostgreSQL of STEWARD_HOME
	@$(BIN)/steward pg stop

clean: ## Remove what setup made; data in STEWARD_HOME stay
	rm -rf .venv node_modules
