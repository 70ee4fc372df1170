# Every target works in a virtual environment of its own, .venv, and makes it where there is none.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help compare test lint docs

help:  ## list the targets
	@echo "targets (each installs what it needs into .venv):"
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s  %s\n", $$1, $$2}' Makefile

compare: $(INSTALLED)  ## compare the models on the published challenge; results in comparison/
	@echo "== compare: classical models and a network on the published challenge"
	$(BIN)/skspectra compare --output comparison

lint: $(INSTALLED)  ## check style and format with ruff
	@echo "== lint: ruff check, ruff format --check"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

docs: $(INSTALLED)  ## build the documentation, gallery included, into doc/_build/html
	@echo "== docs: sphinx-build, warnings are errors"
	$(BIN)/sphinx-build -W --keep-going -q -b html doc doc/_build/html
	@echo "open doc/_build/html/index.html"

test: $(INSTALLED)  ## run the tests and the doctests
	@echo "== test: pytest with all doctests"
	$(BIN)/python -m pytest

$(INSTALLED): setup.cfg constraints.txt
	@echo "== install: skspectra with all extras into .venv, at the versions of constraints.txt (minutes)"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[plot,test,lint,doc]"
	@touch $@
