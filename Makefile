# make demo   install into .venv, run the baseline, leave table and pictures in results/demo
# make test   install what the tests need and run all of them
# make test-long  what takes longer: twenty kills, every state of a crash, clusters that lose parts
# make test-newest, make test-lowest  the built wheel with the newest packages, and with the lowest declared
# make lint   ruff and mypy
# make bench  how fast it runs here, the version before (BEFORE=COMMIT) and C++ beside it
# make bench-sweep  a sweep of a million runs with page, report and exports: time, memory, disk
# make attempts  try to make it fail, some ten thousand times; prints the table of docs/explanation/robustness.md
# make calibrate  rule out judgements by the autumn of 2021 anew, judge the claims in what is left
# make docs     the site, into build/site; warnings are errors
# make reference  write the pages of docs/reference from the code
# make derived  what follows from the source and is stale, in order; STEPS=validity that alone, CHECK=1 nothing
# make pictures  draw anew what the pictures in tests are compared with
# make notebook  run the notebook of the tutorial anew
# make validity   run claims and hindcast anew; writes docs/explanation/validity.md
# make clean  remove everything these targets made, results excepted

PYTHON ?= python3
VENV   ?= .venv
PIP     = $(VENV)/bin/python -m pip --disable-pip-version-check
DEMO    = results/demo

.DEFAULT_GOAL := help
.PHONY: help demo test chromium test-long test-newest test-lowest lint format bench bench-sweep attempts calibrate calibrated validity docs reference pictures notebook derived clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^# make /make /p' Makefile

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "panj needs Python 3.11 or newer, found: $$($(PYTHON) --version 2>&1 || echo none at $(PYTHON))." >&2; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

# Installed in place, so an edit of the source needs no second installation.
$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[lint]'
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

demo: $(VENV)/.installed
	$(VENV)/bin/panj run baseline --runs 1000 --seed 0 --out $(DEMO) --force
	@echo
	@echo "The table of outcomes is $(DEMO)/outcomes.parquet; the pictures are:"
	@ls $(DEMO)/*.png

# Two at a time, a file of tests after the other in each.
PARALLEL = -n 2 --dist loadfile
test: $(VENV)/.installed-test chromium
	$(VENV)/bin/python -m pytest $(PARALLEL)

test-long: $(VENV)/.installed-test
	$(VENV)/bin/python -m pytest -m long

# The wheel as somebody else installs it: the source is left out of the copy in which the tests run.
INSTALLED = engine scenario study analysis views/dashboard test_cli.py
test-lowest: CONSTRAINTS = --constraint build/lowest.txt
test-newest test-lowest: chromium
	rm -rf build/$@ && mkdir -p build/$@/suite
	$(PYTHON) tests/lowest.py > build/lowest.txt
	$(PYTHON) -m venv build/$@/venv
	build/$@/venv/bin/python -m pip --disable-pip-version-check install --quiet $(CONSTRAINTS) '.[test]'
	git ls-files -z tests docs pyproject.toml README.md Makefile | xargs -0 cp --parents -t build/$@/suite
	cd build/$@/suite && PYTHONPATH= ../venv/bin/python -m pytest $(PARALLEL) $(INSTALLED:%=tests/%)

# Pages are tested in a real browser: Debian's, where there is none yet and installing is possible.
chromium:
	@for name in chromium chromium-browser google-chrome chrome; do command -v $$name >/dev/null && exit 0; done; \
	  root=; test "$$(id -u)" = 0 || root='sudo -n'; \
	  if command -v apt-get >/dev/null; then \
	    $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -qq --no-install-recommends chromium; \
	  else false; fi >/dev/null 2>&1 || echo "No Chromium and none could be installed: tests of pages in a browser are skipped." >&2

lint: $(VENV)/.installed-lint
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

format: $(VENV)/.installed-lint
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

# The last release that was compiled by Numba; it takes turns with the working tree.
BEFORE ?= 5c415cc
build/before-%/.installed:
	rm -rf $(@D) && mkdir -p $(@D)/source
	git archive $* | tar -x -C $(@D)/source
	$(PYTHON) -m venv $(@D)/venv
	cd $(@D) && venv/bin/python -m pip --disable-pip-version-check install --quiet --constraint source/constraints.txt ./source
	@touch $@

bench: $(VENV)/.installed-test build/before-$(BEFORE)/.installed
	$(VENV)/bin/python -m tests.benchmarks.speed --before build/before-$(BEFORE)/venv/bin/python

bench-sweep: $(VENV)/.installed-test
	$(VENV)/bin/python -m tests.benchmarks.sweep

attempts: $(VENV)/.installed-test
	$(VENV)/bin/python -m tests.faults.attempts

calibrate: $(VENV)/.installed
	$(VENV)/bin/python -m sim.analysis.past.calibration
	$(VENV)/bin/python -m sim.analysis.past.calibration --claims

# The stored calibration is what the source yields, byte for byte.
calibrated: $(VENV)/.installed
	@before=$$(cat sim/model/calibrated.json sim/model/calibrated.npy | cksum); $(MAKE) calibrate && \
	  test "$$before" = "$$(cat sim/model/calibrated.json sim/model/calibrated.npy | cksum)" || \
	  { echo "The stored calibration differed; it is now what the source yields." >&2; exit 1; }

validity: $(VENV)/.installed
	$(VENV)/bin/python -m sim.views.reference.validity

docs: $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict

reference: $(VENV)/.installed
	$(VENV)/bin/python -m sim.cli.reference

derived: $(VENV)/.installed-docs
	$(VENV)/bin/python docs/derived.py $(if $(CHECK),--check) $(STEPS)

# Look at every one before it is committed: from then on it is what is right.
pictures: $(VENV)/.installed-test
	$(VENV)/bin/python -m pytest -q tests/views/test_pictures.py --mpl-generate-path=tests/views/baseline

notebook: $(VENV)/.installed-docs
	$(VENV)/bin/python docs/notebook.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find sim tests -name __pycache__ -type d -exec rm -rf {} +
