# Every target works in a virtual environment, .venv, and makes it where there is none;
# test-oldest in one of its own, with the oldest versions that setup.cfg declares.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help compare test test-oldest lint docs

help:  ## list the targets
	@echo "targets (each installs what it needs into .venv):"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s  %s\n", $$1, $$2}' Makefile

compare: $(INSTALLED)  ## compare the models on the published challenge; results in comparison/
	@echo "== compare: classical models and a network on the published challenge"
	$(BIN)/skspectra compare --output comparison

lint: $(INSTALLED)  ## check style, format and spelling
	@echo "== lint: ruff check, ruff format --check, codespell"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

docs: $(INSTALLED)  ## build the documentation, gallery included, into doc/_build/html
	@echo "== docs: sphinx-build, warnings are errors"
	$(BIN)/sphinx-build -W --keep-going -q -b html doc doc/_build/html
	@echo "open doc/_build/html/index.html"

test: $(INSTALLED)  ## run the tests and the doctests
	@echo "== test: pytest with all doctests"
	$(BIN)/python -m pytest

test-oldest: .venv-oldest/.installed  ## run the tests with the oldest supported versions
	@echo "== test-oldest: pytest with the versions of constraints-oldest.txt"
	.venv-oldest/bin/python -m pytest

.venv/.installed: CONSTRAINTS = constraints.txt
.venv/.installed: EXTRAS = plot,test,lint,doc
.venv-oldest/.installed: CONSTRAINTS = constraints-oldest.txt
.venv-oldest/.installed: EXTRAS = plot,test

%/.installed: setup.cfg constraints.txt constraints-oldest.txt
	@echo "== install: skspectra into $*, at the versions of $(CONSTRAINTS) (minutes)"
	test -x $*/bin/python || $(PYTHON) -m venv $*
	$*/bin/python -m pip install --quiet -c $(CONSTRAINTS) -e ".[$(EXTRAS)]"
	@touch $@
