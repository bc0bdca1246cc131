"""The LangChain cookbooks, run as their first lines say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "examples" / "langchain"
NOTEBOOK = FOLDER / "regions.ipynb"

# Runs a notebook in its own folder, as Jupyter does, and writes it out with its outputs.
EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=600, startup_timeout=300, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""


def run(*arguments, cwd, **environment):
    inherited = {k: v for k, v in os.environ.items() if k != "SNAPPY_CHAT_MODEL"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        env=inherited | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | environment,
        check=False,
    )


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("rag_with_citations.py", r"4\.85 per cent .*\[1\] report\.pdf, page 3: .*#page=4, box"),
        ("agent.py", r"saw 1 as pictures:.*page 6, table: .*84\.9"),
        ("hybrid.py", r"Snappy\n.*BM25\n.*both\n  page 4, table: .*Revenue by segment"),
        ("compress_pages.py", r"3 pages, 1\d{3} words\n3 regions, \d+ words\n.*0\.8 knots"),
    ],
)
def test_script(script, says, tmp_path):
    done = run(FOLDER / script, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(says, done.stdout, re.DOTALL), done.stdout
    assert not list(tmp_path.iterdir())
    lines = (FOLDER / script).read_text("utf-8").splitlines()
    assert f"python examples/langchain/{script}" in lines[:4]
    assert len(lines) < 60


def test_every_file_is_run():
    run_here = {"rag_with_citations.py", "agent.py", "hybrid.py", "compress_pages.py"}
    helpers = {"chat.py", "bm25.py"}
    assert {path.name for path in FOLDER.glob("*.py")} == run_here | helpers
    assert list(FOLDER.glob("*.ipynb")) == [NOTEBOOK]


@pytest.mark.parametrize("script", ["rag_with_citations.py", "agent.py"])
def test_environment_names_the_model(script, tmp_path):
    done = run(FOLDER / script, cwd=tmp_path, SNAPPY_CHAT_MODEL="nobody:knows-this")
    assert done.returncode == 1
    assert "nobody" in done.stderr


def test_notebook_is_stored_with_its_outputs():
    """Of `python examples/run_notebooks.py`."""
    import nbformat

    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    counts = [cell.execution_count for cell in cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    kinds = [set(o.data) for cell in cells for o in cell.get("outputs", []) if "data" in o]
    assert {"image/png"} in kinds
    assert {"text/html"} in kinds
    assert f"{ROOT}" not in NOTEBOOK.read_text("utf-8")


def test_notebook_shows_the_page(tmp_path):
    import nbformat

    done = run(
        "-c",
        EXECUTE,
        NOTEBOOK,
        tmp_path / "done.ipynb",
        cwd=FOLDER,
        IPYTHONDIR=str(tmp_path / "ipython"),
        JUPYTER_RUNTIME_DIR=str(tmp_path / "runtime"),
    )
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(tmp_path / "done.ipynb", as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert not [o for o in outputs if o.get("name") == "stderr" or o.output_type == "error"]
    shown = [o.data for o in outputs if o.output_type in ("execute_result", "display_data")]
    assert ["image/png" in data for data in shown] == [False, True, True]
    assert "<svg" in shown[0]["text/html"]
    assert "4.85 per cent" in "".join(o.text for o in outputs if o.output_type == "stream")
