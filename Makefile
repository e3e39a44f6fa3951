# Two commands on a fresh machine: `make demo` and `make test`. Both make .venv from a lock with hashes, once.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# uv installs in a tenth of pip's time, but does not read pip's settings: `make INSTALLER=pip ...` is for who needs these.
INSTALLER ?= uv
INSTALL_uv := VIRTUAL_ENV='$(CURDIR)/$(VENV)' $(BIN)/uv pip install --quiet
INSTALL_pip := $(PIP) install
INSTALL = $(or $(INSTALL_$(INSTALLER)),$(error INSTALLER is uv or pip))
# Tools for the page's JavaScript, which itself needs none: `make NPM= test` does without them.
NPM ?= npm
TEST_WORKERS ?= 4
NODE_BIN := node_modules/.bin
NODE_REPORT := node_modules/.test-report
PAGE := analytics/review/static/*.js analytics/review/static/*.ts tests/javascript eslint.config.js
# More than there are processors: tests wait for browsers and other processes. A file to a worker: what its tests share is
# made once.
PYTEST = $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile
OLDER_DUCKDB = $(CURDIR)/$(VENV)/duckdb-1.5
# Some tests of the store once more on DuckDB 1.5; `make test-slow` runs all of them, and some of the page.
ON_OLDER_DUCKDB = PYTHONPATH='$(OLDER_DUCKDB)' $(BIN)/python -c 'import duckdb; v = duckdb.__version__; \
	assert v.startswith("1.5."), v; print("Once more, on DuckDB", v)' && \
	PYTHONPATH='$(OLDER_DUCKDB)' $(PYTEST) -q -m 'not once and not slow'
UV_COMPILE = uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-emit-index-url \
	--no-emit-find-links --no-annotate --no-header --python-version 3.11

# Where it is set, every process of a test compiles each module again, which doubles the time of all of them.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test test-slow test-versions check check-page peers reading-peers speed accuracy lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/.run-ready  ## import sample_data/ into demo-output/ and show its nights
	@$(BIN)/nightkick demo

test: check $(VENV)/.duckdb-1.5-ready  ## everything that has to be true
	@$(PYTEST) -m 'not slow'
	@$(ON_OLDER_DUCKDB) tests/analytics/store/test_views.py tests/analytics/store/test_saving.py \
		tests/analytics/store/database/test_database.py

test-slow: $(VENV)/.test-ready $(VENV)/.duckdb-1.5-ready  ## what `make test` leaves out because it takes long, with many kills and many examples
	@KILLS=20 EXAMPLES=400 $(PYTEST) -m 'slow or drawn'
	@$(ON_OLDER_DUCKDB) tests/analytics/store --deselect tests/analytics/store/edits \
		--deselect tests/analytics/store/over_nights --deselect tests/analytics/store/test_forgetting.py \
		tests/analytics/review/test_same_numbers.py tests/analytics/review/queue

RESOLUTIONS ?= lowest-direct highest
test-versions:  ## all tests on the lowest and on the newest versions that the bounds allow (needs a package registry, half an hour)
	@for resolution in $(RESOLUTIONS); do \
		echo "All tests on the $$resolution versions" && \
		place=$$(mktemp -d) && trap 'rm -rf "$$place"' EXIT && \
		$(PYTHON) -m venv "$$place/uv" && "$$place/uv/bin/python" -m pip --disable-pip-version-check -qq install uv && \
		$(PYTHON) -m venv "$$place/venv" && \
		"$$place/uv/bin/uv" pip compile --quiet --resolution $$resolution --extra dask --group test \
			pyproject.toml requirements/build.in -o "$$place/versions.txt" >/dev/null && \
		"$$place/uv/bin/uv" pip install --quiet --python "$$place/venv/bin/python" -r "$$place/versions.txt" && \
		"$$place/uv/bin/uv" pip install --quiet --python "$$place/venv/bin/python" --no-deps --no-build-isolation -e . && \
		"$$place/venv/bin/python" -m pytest -n $(TEST_WORKERS) --dist loadfile || exit 1; \
	done

check: $(VENV)/.test-ready  ## style, types, layers
	@$(BIN)/ruff check --no-cache .  # its cache does not notice a module that has appeared since
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@if command -v "$(NPM)" >/dev/null; then $(MAKE) --no-print-directory check-page; \
		else echo "npm is not here: the page's JavaScript is not checked"; fi

check-page: node_modules/.ready  ## style, types and unit tests of the page's JavaScript (needs npm)
	@$(NODE_BIN)/tsc
	@$(NODE_BIN)/eslint .
	@$(NODE_BIN)/prettier --check --log-level warn $(PAGE)
	@node --test tests/javascript/*.test.js >$(NODE_REPORT) || { cat $(NODE_REPORT); exit 1; }

peers: $(VENV)/.test-ready  ## tests against other scoring tools, which are in no lock (needs a package registry)
	@peers=$$(mktemp -d) && trap 'rm -rf "$$peers"' EXIT && \
	$(PIP) install --no-deps --target "$$peers" psgscoring==0.37.0 && \
	PYTHONPATH="$$peers" $(BIN)/python -m pytest -rA tests/analytics/scoring/test_psgscoring.py

reading-peers: $(VENV)/.run-ready  ## reading speed beside other readers, which are in no lock (needs a package registry)
	@peers=$$(mktemp -d) && trap 'rm -rf "$$peers"' EXIT && \
	$(PIP) install --target "$$peers" actfast==1.3.0 cwa-reader-rs==0.5.0 scikit-digital-health==0.17.18 \
		pygt3x==0.7.1 garmin-fit-sdk==21.218.0 fitdecode==0.11.0 fitfast==0.1.0 && \
	$(BIN)/python -m benchmarks.reading --peers "$$peers"

# A peer that the registry does not have is named in the document: the others are measured all the same.
speed: $(VENV)/.run-ready  ## all figures of speed and memory into docs/speed.md (needs a package registry, an hour; QUICK=1: minutes)
	@peers=$$(mktemp -d) && trap 'rm -rf "$$peers"' EXIT && \
	for peer in actfast==1.3.0 cwa-reader-rs==0.5.0 scikit-digital-health==0.17.18 pygt3x==0.7.1 \
		garmin-fit-sdk==21.218.0 fitdecode==0.11.0 fitfast==0.1.0; do \
		$(PIP) install --upgrade --target "$$peers" $$peer || echo "$$peer cannot be had"; \
	done; \
	$(BIN)/python -m benchmarks.speed --peers "$$peers" $(if $(QUICK),--quick)

ACCURACY_JOBS ?= 2
ifdef NIGHTS
accuracy: $(VENV)/.run-ready  ## NIGHTS=DIR: found against true on hard nights; SERIES=N puts the tables into docs/accuracy.md
	@$(BIN)/python -m benchmarks.hard_nights "$(NIGHTS)" --jobs $(ACCURACY_JOBS) \
		$(if $(SERIES),--series $(SERIES) --document docs/accuracy.md)
else
accuracy: $(VENV)/.run-ready  ## the evaluation on held-out nights, with its pictures (needs a package registry, minutes)
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PIP) install --target "$$tools" matplotlib==3.11.2 && \
	PYTHONPATH="$$tools" $(BIN)/python -m benchmarks.accuracy --pictures docs/images --document docs/accuracy.md
endif

lock:  ## resolve the dependencies again (needs a package registry)
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PYTHON) -m venv "$$tools" && "$$tools/bin/python" -m pip --disable-pip-version-check -qq install uv && \
	PATH="$$tools/bin:$$PATH" && \
	$(UV_COMPILE) --upgrade -c requirements/constraints.txt pyproject.toml requirements/build.in \
		-o requirements/run.lock >/dev/null && \
	$(UV_COMPILE) --upgrade --extra dask --group test -c requirements/run.lock pyproject.toml requirements/build.in \
		-o requirements/test.lock >/dev/null && \
	echo 'duckdb>=1.5.5,<1.6' | $(UV_COMPILE) --upgrade - -o requirements/duckdb-1.5.lock >/dev/null && \
	echo uv | $(UV_COMPILE) --upgrade - -o requirements/installer.lock >/dev/null
	@if command -v "$(NPM)" >/dev/null; then $(NPM) install --package-lock-only --silent && node -e $(WITHOUT_LINKS); \
		else echo 'npm is not here: package-lock.json stays as it is'; fi
	@if grep -n '://' requirements/*.lock package-lock.json; then echo 'a lock must not name an address'; exit 1; fi

# npm copies links for donations into its lock.
WITHOUT_LINKS = 'const fs = require("fs"), name = "package-lock.json", lock = JSON.parse(fs.readFileSync(name)); \
	for (const pin of Object.values(lock.packages)) delete pin.funding; \
	fs.writeFileSync(name, JSON.stringify(lock, null, 2) + "\n")'

clean:  ## remove what these commands made
	rm -rf $(VENV) node_modules demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The locks are complete, so nothing is resolved again, and the project itself is installed with the build tools from
# the lock instead of fetched ones.
$(VENV)/.run-ready: requirements/run.lock pyproject.toml | $(VENV)/.made
	@echo 'Installing what nightkick needs into $(VENV) (seconds, a minute with pip; once)'
	@$(INSTALL) --no-deps --require-hashes -r $< || { $(HINT); exit 1; }
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-ready: requirements/test.lock pyproject.toml | $(VENV)/.made
	@echo 'Installing nightkick and the test tools into $(VENV) (seconds, two minutes with pip; once)'
	@$(INSTALL) --no-deps --require-hashes -r $< || { $(HINT); exit 1; }
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run-ready

$(VENV)/.duckdb-1.5-ready: requirements/duckdb-1.5.lock | $(VENV)/.made
	@$(INSTALL) --no-deps --require-hashes --upgrade --target '$(OLDER_DUCKDB)' -r $<
	@touch $@

node_modules/.ready: package-lock.json package.json .npmrc
	@echo "Installing the tools for the page's JavaScript into node_modules (seconds; once)"
	@$(NPM) ci --silent || { echo 'npm could not install them; without: make NPM= test'; exit 1; }
	@touch $@

HINT = echo 'uv could not install it; where pip has settings of its own (a mirror, a proxy): make INSTALLER=pip demo'

$(VENV)/.made: requirements/installer.lock
	@command -v $(PYTHON) >/dev/null || { echo 'no $(PYTHON) here: install Python 3.11 or newer'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo '$(PYTHON) is older than 3.11: name a newer one, e.g. make PYTHON=python3.12 demo'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo '$(PYTHON) cannot make environments: install its venv package (Debian: python3-venv)'; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@test $(INSTALLER) = pip || $(PIP) install --no-deps --require-hashes -r $<
	@touch $@
