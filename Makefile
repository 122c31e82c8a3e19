# Two commands set everything up: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
ARGS ?=
PARALLEL ?= -n 4

.PHONY: help install run demo quick test lint types imports check kafka test-kafka test-ha test-helm image fuzz audit bench screenshots lock docs clean

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.run-installed ## Create .venv with what the program needs

run: $(VENV)/.run-installed ## Start Wirewatch: console on http://127.0.0.1:8080, Ctrl-C ends it
	@exec $(BIN)/wirewatch run $(ARGS)

demo: $(VENV)/.run-installed ## Show it at work on a bundled newsroom, without a network; Ctrl-C ends it
	@exec $(BIN)/wirewatch demo $(ARGS)

test: $(VENV)/.dev-installed ## Run the tests (ARGS="-k word" selects some)
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest $(PARALLEL) $(ARGS) # they start the program hundreds of times

quick: $(VENV)/.dev-installed ## Run the quick tests: no processes, no database server, no browser
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --quick -n 3 -q $(ARGS)

lint: $(VENV)/.dev-installed ## ruff: style, likely mistakes, formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev-installed ## mypy, strict
	$(BIN)/mypy

imports: $(VENV)/.dev-installed ## import-linter: who may import whom
	$(BIN)/lint-imports --no-logo

check: lint types imports test ## lint, types, imports and test: what CI runs

kafka: ## Start an Apache Kafka broker for experiments, until Ctrl-C (needs Java 17 and Maven)
	@exec $(PYTHON) scripts/kafka/broker.py $(ARGS)

test-kafka: $(VENV)/.dev-installed ## Run the tests that need Apache Kafka on a broker of their own
	WIREWATCH_TEST_KAFKA=$${WIREWATCH_TEST_KAFKA:-start} $(BIN)/pytest $(PARALLEL) -m kafka $(ARGS)

test-ha: $(VENV)/.dev-installed ## Run the tests of lost brokers, database servers and PgBouncer; some minutes
	@exec scripts/test_ha.sh $(ARGS)

test-helm: $(VENV)/.dev-installed ## Check the Helm chart with helm and the schemas of Kubernetes, which it fetches
	$(BIN)/python scripts/helm/fetch.py
	$(BIN)/pytest -q -n 0 tests/wirewatch/chart $(ARGS)

image: ## Build the image, with the tag that the Helm chart expects (REPOSITORY=registry.example.org/wirewatch)
	docker build -t $(or $(REPOSITORY),wirewatch):$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) .

fuzz: $(VENV)/.dev-installed ## Fuzz what reads documents from outside (N=100000 inputs, ARGS="--seconds 600 --targets feeds")
	nice $(BIN)/python -m tests.fuzz.run --inputs $(or $(N),20000) $(ARGS)

audit: $(VENV)/.created ## Ask osv.dev whether pinned releases have known faults; exits 3 if it cannot be reached
	@$(BIN)/python scripts/audit.py $(ARGS)

bench: $(VENV)/.dev-installed ## Measure (WIREWATCH_BENCH_DATA names a folder with pages and articles)
	@for script in bench/[a-z]*.py; do echo "== $$script"; $(BIN)/python -P $$script $(ARGS) || echo "not measured"; done

docs: $(VENV)/.dev-installed ## Write the generated pages: settings, schemas, .env.example
	$(BIN)/python -m wirewatch.contracts.generate

screenshots: $(VENV)/.dev-installed ## Take the README's pictures of the console (needs Chromium)
	$(BIN)/python scripts/screenshots.py

lock: ## Update the lock files (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --group build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## Remove the environment and caches, never data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .cache/kafka*

$(VENV)/.created:
	@$(PYTHON) scripts/environment.py $(VENV)
	@touch $@

$(VENV)/.run-installed: $(VENV)/.created requirements.lock pyproject.toml
	@echo "Installing what Wirewatch needs into $(VENV) ..."
	@$(call install,requirements.lock)
	@$(write_dictionaries)
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.created requirements-dev.lock pyproject.toml
	@echo "Installing what Wirewatch and its tests need into $(VENV) ..."
	@$(call install,requirements-dev.lock)
	@$(write_dictionaries)
	@touch $@ $(VENV)/.run-installed

# In two processes: it takes seconds of CPU. What is missing is written when it is first used.
define write_dictionaries
$(BIN)/python -P -c 'from processors.forms.dictionary import main; main()' en fr uk & \
$(BIN)/python -P -c 'from processors.forms.dictionary import main; main()' de; wait
endef

# Every download is checked against its hash. The program is installed in place, by the hatchling of
# the lock file.
ifneq ($(UV),)
define install
VIRTUAL_ENV=$(VENV) $(UV) pip install -q --compile-bytecode --require-hashes -r $(1) && \
VIRTUAL_ENV=$(VENV) $(UV) pip install -q --no-deps --no-build-isolation -e .
endef
else
define install
$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1) && \
$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
endef
endif
