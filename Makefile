# `make lab` to learn, `make test` to check a change, `make help` for the rest. Needs Python 3.11 or newer with venv, git
# and make; everything else goes into .venv, which is built again when the lock or the library's settings change.
PYTHON ?= python3
VENV ?= .venv
ROLE ?= learner
# The environment's programs come first: nbgrader calls `alembic` by name.
export PATH := $(abspath $(VENV))/bin:$(PATH)

.PHONY: help lab env env-teach env-dev test fast unit lint format coverage lessons site pictures bench mutants rates cases measure

help: ## list these commands
	@sed -nE 's/^([a-z-]+):.*## (.+)/make \1~\2/p' Makefile | awk -F~ '{ printf "%-16s %s\n", $$1, $$2 }'

lab: $(if $(filter instructor,$(ROLE)),env-teach,env) ## open the lessons in JupyterLab; ROLE=instructor keeps the instructor's tabs
	python -m appraise lab $(if $(filter instructor,$(ROLE)),--instructor) $(LAB_ARGS)

env: $(VENV)/built ## build what `make lab` needs
env-teach: $(VENV)/built-teach ## add what grading and authoring need
env-dev: $(VENV)/built-dev ## add what the tests need

$(VENV)/built: requirements.txt pyproject.toml
	@$(PYTHON) .ci/environment.py $(VENV) learner

$(VENV)/built-teach: requirements.txt pyproject.toml
	@$(PYTHON) .ci/environment.py $(VENV) teach

$(VENV)/built-dev: requirements.txt pyproject.toml
	@$(PYTHON) .ci/environment.py $(VENV) dev

test: lint ## run every check that this machine can run
	pytest $(TEST_ARGS)

fast: lint unit ## lint, and the tests that take seconds

unit: env-dev ## the tests that take seconds, alone
	pytest -m "not slow" -n 2 --dist loadscope $(TEST_ARGS)

lint: env-dev ## style and types
	ruff check .
	ruff format --check .
	mypy
	lint-imports

# Notebooks are made from their sources, and one that a formatter changed would stop `make lessons`: CONTRIBUTING.md.
format: env-dev ## put the code into the project's style
	ruff format --exclude '*.ipynb' .
	ruff check --fix --exclude '*.ipynb' .

coverage: env-dev ## print what part of the library the tests run; subprocesses are not counted
	pytest --cov=appraise --cov-report=term $(TEST_ARGS)

lessons: env-teach ## make lessons, packs and keys from solutions/
	python -m appraise lessons

site: env-dev ## make a copy of the lessons to read without Jupyter
	python -m appraise site

pictures: env-dev ## take the pictures of the README anew, from the lessons in Chromium
	python -m tests.browser.pictures

cases: env-dev ## measure the unseen cases against their bars
	python -m appraise cases measure

measure: env-dev ## measure what the lessons ask of a learner against the asked values
	python -m tests.measures

bench: env-dev ## measure; BENCH=grading runs that measurement alone
	python -m tests.bench $(BENCH)

mutants: env-dev ## break the library on purpose and see whether a test notices
	python -m tests.mutants

rates: env-dev ## how often wrong answers are recognised, in the bank and in the hostile class
	python -m tests.rates --hostile --rearranged
