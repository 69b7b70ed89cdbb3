# `make play` and `make test` need make and a Python 3.11 or later, nothing else: they build their own
# environment in .venv. Without make (Windows): see the README.

.DEFAULT_GOAL := help
.PHONY: play test lint types format bench clean help FORCE

# -qq: pip's errors only. What happens is said in one plain line before it.
PIP_INSTALL = .venv/bin/python -m pip install -qq --disable-pip-version-check -c constraints.txt

# One step of a check: its name, then its output; make stops at the first that fails.
# As many test processes as there are cores, each with neighbouring tests, which share what they made;
# PYTEST_ARGS= for one.
PYTEST_ARGS ?= -n auto --dist worksteal

step = @echo "== $(1)"; .venv/bin/$(1)

# The stamps hold the path of the checkout. An environment that was moved or copied, or whose Python
# has gone, would run the wrong code or none: it is built anew.
STALE := $(shell [ "$$(cat .venv/.runtime 2>/dev/null)" = "$(CURDIR)" ] \
	&& .venv/bin/python -c '' 2>/dev/null || echo FORCE)

play: .venv/.runtime ## play; without a terminal, show the oracle playing first-block
	@if [ -t 0 ] && [ -t 1 ]; then \
		exec .venv/bin/unsanctioned play; \
	else \
		echo "No terminal: playing first-block headless, with the oracle." >&2; \
		exec .venv/bin/unsanctioned run first-block --player oracle; \
	fi

test: .venv/.dev ## everything that a change must pass
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	$(call step,pytest $(PYTEST_ARGS))
	@echo "== all passed"

lint: .venv/.dev ## layout, style and the import rule
	$(call step,ruff format --check .)
	$(call step,ruff check .)
	$(call step,lint-imports --no-logo)

types: .venv/.dev ## mypy, strict
	$(call step,mypy)

format: .venv/.dev ## lay out the code and make the safe repairs
	$(call step,ruff check --fix .)
	$(call step,ruff format .)

bench: .venv/.dev ## measure speed; reading logs beside other tools takes about ten minutes
	@.venv/bin/python -m tests.bench
	@.venv/bin/python -m tests.bench_logs

clean: ## remove the environment, the caches and what was built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1 \t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

# From scratch each time (--clear), so that a dependency that was dropped is gone here too.
.venv/.runtime: pyproject.toml constraints.txt $(STALE)
	@python=$$(PYTHON="$(PYTHON)" sh .ci/find-python) || exit 1; \
	echo "Building .venv with $$python; the first time takes about a minute." >&2; \
	"$$python" -m venv --clear .venv
	@$(PIP_INSTALL) -e .
	@echo "$(CURDIR)" > $@

.venv/.dev: .venv/.runtime
	@echo "Adding the tools for tests to .venv." >&2
	@$(PIP_INSTALL) -e '.[dev]'
	@echo "$(CURDIR)" > $@

FORCE:
