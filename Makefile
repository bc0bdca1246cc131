# Everything runs in .venv, made on first use. `make demo` and `make test` need nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test coverage lock docs langchain mutate states train fuzz faults soak audit check format bench clean programs

# Tesseract, Chromium and LibreOffice, by apt-get. `make test` tries it, too, and says what is missing.
setup: programs

demo: .venv/.core
	$(BIN)/python examples/demo.py

test: .venv/.dev programs
	$(BIN)/python -m pytest -q -n auto --dist worksteal --durations=40 --durations-min=2

# The share of lines that the tests run; fails below the floor in pyproject.toml.
coverage: .venv/.dev programs
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[coverage]'
	$(BIN)/python -m pytest -q -n auto --cov --cov-report=term

# uv.lock: all that the extras need, on all systems. Run it when a dependency changes.
lock: .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv lock --default-index https://pypi.org/simple

# The site in out/site, and whether its links lead somewhere.
docs: .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	$(BIN)/python -m tests.site out/site

# The LangChain adapter with the newest LangChain 1.x; `make test` has the pinned one.
langchain: .venv-langchain/bin/python
	grep -v '^lang' constraints.txt > .venv-langchain/constraints.txt
	.venv-langchain/bin/python -m pip install --quiet --disable-pip-version-check --upgrade \
		-c .venv-langchain/constraints.txt -e '.[langchain,test]' langchain langchain-core
	.venv-langchain/bin/python -m pip list --disable-pip-version-check | grep '^lang'
	.venv-langchain/bin/python -m pytest -q tests/langchain_adapter

.venv-langchain/bin/python:
	$(PYTHON) -m venv .venv-langchain

# Do the tests notice small faults? About 40 minutes on two cores.
mutate: .venv/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutate]'
	$(BIN)/python -m benchmarks mutation

# Adds, kills, copies in every store, at random: about 20 minutes; the tests have the short form.
states: .venv/.dev
	$(BIN)/python -m pytest -q -n auto --hypothesis-profile=long tests/stores/states

# The layout model from nothing, as out/layout.onnx: about an hour and a quarter on two cores. Needs
# Chromium, LibreOffice, Tesseract and fonts:
# apt-get install chromium libreoffice tesseract-ocr fontconfig fonts-noto fonts-noto-cjk \
#   fonts-liberation fonts-dejavu fonts-texgyre fonts-lmodern fonts-ebgaramond fonts-roboto \
#   fonts-open-sans fonts-lato fonts-crosextra-carlito fonts-crosextra-caladea fonts-inconsolata
train: .venv/.dev
	$(BIN)/python -m training.layout.make out/layout_pages

# Hostile PDFs and pictures, and the formats, text layer and tables guided by coverage.
MINUTES ?= 10
fuzz: .venv/.dev
	$(BIN)/python -m tests.hostile --minutes $(MINUTES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

# A thousand faults of the disk.
faults: .venv/.dev
	$(BIN)/python -m tests.stores.faults --seeds 1000

# Memory, files and descriptors while an index is used for a while.
SECONDS ?= 1200
soak: .venv/.dev
	$(BIN)/python -m tests.soak --seconds $(SECONDS)

# Known vulnerabilities and licenses of what the extras install.
audit: .venv/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[audit]'
	$(BIN)/python -m tests.audit

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy examples/*.py
	MYPYPATH=examples/langchain $(BIN)/mypy examples/langchain/*.py
	MYPYPATH=examples/llamaindex $(BIN)/mypy examples/llamaindex/*.py

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Speed beside other engines: a table, a line more of the history, and a chart.
bench: .venv/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks --json out/bench.jsonl --chart out/bench.png

# Without these programs their tests are skipped, those of training from page to prediction among
# them. Of LibreOffice only what prints texts, sheets and slides is installed.
programs:
	@command -v tesseract >/dev/null || $(call install,tesseract-ocr) \
	|| echo "Tests of OCR are skipped: they need Tesseract (apt-get install tesseract-ocr)"
	@command -v chromium >/dev/null || $(call install,chromium fonts-liberation) \
	|| echo "Tests of training are skipped: they need Chromium (apt-get install chromium fonts-liberation)"
	@command -v soffice >/dev/null || $(call install,libreoffice-writer libreoffice-calc libreoffice-impress) \
	|| echo "Tests of office files are skipped: they need LibreOffice (apt-get install libreoffice)"

APT := env DEBIAN_FRONTEND=noninteractive timeout 600 \
	sh -c 'apt-get update; apt-get install -y --no-install-recommends "$$@"' apt
install = { if [ "$$(id -u)" = 0 ]; then $(APT) $(1); else sudo -n $(APT) $(1); fi; } >/dev/null 2>&1

# All but the history of the benchmarks.
clean:
	rm -rf .venv .venv-langchain
	[ ! -d out ] || find out -mindepth 1 ! -path out/bench.jsonl -delete

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Snappy needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/.core: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[layout]'
	touch $@

.venv/.dev: .venv/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
		-e '.[langchain,llamaindex,layout,colpali,hf,colbert,lance,qdrant,ray,mcp,serve,chat,eval,train,test,check]'
	touch $@
