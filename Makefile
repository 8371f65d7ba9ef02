# `make demo` shows the main job, `make test` proves it. Each sets itself up; nothing is installed outside the checkout
# but the system packages that scripts/setup.sh names.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# One more than two processors: a test that waits for Terraform, for a browser, or for an interrupted apply needs none.
PROCESSES ?= 3
TERRAFORM = $${GROUNDCTL_TERRAFORM:-$$(command -v terraform || echo $(BIN)/gt-terraform)}

.PHONY: help setup bootstrap demo e2e-demo test decision-table chaos mutants update-snapshots preview-comments readme-images check docs format lock bench release-check release-build release-test release-publish

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: .venv/.ready ## make the virtual environment from the lock

.venv/.ready: requirements.lock pyproject.toml scripts/setup.sh
	PYTHON=$(PYTHON) scripts/setup.sh
	@touch $@

bootstrap: setup ## make the bucket for Terraform's state: make bootstrap ENVIRONMENT=production.us-east-1
	@test -n "$(ENVIRONMENT)" || { echo 'Which one? make bootstrap ENVIRONMENT=production.us-east-1' >&2; exit 2; }
	PYTHONPATH=scripts $(BIN)/python -m groundctl_bootstrap "$(ENVIRONMENT)"

demo: setup ## rehearse the declarations in jobs/ against the simulator; without any, three samples
	$(BIN)/groundctl demo

e2e-demo: setup ## walk one pull request through its life cycle: real workflows, simulated AWS, emulated GitHub (2 minutes)
	scripts/install_github_emulator.sh
	PYTHONPATH=tests $(BIN)/python -m e2e_demo

test: setup ## every test; some look at pages in Chromium, which is installed where that is possible
	scripts/install_browser.sh
	scripts/install_github_emulator.sh
	scripts/install_editor_servers.sh
	PYTHONUTF8=1 $(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

decision-table: setup ## play every row of the approval table with the real workflow files; comments in .build/decision-table/ (10 minutes)
	scripts/install_github_emulator.sh
	DECISION_TABLE=all DECISION_TABLE_COMMENTS=1 $(BIN)/python -m pytest -q -n $(PROCESSES) tests/decision_table/test_rows_by_workflows.py

chaos: setup ## play fault histories, as many as asked: make chaos HISTORIES=1000 SEED=1
	PYTHONPATH=tests $(BIN)/python -m chaos --histories $(or $(HISTORIES),300) --seed $(or $(SEED),1) $(OPTIONS)

mutants: setup ## take away each guard against buying twice or without approval, and see its test fail (minutes)
	PYTHONPATH=tests $(BIN)/python -m mutants

update-snapshots: setup ## regenerate the expected files of tests/snapshots; then review the diff
	UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest -q tests/contract/test_cases.py tests/contract/test_comments.py

preview-comments: setup ## render the comments of tests/snapshots as GitHub does: pages and images in .build/comments/
	scripts/install_browser.sh
	PYTHONPATH=tests $(BIN)/python -m support.github.preview_comments

readme-images: setup ## take the images of README.md, .github/images/*.png, from a snapshot and the demo
	scripts/install_browser.sh
	$(BIN)/groundctl demo
	PYTHONPATH=tests $(BIN)/python -m support.readme_images

check: setup ## check style, types, import layers, dead code, Terraform, and the declarations in jobs/
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/unit/test_import_law.py tests/unit/test_sizes.py tests/unit/test_dead_code.py
	$(TERRAFORM) fmt -check -recursive terraform
	scripts/check_terraform.sh
	test ! -d jobs || $(BIN)/groundctl validate

docs: setup ## renew the tables of inputs and outputs in terraform/, and the reference of all commands
	PYTHONPATH=tests $(BIN)/python -m support.terraform.readme_tables
	PYTHONPATH=tests $(BIN)/python -m support.command_reference

lock: ## regenerate requirements.lock from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--extra simulator --extra dev --quiet --output-file requirements.lock pyproject.toml

format: setup ## fix what the linter and the formatter can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure performance goals as ratios to other tools, which it installs into .bench/
	PYTHONPATH=tests $(BIN)/python -m bench

# The steps of .github/workflows/release.yml. TAG is the tag that started it; by hand: make release-check TAG=v0.1.0
TAG ?= $(GITHUB_REF_NAME)
VERSION = $(patsubst v%,%,$(TAG))

release-check: setup ## compare a tag with the version of the package and CHANGELOG.md
	PYTHONPATH=scripts $(BIN)/python -m release check "$(TAG)"

release-build: setup ## build the wheel and the source archive into dist/, with the hatchling of the lock
	rm -rf dist
	$(BIN)/hatchling build
	PYTHONPATH=scripts $(BIN)/python -m release notes "$(TAG)" > dist/NOTES.md

release-test: setup ## install the built wheel in an environment of its own, and play it
	VERSION="$(VERSION)" scripts/release/test_wheel.sh dist

release-publish: ## make the release of a tag on GitHub, with its files and notes (needs gh and GITHUB_TOKEN)
	gh release create "$(TAG)" --verify-tag --title "groundctl $(VERSION)" --notes-file dist/NOTES.md dist/groundctl-*
