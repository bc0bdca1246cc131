"""Run the notebooks and store their outputs: python examples/run_notebooks.py [FOLDER]."""

import sys
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbformat import v4

HERE = Path(__file__).parent
NOTEBOOKS = (HERE / "langchain" / "regions.ipynb", HERE / "llamaindex" / "regions.ipynb")


def run(path: Path) -> Any:
    """Return a notebook that was run in its own folder, as it is stored."""
    notebook = v4.reads(path.read_text("utf-8"))
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    return clean(notebook)


def clean(notebook: Any) -> Any:
    """Leave out what is shown otherwise, and what differs from machine to machine."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if len(data) > 1:  # Jupyter shows the HTML or the PNG
                data.pop("image/jpeg", None)
                data.pop("text/plain", None)
            for holder, key in [(output, "text"), *((data, kind) for kind in data)]:
                if isinstance(holder.get(key), str):
                    holder[key] = holder[key].replace(f"{HERE}/", "")
    notebook.metadata.pop("language_info", None)
    return notebook


if __name__ == "__main__":
    for path in NOTEBOOKS:
        folder = Path(sys.argv[1]) / path.parent.name if len(sys.argv) > 1 else path.parent
        folder.mkdir(exist_ok=True)
        (folder / path.name).write_text(v4.writes(run(path)) + "\n", encoding="utf-8")
