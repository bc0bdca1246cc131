"""The LlamaIndex cookbooks, run as their first lines say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "examples" / "llamaindex"
NOTEBOOK = FOLDER / "regions.ipynb"
SAYS = {
    "query_engine_with_citations.py": r"4\.85 per cent .*\[1\].*#page=4\n    printed page 3, .*box",
    "agent.py": r"searched for 'How high was net debt in 2023\?'.*page 6, table: .*84\.9",
    "fusion.py": r"Snappy\n.*BM25\n.*both\n.*page 4, table: ",
    "postprocess_pages.py": r"3 pages, 1\d{3} words\n3 regions, \d+ words\n.*0\.8 knots\.\n",
}
HELPERS = {"chat.py", "bm25.py"}

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


@pytest.mark.parametrize("script", SAYS)
def test_script(script, tmp_path):
    done = run(FOLDER / script, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(SAYS[script], done.stdout, re.DOTALL), done.stdout
    assert not list(tmp_path.iterdir())
    lines = (FOLDER / script).read_text("utf-8").splitlines()
    assert f"python examples/llamaindex/{script}" in lines[:4]
    assert len(lines) < 60


def test_every_file_is_run():
    assert {path.name for path in FOLDER.glob("*.py")} == set(SAYS) | HELPERS
    assert list(FOLDER.glob("*.ipynb")) == [NOTEBOOK]


@pytest.mark.parametrize("script", ["query_engine_with_citations.py", "agent.py"])
def test_a_model_whose_integration_is_missing(script, tmp_path):
    done = run(FOLDER / script, cwd=tmp_path, SNAPPY_CHAT_MODEL="no_body:knows-this")
    assert done.returncode == 1
    assert done.stderr == (
        "SNAPPY_CHAT_MODEL=no_body:knows-this needs: pip install llama-index-llms-no-body\n"
    )


def test_a_model_whose_integration_is_installed(tmp_path):
    # A package of that shape, as the integrations ship it, with LlamaIndex's own fake inside.
    package = tmp_path / "llama_index" / "llms" / "some_body"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "from llama_index.core.llms import MockLLM\n"
        "class SomeBody(MockLLM):\n"
        "    def __init__(self, model):\n"
        "        super().__init__()\n"
        "        assert model == 'large:1b'\n",
        encoding="utf-8",
    )
    done = run(
        FOLDER / "query_engine_with_citations.py",
        cwd=tmp_path,
        SNAPPY_CHAT_MODEL="some_body:large:1b",
        PYTHONPATH=os.pathsep.join([str(ROOT), str(tmp_path)]),
    )
    assert done.returncode == 0, done.stderr
    assert "Source 1:" in done.stdout  # the fake repeats its prompt


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
    assert ["image/png" in data for data in shown] == [False, True]
    assert "<svg" in shown[0]["text/html"]
    printed = "".join(o.text for o in outputs if o.output_type == "stream")
    assert "4.85 per cent" in printed
    near = re.findall(r"^(?:\S*report\.pdf#p4(?:r\d+)?|none: at an end)$", printed, re.M)
    assert len(near) == 3
