# Two commands do everything: `make bench` and `make test`. Each builds .venv when it is missing.
PYTHON  ?= python3
FILE    ?= experiments/leads.toml
BIN     := .venv/bin
LOCKED  := .venv/.locked
READY   := .venv/.ready
AXE     := .venv/axe/node_modules/axe-core/axe.min.js

.DEFAULT_GOAL := help
.PHONY: help bench index plan test test-slow test-browser check perf honesty map handbook pictures lock clean

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "Makefile: python %d.%d found, 3.11 to 3.13 is needed. Say which: make PYTHON=python3.12 ..." % v)'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(LOCKED)

$(READY): $(LOCKED) pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

bench: $(READY) ## Run an experiment to a leaderboard and a submission (FILE=experiments/leads.toml)
	$(BIN)/bench run "$(FILE)"

index: $(READY) ## Who sales should call, of a finished run (FILE=...)
	$(BIN)/bench index "$(FILE)"

plan: $(READY) ## Print what an experiment would run, fitting nothing (FILE=...)
	$(BIN)/bench plan "$(FILE)"

test: check ## Lint, types and the tests that CI runs
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

test-slow: $(READY) ## The full-size checks that take minutes
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow

test-browser: $(READY) $(if $(shell command -v npm),$(AXE)) ## The pages in a real browser (Chromium or Chrome must be installed)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m browser -rs tests/browser

$(AXE): $(LOCKED) tests/browser/package.json tests/browser/package-lock.json
	@mkdir -p .venv/axe
	@cp tests/browser/package.json tests/browser/package-lock.json .venv/axe/
	npm ci --prefix .venv/axe --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $(AXE)

check: $(READY) ## Lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

perf: $(READY) ## Timings, as ratios within one run, races and budgets; hours (TABLES="more.toml ...")
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.imputation
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.rows
	$(BIN)/python -m benchmarks.reference $(TABLES)
	$(BIN)/python -m benchmarks.predict
	$(BIN)/python -m benchmarks.explore $(TABLES)
	$(BIN)/python -m benchmarks.race benchmarks/race.toml $(TABLES) --keep results/fresh
	$(BIN)/python -m benchmarks.budget benchmarks/race.toml $(TABLES)

honesty: $(READY) ## What the numbers promise against what comes true; hours (TABLES="more.toml ...")
	$(BIN)/python -m benchmarks.equal_trials
	$(BIN)/python -m benchmarks.equal_trials --race 0.1
	$(BIN)/python -m benchmarks.searched benchmarks/race.toml $(TABLES) --keep results/fresh
	$(BIN)/python -m benchmarks.tuning benchmarks/race.toml $(TABLES) --kept results/fresh
	$(BIN)/python -m benchmarks.derive $(TABLES)
	$(BIN)/python -m benchmarks.true_best
	$(BIN)/python -m benchmarks.own_threshold
	$(BIN)/python -m benchmarks.compared
	$(BIN)/python -m benchmarks.planted
	$(BIN)/python -m benchmarks.later_leads
	$(BIN)/python -m benchmarks.later_leads --same-period --rows 12000
	$(BIN)/python -m benchmarks.stacking benchmarks/stacking.toml $(TABLES) --keep results/fresh
	$(BIN)/python -m benchmarks.refit_forms benchmarks/stacking.toml $(TABLES) --keep results/fresh
	$(BIN)/python -m benchmarks.customer_index experiments/leads.toml $(TABLES) --keep results/fresh
	$(BIN)/python -m benchmarks.shortlist benchmarks/stacking.toml $(TABLES) --keep results/fresh
	$(BIN)/python -m benchmarks.shrinkage
	$(BIN)/python -m benchmarks.latent_classes
	$(BIN)/python -m benchmarks.segments
	$(BIN)/python -m benchmarks.feedback
	$(if $(TABLES),$(BIN)/python -m benchmarks.inner_split $(TABLES) --seeds 20)

map: $(READY) ## Print the map of the code from its own docstrings
	@$(BIN)/python -m tests.map

handbook: $(READY) ## Write docs/components.md from the components themselves
	$(BIN)/python -m tests.handbook

lock: ## Pin the versions again (needs uv)
	uv pip compile --universal --python-version 3.11 --only-binary :all: --fork-strategy fewest --generate-hashes \
		--no-emit-index-url --no-header --extra dev --upgrade pyproject.toml -o requirements.lock

pictures: $(READY) ## Take the pictures of the documentation anew (Chromium or Chrome must be installed)
	$(BIN)/bench run experiments/leads.toml
	$(BIN)/bench explain experiments/leads.toml
	$(BIN)/bench explore experiments/leads.toml
	$(BIN)/python -m tests.pictures

clean: ## Delete .venv and caches; results stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
