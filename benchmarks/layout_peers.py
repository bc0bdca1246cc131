"""The layout of other tools compared to Snappy's: tagged blocks, and the oracle of questions.

OpenDataLoader PDF is compared if it and Java are installed. PyMuPDF Layout, whose license is the
AGPL, is never installed by Snappy: it runs in the interpreter of a separate environment.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import opendataloader
from benchmarks.measure import skip
from benchmarks.oracle import measure_folder
from benchmarks.page_layouts import FoundRegion, LayoutReader, PageLayout, PageRef, read_layouts
from snappy_core.evaluation.report import format_table
from snappy_core.parsing.options import ReadingOptions

SNAPPY, OPENDATALOADER, PYMUPDF = "Snappy", "OpenDataLoader PDF", "PyMuPDF Layout"

TRAINED_ON = {
    SNAPPY: "generated pages only",
    OPENDATALOADER: "nothing (rules)",
    PYMUPDF: "labeled real pages (DocLayNet)",  # https://pymupdf.io/blog, November 2025
}

_SCRIPT = Path(__file__).with_name("pymupdf_layout.py")


def run_peers(
    folders: Sequence[str | os.PathLike[str]], pymupdf: Path | None, options: ReadingOptions
) -> dict[str, Any]:
    """Measure Snappy and its peers on the same pages.

    Args:
        folders: of tagged pages (`layout_tags`) or of questions (`evidence`).
        pymupdf: the interpreter of an environment with PyMuPDF Layout.

    Returns a dict for JSON with `trained_on`, by tool, and `sets`: each with its `folder` and
    `measures` by tool, from `measure_folder`.

    Raises:
        ChildProcessError: PyMuPDF Layout fails.
    """
    tools = layout_tools(pymupdf, options)
    sets = [
        {
            "folder": os.fspath(folder),
            "measures": {name: measure_folder(folder, read) for name, read in tools.items()},
        }
        for folder in folders
    ]
    return {"trained_on": {name: TRAINED_ON[name] for name in tools}, "sets": sets}


def layout_tools(pymupdf: Path | None, options: ReadingOptions) -> dict[str, LayoutReader]:
    """Return Snappy and those of its peers that can run; the others are reported as left out."""
    tools: dict[str, LayoutReader] = {SNAPPY: partial(read_layouts, options=options)}
    if why := opendataloader.missing():
        skip("layout_peers", why)
    else:
        tools[OPENDATALOADER] = opendataloader.opendataloader_layouts
    if pymupdf is None:
        skip("layout_peers", "PyMuPDF Layout needs --pymupdf")
    else:
        tools[PYMUPDF] = partial(pymupdf_layouts, interpreter=pymupdf)
    return tools


def pymupdf_layouts(pages: Sequence[PageRef], interpreter: Path) -> Iterator[PageLayout]:
    """Yield what PyMuPDF Layout finds on each page.

    Raises:
        ChildProcessError: it is not installed for the interpreter, or fails.
    """
    request = json.dumps([[str(path.absolute()), number] for path, number in pages])
    done = subprocess.run(
        [interpreter, _SCRIPT], input=request, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise ChildProcessError(f"PyMuPDF Layout failed in {interpreter}: {lines[-1]}")
    for regions in json.loads(done.stdout.splitlines()[-1]):
        yield PageLayout.of(
            FoundRegion((x0, y0, x1, y1), label, on_top, words)
            for (x0, y0, x1, y1), label, on_top, words in regions
        )


def peers_report(result: Mapping[str, Any]) -> str:
    """Return the result of `run_peers` as one table, with a column per tool."""
    tools = list(result["trained_on"])
    rows = [["trained on", *result["trained_on"].values()]]
    for row in result["sets"]:
        name, measures = Path(row["folder"]).name, row["measures"]
        rows += [
            [
                f"{name}: {key.replace('_', ' ')}",
                *(_number(measures[tool].get(key)) for tool in tools),
            ]
            for key in dict.fromkeys(key for tool in tools for key in measures[tool])
        ]
    return format_table(["at IoU .5", *tools], rows)


def _number(value: float | None) -> str:
    """Return a measure; "-" for one, such as the order, for which a tool found too few blocks."""
    return "-" if value is None else f"{value:.3f}"
