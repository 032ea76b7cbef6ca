# `make lab` to learn, `make test` to check a change. Needs Python 3.11 or newer with venv, git and make;
# everything else goes into .venv, which is built again when the lock or the library's settings change.
PYTHON ?= python3
ROLE ?= learner
# The environment's programs come first: nbgrader calls `alembic` by name.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: lab env test lessons site bench mutants rates pictures

lab: env
	python -m appraise lab $(if $(filter instructor,$(ROLE)),--instructor) $(LAB_ARGS)

env: .venv/built

.venv/built: requirements.txt pyproject.toml
	@$(PYTHON) -c "$$CAN_BUILD"
	@echo "Building the environment in .venv: some minutes the first time"
	rm -rf .venv && $(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet -r requirements.txt -e . && touch $@

test: env
	ruff check . && ruff format --check . && mypy && pytest $(TEST_ARGS)

lessons: env
	python -m appraise lessons

site: env
	python -m appraise site

pictures: env
	python -m tests.browser.pictures

bench: env
	python -m tests.bench $(BENCH)

mutants: env
	python -m tests.mutants

rates: env
	python -m tests.rates --hostile

define CAN_BUILD
import importlib.util, sys
version = "%d.%d" % sys.version_info[:2]
if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed, and this is %s. Name another: make PYTHON=python3.11" % version)
if importlib.util.find_spec("ensurepip") is None:
    sys.exit("Python's venv is incomplete here. On Debian or Ubuntu: apt-get install python%s-venv" % version)
endef
export CAN_BUILD
