"""Memory of retrievers in one process: the first one, and each additional one.

Each has its own index of the sample report; they share the model.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measure import REPORT, Result
from snappy_core import RegionIndex

BOUND = 15.0  # MB per additional retriever
_FRAMEWORKS = {
    "RegionIndex": "snappy_core",
    "LangChain retriever": "snappy_langchain",
    "LlamaIndex retriever": "snappy_llamaindex",
}
_SCRIPT = """
import json, os, sys
from importlib import import_module
from snappy_core import RegionIndex
from snappy_core.ingest.worker_process import resident

package, *paths = sys.argv[1:]
question = "What coupon does the green bond carry?"
module = import_module(package)
opened, sizes = [], [resident(os.getpid())]
for path in paths:
    if package == "snappy_core":
        opened.append(RegionIndex.open(path))
        opened[-1].search(question)
    else:
        opened.append(module.SnappyRetriever(index=path))
        search = getattr(opened[-1], "invoke", None) or opened[-1].retrieve
        search(question)
    sizes.append(resident(os.getpid()))
print(json.dumps(sizes))
"""


def run(count: int = 8) -> list[Result]:
    """Open retrievers one after another, each with its own file, and search with each."""
    names = [name for name, package in _FRAMEWORKS.items() if _is_installed(package)]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.snappy" for number in range(count)]
        with RegionIndex.open(paths[0]) as index:
            index.add(REPORT, progress=False).raise_failed()
        for path in paths[1:]:
            shutil.copy(paths[0], path)
        return [_measure(name, paths) for name in names]


def _measure(name: str, paths: Sequence[Path]) -> Result:
    command = [sys.executable, "-c", _SCRIPT, _FRAMEWORKS[name], *map(str, paths)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    start, first, *later = json.loads(output)
    further = (later[-1] - first) / len(later) / 1e6
    detail = (
        f"{(first - start) / 1e6:.0f} MB, {len(paths)} of them {(later[-1] - start) / 1e6:.0f} MB"
    )
    return Result(f"memory of a further {name}, MB", further, BOUND, False, f"first {detail}")


def _is_installed(package: str) -> bool:
    module = {"snappy_langchain": "langchain_core", "snappy_llamaindex": "llama_index"}
    return find_spec(module.get(package, package)) is not None
