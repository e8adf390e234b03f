# What one can do here; `make` alone lists it. Needs Python 3.11 or newer (with venv) and make, nothing else.
PYTHON ?= python3
VENV := .venv/bin
PYTEST := $(VENV)/python -m pytest
WITHOUT_BROWSER := -m "not e2e" -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help run serve setup dev test check format test-unit test-integration e2e security-scan sbom mutants screenshots \
        bench demo migrate build lock licences clean

help:  ## List what one can do
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

run:  ## Set everything up and open the demo clinic on http://127.0.0.1:8000 (PORT=8001 changes it)
	@$(PYTHON) bootstrap.py run

serve:  ## Open a real clinic: THT_DATA_DIR or THT_DATABASE_URL, see .env.example
	@$(PYTHON) bootstrap.py run --real

setup:  ## Virtual environment and pinned packages, enough to run
	@$(PYTHON) bootstrap.py setup

dev:  ## The same with the tools for development
	@$(PYTHON) bootstrap.py setup --dev

test:  ## Set everything up, check the code, run all tests
	@$(PYTHON) bootstrap.py test

check: dev  ## Lint, types, imports, house rules, catalogues, schema
	@$(VENV)/python scripts/check.py

format: dev  ## Format the code and mend what the linter can mend
	@$(VENV)/ruff check --fix --quiet . ; $(VENV)/ruff format .

test-unit: dev  ## Tests of rules, screens' logic and house rules: no database, no browser
	@$(PYTEST) tests/domain tests/ui tests/architecture -n 2

test-integration: dev  ## Tests with a database and a running server, no browser
	@$(PYTEST) tests $(WITHOUT_BROWSER)

e2e: dev  ## Tests with a browser
	@$(VENV)/python scripts/run_tests.py --only-browser

security-scan: dev  ## Static scan, house rules, secrets, licences, known holes (the last needs the network)
	@$(VENV)/python scripts/security_scan.py

sbom: dev  ## Write docs/sbom.cdx.json: what the program is made of
	@$(VENV)/python scripts/sbom.py

mutants: dev  ## Sabotage the code in named ways; each must turn a test red
	@$(VENV)/python tests/mutants.py

screenshots: dev  ## Pictures of every page in docs/screenshots
	@$(VENV)/python -m tests.screenshots

bench: dev  ## Performance: all, or one with NAME=search
	@$(VENV)/python -m bench $(NAME)

demo: setup  ## Fill the demo clinic's database without opening it
	@$(VENV)/tht demo

migrate: setup  ## Bring the configured clinic's database to this version's schema
	@$(VENV)/tht migrate

build: setup  ## Compile the screens
	@$(VENV)/tht build

lock: dev  ## Resolve all dependencies anew and pin them (needs the network)
	@$(VENV)/python scripts/lock.py

licences: dev  ## List the licence of every dependency in docs/licences.md
	@$(VENV)/python scripts/licences.py

clean:  ## Remove what was built; data and the virtual environment stay
	@rm -rf .tht .pytest_cache .ruff_cache .hypothesis test-results
