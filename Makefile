# Everything there is to run, a word each. Needs make and Python 3.11 or newer; the rest it gets itself.

PYTHON := .venv/bin/python
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url

.PHONY: help run test check audit lock bench

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

run: .venv/installed  ## Serve on HOST:PORT (127.0.0.1:8000)
	@$(PYTHON) manage.py serve --migrate

test: .venv/installed  ## Run the tests that need nothing but Python
	@$(PYTHON) -m pytest -q -n auto

check: .venv/installed-dev  ## Format, lint, types, import rule, missing migrations
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(PYTHON) -m pytest -q tests/architecture
	@$(PYTHON) manage.py makemigrations --check --dry-run

audit: .venv/installed-dev  ## Ask for known vulnerabilities of all that is installed
	@$(PYTHON) .ci/audit.py

bench: .venv/installed  ## Compare with other servers, and write docs/performance.md; needs npm
	@npm install --silent --no-save --no-package-lock --prefix var/bench express@5 openai@6
	@$(PYTHON) benchmarks/bench.py --write

lock: .venv/installed-dev  ## Resolve requirements*.in into exact versions
	@$(LOCK) --upgrade requirements.in --output-file requirements.txt
	@$(LOCK) --upgrade requirements-dev.in --output-file requirements-dev.txt

# The environment. Made again when Python went away, filled again when the lists changed.
.venv/installed: requirements.txt | $(PYTHON)
	@echo "Installing what the server needs ..."
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@echo "Installing what the checks need ..."
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

$(PYTHON):
	@for python in python3 python3.13 python3.12 python3.11; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		found=$$python; \
		$$python -c 'import ensurepip, venv' 2>/dev/null || continue; \
		echo "Making .venv with $$($$python --version) ..."; \
		$$python -m venv --clear .venv && exit 0; \
	done; \
	if [ -n "$$found" ]; then \
		echo "$$($$found --version) cannot make environments: its venv module is not whole." >&2; \
		echo "On Debian and Ubuntu: sudo apt install python3-venv. Then the same command again." >&2; \
	else \
		echo "There is no Python 3.11 or newer here. Install one (python.org, apt, brew), then the same command again." >&2; \
	fi; \
	exit 1
