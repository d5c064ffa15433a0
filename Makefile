# Two commands set up everything they need: `make demo` and `make test`.
.PHONY: demo screenshots test test-long setup wheel web check format lint types contracts bench bench-engine faults fuzz load lock clean

RUN := .venv/bin

demo: setup ## the demonstration city, solved, verified, shown
	$(RUN)/redistrict run data/boundaries --out out/demo
	$(RUN)/redistrict check out/demo
	@echo
	@echo "看图 / look at:  out/demo/overview.png"
	@echo "QGIS:           out/demo/proposal.gpkg"
	@echo "证书 / certificate: out/demo/proposal.json"

test: setup-test ## every test but the long proofs
	$(RUN)/python -m pytest -n 2 --dist worksteal

test-long: setup-test ## also the proofs that take minutes on a quiet machine
	$(RUN)/python -m pytest -m slow

setup: ## .venv/bin/redistrict
	@scripts/setup

setup-test:
	@scripts/setup test

web: ## strict types of the review map
	cd web && npm run --silent check

wheel: setup ## dist/redistrict-*.whl, with the review map built
	@test -f api/web/built/index.html || { echo "the review map is not built: install Node 20.19 or newer" >&2; exit 1; }
	$(RUN)/uv build --wheel --quiet

check: setup-test format lint types contracts test ## formatting, lint, strict types, import contracts, tests

format:
	$(RUN)/ruff format --check .
lint:
	$(RUN)/ruff check .
types:
	$(RUN)/basedpyright
contracts:
	$(RUN)/lint-imports --no-cache

bench: setup-test ## cost against buildings, times of the stages
	$(RUN)/python benchmarks/scale.py

bench-engine: setup-test ## ours beside the peers, one table; ARGS="grids --sample 20" for less
	scripts/bench-peers
	$(RUN)/python -m benchmarks.engine $(ARGS)

faults: setup-test ## kills at random points, many at once; ARGS="--runs 20 --rounds 100" for less
	nice $(RUN)/python -m tests.suites.faults $(ARGS)

fuzz: setup-test ## hostile and damaged files over HTTP; ARGS="--files 500 --traced 50" for less
	nice $(RUN)/python -m tests.suites.fuzz $(ARGS)

load: setup-test ## requests a second, idle and beside a run; ARGS="--seconds 10" for less
	$(RUN)/python -m tests.suites.load $(ARGS)

lock: ## after a change of dependencies in pyproject.toml; what is installed is what is tested (-c)
	$(RUN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -o requirements.lock
	$(RUN)/uv pip compile -q pyproject.toml --group dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -o requirements-dev.lock

screenshots: setup-test ## every screen, large and small, zh and en, light and dark: out/screens
	$(RUN)/python -m tests.browser.screens --guide

clean:
	rm -rf out build dist .pytest_cache .ruff_cache .hypothesis
