# Two commands on a fresh machine: `make demo` and `make test`. Both make .venv from a lock with hashes, once.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
UV_COMPILE = uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-emit-index-url \
	--no-emit-find-links --no-annotate --no-header --python-version 3.11

.PHONY: demo test check peers reading-peers accuracy lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/.run-ready  ## import sample_data/ into demo-output/ and show its nights
	@$(BIN)/nightkick demo

test: check  ## everything that has to be true
	@$(BIN)/python -m pytest -n auto --maxprocesses 4

check: $(VENV)/.test-ready  ## style, types, layers
	@$(BIN)/ruff check --no-cache .  # its cache does not notice a module that has appeared since
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

peers: $(VENV)/.test-ready  ## tests against other scoring tools, which are in no lock (needs a package registry)
	@peers=$$(mktemp -d) && trap 'rm -rf "$$peers"' EXIT && \
	$(PIP) install --no-deps --target "$$peers" psgscoring==0.37.0 && \
	PYTHONPATH="$$peers" $(BIN)/python -m pytest -rA tests/rules/test_psgscoring.py

reading-peers: $(VENV)/.run-ready  ## reading speed beside other readers, which are in no lock (needs a package registry)
	@peers=$$(mktemp -d) && trap 'rm -rf "$$peers"' EXIT && \
	$(PIP) install --target "$$peers" actfast==1.3.0 cwa-reader-rs==0.5.0 scikit-digital-health==0.17.18 \
		pygt3x==0.7.1 garmin-fit-sdk==21.218.0 fitdecode==0.11.0 fitfast==0.1.0 && \
	$(BIN)/python -m benchmarks.reading --peers "$$peers"

accuracy: $(VENV)/.run-ready  ## the evaluation on held-out nights, with its pictures (needs a package registry, minutes)
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PIP) install --target "$$tools" matplotlib==3.11.2 && \
	PYTHONPATH="$$tools" $(BIN)/python benchmarks/accuracy.py --pictures docs/images --document docs/accuracy.md

lock:  ## resolve the dependencies again (needs a package registry)
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PYTHON) -m venv "$$tools" && "$$tools/bin/python" -m pip --disable-pip-version-check -qq install uv && \
	PATH="$$tools/bin:$$PATH" && \
	$(UV_COMPILE) --upgrade -c requirements/constraints.txt pyproject.toml requirements/build.in \
		-o requirements/run.lock >/dev/null && \
	$(UV_COMPILE) --upgrade --extra dask --group test -c requirements/run.lock pyproject.toml requirements/build.in \
		-o requirements/test.lock >/dev/null
	@if grep -n '://' requirements/*.lock; then echo 'a lock must not name an address'; exit 1; fi

clean:  ## remove what these commands made
	rm -rf $(VENV) demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The locks are complete, so pip is told not to resolve again (older ones trip over it), and the project itself
# is installed with the build tools from the lock instead of fetched ones.
$(VENV)/.run-ready: requirements/run.lock pyproject.toml | $(VENV)/.made
	@echo 'Installing what nightkick needs into $(VENV) (about a minute, once)'
	@$(PIP) install --no-deps --require-hashes -r $<
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-ready: requirements/test.lock pyproject.toml | $(VENV)/.made
	@echo 'Installing nightkick and the test tools into $(VENV) (about a minute, once)'
	@$(PIP) install --no-deps --require-hashes -r $<
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run-ready

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo 'no $(PYTHON) here: install Python 3.11 or newer'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo '$(PYTHON) is older than 3.11: name a newer one, e.g. make PYTHON=python3.12 demo'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo '$(PYTHON) cannot make environments: install its venv package (Debian: python3-venv)'; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@
