# make rehearse   the whole pipeline for real, on this machine          make check   linters, types, fast tests (no engine)
# make test       check + contract tests + the rehearsal, asserted      make bench   figures: ratios, medians, memory
# make rehearse-examples   the same for each system of examples/ (EXAMPLE=psn QUICK=1)
# make soak       100,000 random lives of a project (SEQUENCES=…); make check tries 100, make test 2,000
# make docs       write the pages of docs/ that are made from the code
# make wheel      the installable command, in build/wheel               make lock    lock files again (UPGRADE=1: newer)
# Everything a fresh machine lacks is fetched by the first of them that needs it. PYTHON=… names another interpreter.

PYTHON ?= python3
BIN := .venv/bin
export PYTHON

.PHONY: help setup rehearse rehearse-examples check test docs soak bench wheel lock clean
help:
	@sed -n 's/^# //p' Makefile

setup: .venv/.ready
.venv/.ready: requirements/dev.txt requirements/rehearsal.txt tools/setup
	@tools/setup

rehearse: setup
	@$(BIN)/python -m release rehearse $(if $(KEEP),--keep) $(if $(STEPS),--steps $(STEPS)) $(if $(QUICK),--quick) $(if $(STOP),--stop $(filter-out 1,$(STOP)))

# Each example as a repository of its own: release init, release rehearse. EXAMPLE=psn for one; QUICK=1 for a short story.
rehearse-examples: setup
	@$(BIN)/python -m tools.examples $(if $(QUICK),--quick) $(EXAMPLE)

CHECKS := check-format check-types check-layers check-docker check-template check-settings check-shell check-workflows \
	check-unit
.PHONY: $(CHECKS) lint-workflows
check: setup
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target --keep-going $(CHECKS)
	@echo "make check: all $(words $(CHECKS)) checks passed"
check-format:
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
check-types:
	@$(BIN)/mypy
check-layers:
	@$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache
check-docker:
	@$(BIN)/hadolint function/Dockerfile $$(find examples -name Dockerfile)
check-template:
	@$(BIN)/cfn-lint template.yaml pipeline.yaml examples/*/template.yaml
	@SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-west-1 $(BIN)/python tools/tool sam validate --lint >/dev/null
check-settings:
	@$(BIN)/check-jsonschema --quiet --check-metaschema docs/*.schema.json
	@$(BIN)/check-jsonschema --quiet --schemafile docs/release-toml.schema.json release.toml
check-shell:
	@$(BIN)/shellcheck tools/setup tools/lock .github/actions/setup/install release/adoption/vendored/install .ci/run rehearsal/github/programs/ask-github \
		rehearsal/github/programs/gh rehearsal/github/programs/own/make
check-workflows lint-workflows:
	@$(BIN)/python -m workflowlint
check-unit:
	@$(BIN)/python -m pytest --quiet --numprocesses=auto --dist=worksteal tests/unit tests/function

LIVES := tests/unit/deployments/test_any_sequence.py
# What takes the whole machine is run alone, one after the other; emulators and fakes beside each other.
MACHINE := engine or rehearsal or scanner
test: check
	@SEQUENCES=2000 $(BIN)/python -m pytest --quiet --numprocesses=auto $(LIVES)
	@$(BIN)/python -m pytest --quiet --numprocesses=auto --dist=loadscope -m "not ($(MACHINE))" tests/contract tests/lint tests/e2e
	@$(BIN)/python -m pytest -m "$(MACHINE)" tests/contract tests/e2e

# The images of dist/ in the runtime emulator, as Lambda will start them.
check-images: setup
	@IMAGES_DIST=dist $(BIN)/python -m pytest --quiet tests/e2e/test_images.py

# The pages of docs/ that are made from the code.
docs: setup
	@$(BIN)/python -m tools.pages

SEQUENCES ?= 100000
soak: setup
	@SEQUENCES=$(SEQUENCES) $(BIN)/python -m pytest --quiet --numprocesses=auto $(LIVES)

bench: setup
	@$(BIN)/python -m bench

# What is in the working tree, under the version that git describes.
wheel: setup
	@rm -rf build/wheel
	@$(BIN)/python -m hatchling build --target wheel --directory build/wheel

lock:
	@tools/lock

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
