# Everything runs in .venv, made on first use. `make demo` and `make test` need nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test mutate train fuzz check format bench clean tesseract

demo: .venv/.core
	$(BIN)/python examples/demo.py

test: .venv/.dev tesseract
	$(BIN)/python -m pytest -q -n auto

# Do the tests notice small faults? About 40 minutes on two cores.
mutate: .venv/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutate]'
	$(BIN)/python -m benchmarks mutation

# The layout network from nothing: about an hour on two cores. Needs Chromium, LibreOffice and
# fonts: apt-get install chromium libreoffice fonts-noto fonts-noto-cjk fonts-liberation
train: .venv/.dev
	$(BIN)/python -m training.layout.make out/layout_pages

fuzz: .venv/.dev
	$(BIN)/python -m tests.hostile --minutes 10

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev
	$(BIN)/python -m benchmarks

# Without it the tests of OCR are skipped.
INSTALL := env DEBIAN_FRONTEND=noninteractive timeout 300 \
	sh -c "apt-get update; apt-get install -y tesseract-ocr"
tesseract:
	@command -v tesseract >/dev/null \
	|| { if [ "$$(id -u)" = 0 ]; then $(INSTALL); else sudo -n $(INSTALL); fi; } >/dev/null 2>&1 \
	|| echo "Tests of OCR are skipped: they need Tesseract (apt-get install tesseract-ocr)"

clean:
	rm -rf .venv out

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Snappy needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/.core: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[layout]'
	touch $@

.venv/.dev: .venv/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
		-e '.[langchain,llamaindex,layout,colpali,hf,lance,qdrant,ray,eval,train,test,check]'
	touch $@
