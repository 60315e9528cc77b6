# The front door. `make` lists what there is; nothing here needs more than make and Python 3.11-3.13.
# Written for GNU make 3.81 (macOS) and later.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
PY := $(VENV)/bin/python
BENCH ?= pipeline
# Processes that share the tests.
JOBS ?= 2

# A second thread in each of several processes makes all of them slower.
export OMP_NUM_THREADS := 1
export PYTHONPATH := $(CURDIR)/include:$(CURDIR)/plugins

# The GPU half of torch: gigabytes that this product never uses, so the lock does not name them.
GPU := cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc \
	nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver \
	nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx triton
LOCK := --universal --python-version 3.11 --custom-compile-command 'make lock' --no-emit-find-links --quiet

.PHONY: help demo dataset up down status reset test lint lock bench pictures docs clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/.installed ## send a real table through the whole chain; Airflow stays up afterwards
	@$(PY) -m headwater.local demo

# What is asked for goes through the environment: a URL may hold signs that a shell would read.
dataset: export SOURCE := $(SOURCE)
dataset: export NAME := $(NAME)
dataset: export OWNER := $(OWNER)
dataset: $(VENV)/.installed ## propose a spec: SOURCE=file|connection#table|url#table NAME=name; FORCE=1 replaces one
	@$(PY) -m headwater.local dataset --source "$$SOURCE" --name "$$NAME" --owner "$$OWNER" \
		$(if $(filter 1 y yes,$(FORCE)),--force)

up: $(VENV)/.installed ## start Postgres and Airflow
	@$(PY) -m headwater.local up

down: $(VENV)/.installed ## stop what `make up` or `make demo` started
	@$(PY) -m headwater.local down

status: $(VENV)/.installed ## show what runs
	@$(PY) -m headwater.local status

reset: $(VENV)/.installed ## delete all state below var/ (asks first; YES=1 does not)
	@$(PY) -m headwater.local reset $(if $(filter 1 y yes,$(YES)),--yes)

test: lint ## lint, types, import rules and all tests, by JOBS=2 processes
	@$(PY) -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder

lint: $(VENV)/.installed-dev ## style, types and import rules
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy include dags plugins benchmarks
	@$(VENV)/bin/lint-imports

bench: $(VENV)/.installed-dev ## measure; BENCH=pipeline or another file of benchmarks/
	@$(PY) -m benchmarks.$(BENCH)

pictures: $(VENV)/.installed-dev ## take the screenshots of docs/pictures anew, by the browser tests themselves
	@HEADWATER_PICTURES=$(CURDIR)/docs/pictures $(PY) -m pytest -q tests/plugins tests/integration/test_operator_in_browser.py \
		tests/integration/test_people_decide_on_airflow.py -k "picture or operator or vain"

# A page is replaced when it is whole: a module that fails leaves the old one.
docs: $(VENV)/.installed ## write the pages that are made from code: the specs' JSON Schema, data model, DAGs
	@$(PY) -m headwater.spec > docs/dataset.schema.json.new
	@mv docs/dataset.schema.json.new docs/dataset.schema.json
	@$(PY) -m headwater.ledger.describe > docs/data_model.md.new
	@mv docs/data_model.md.new docs/data_model.md
	@$(PY) -m headwater.orchestration.describe > docs/dags.md.new
	@mv docs/dags.md.new docs/dags.md

lock: $(VENV)/.installed ## pin every dependency anew (the only command that needs uv: it installs it)
	@$(PY) -m pip install --quiet uv
	@$(WITH_LINKS) $(PY) -m uv pip compile requirements.in -o requirements.txt $(LOCK) $(GPU:%=--no-emit-package %)
	@$(WITH_LINKS) $(PY) -m uv pip compile requirements-celery.in -o requirements-celery.txt $(LOCK) --no-annotate
	@$(WITH_LINKS) $(PY) -m uv pip compile requirements-dev.in -o requirements-dev.txt $(LOCK) $(GPU:%=--no-emit-package %)

clean: ## delete caches of the tools; var/ and .venv/ stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find include dags plugins tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# uv does not read pip's settings; it must look for wheels in the same places.
WITH_LINKS = $(if $(PIP_FIND_LINKS),UV_FIND_LINKS="$${UV_FIND_LINKS:-$(PIP_FIND_LINKS)}")

# -- the virtual environment -------------------------------------------------------------------------------------------
# The stamp is removed before an installation and written after it: a half-made environment never counts as done. One
# without a stamp is made anew. PYTHON=... names the interpreter; else the first that is 3.11-3.13 and can make one.

# All cores compile what pip has installed, which by itself compiles one file after another; the few packages of tests
# and linters it may. Some packages hold templates that are no Python of this version: like pip, this leaves them.
INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check
COMPILE = $(PY) -m compileall -qq -j 0 $(VENV)/lib || true

FIND_PYTHON = for candidate in $(if $(PYTHON),"$(PYTHON)",python3.11 python3.12 python3.13 python3 python); do \
	if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		>/dev/null 2>&1; then found="$$candidate"; break; fi; done

$(VENV)/.installed: requirements.txt
	@set -e; found=; $(FIND_PYTHON); \
	if [ -z "$$found" ]; then \
		echo "No Python 3.11, 3.12 or 3.13 with the modules venv and ensurepip was found $(if $(PYTHON),as '$(PYTHON)',on PATH)." >&2; \
		echo "Cure: install one (on Debian and Ubuntu also python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi; \
	if [ ! -e $@ ]; then \
		echo "creating $(VENV) with $$found (once; it takes a minute or two)"; \
		"$$found" -m venv --clear $(VENV); \
	else \
		echo "requirements.txt has changed: bringing $(VENV) up to date"; \
	fi; \
	rm -f $@ $@-dev; \
	$(INSTALL) --no-compile -r requirements.txt; \
	$(COMPILE); \
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "installing what the tests and linters need"
	@rm -f $@
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
