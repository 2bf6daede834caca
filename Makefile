# Everything a developer does, set-up included; a fresh machine needs Python 3.11+, git and make.
#
#   make rehearse   rehearse the release of examples/hello, from commit to clean install
#   make test       run the test suite
#   make check      lint, types, import contracts, documentation
#   make bench      measure Seatrial beside the tools that it is compared with
#   make lock       choose the developer dependencies anew
#   make docs       build the documentation into site/

PYTHON ?= python3
WORKERS ?= auto
TESTS ?= -m "not slow"
JOBS ?=
BIN := .venv/bin
BENCH := .benchmarks/environment
READY := .venv/.ready

# Where pip has been told of an index, uv shall ask the same one.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help setup rehearse test check bench lock docs clean

help:
	@sed -n 's/^#   //p' Makefile

setup: $(READY)

# The environment is made anew when its Python is not the one asked for, and brought up to date
# when the lock or the project's own table of dependencies has changed.
$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml
	@command -v git >/dev/null || { echo "Seatrial needs git: install it, and run make again." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Seatrial needs Python 3.11 or newer: name one, as in make test PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: install its venv package" \
	       "(Debian and Ubuntu: apt install python3-venv), and run make again." >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
	@touch $@

rehearse: $(READY)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	  $(BIN)/python examples/make_repository.py examples/hello "$$folder/hello" && \
	  $(BIN)/seatrial rehearse "$$folder/hello"

test: $(READY)
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) $(TESTS)

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(BIN)/python docs/examples.py --check
	$(BIN)/mkdocs build --quiet --strict

docs: $(READY)
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/examples.py
	$(BIN)/mkdocs build --quiet --strict

# As a user has it: installed, and byte-compiled, beside the tools it is compared with.
bench: $(BENCH)/.ready
	$(BIN)/uv pip install --quiet --python $(BENCH)/bin/python --compile-bytecode --no-deps \
	  --no-build-isolation --reinstall-package seatrial .
	$(BENCH)/bin/python -m benchmarks $(JOBS)

$(BENCH)/.ready: $(READY) requirements/bench.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(BENCH)
	$(BIN)/uv pip install --quiet --python $(BENCH)/bin/python --compile-bytecode \
	  --require-hashes --requirement requirements/bench.txt
	@touch $@

# Versions and digests only: no address of an index, no path of a machine.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade
lock: $(READY)
	$(COMPILE) pyproject.toml --all-extras --group dev --output-file requirements/dev.txt
	$(COMPILE) pyproject.toml --group bench --constraints requirements/dev.txt \
	  --output-file requirements/bench.txt
	echo uv | $(COMPILE) - --constraints requirements/dev.txt --output-file requirements/uv.txt

clean:
	rm -rf .venv .benchmarks site build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
