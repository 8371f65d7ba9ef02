# `make demo` shows the main job, `make test` proves it. Each sets itself up; nothing is installed outside the checkout
# but the system packages that scripts/setup.sh names.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup demo test check format lock bench

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready ## make the virtual environment from the lock

.venv/.ready: requirements.lock pyproject.toml scripts/setup.sh
	PYTHON=$(PYTHON) scripts/setup.sh
	@touch $@

demo: setup ## the whole main job against the simulator
	$(BIN)/groundctl demo

test: setup ## every test
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup ## lint, types, formats
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
