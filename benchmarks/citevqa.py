"""CiteVQA (arXiv 2605.12882): questions with the elements of long PDFs that answer them.

The folder is that of the repository, with `data/validation/CiteVQA.json`, or holds `CiteVQA.json`,
a list of `Question`, `PDF_Source` (paths of PDFs relative to the folder) and `Evidence`: elements
with `source_pdf_name`, `source_page_id`, `bbox` (x0, y0, x1, y1 in thousandths of the page, origin
top left), `type` and `necessity`. Names and types of these fields are those of the published card.
The card does not say whether pages count from 0 or 1; here they count from 0 if any element in the
file is on page 0. Nor does it list the values of `necessity`; as in the published evaluation,
"crucial" elements count, or all if there are none. This code was never run on the real set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from benchmarks.page_questions import PageQuestion
from snappy_core.boxes import enclose, from_pixels

ANNOTATIONS = ("CiteVQA.json", "data/validation/CiteVQA.json")
_SCALE = 1000  # of boxes


def find_annotations(folder: Path) -> Path | None:
    """Return the annotations in a folder of CiteVQA, None in any other."""
    return next((folder / name for name in ANNOTATIONS if (folder / name).is_file()), None)


def load_citevqa(folder: Path) -> list[PageQuestion]:
    """Read the questions that one document answers.

    Questions whose PDF is missing are left out: the PDFs come from all over the web.

    Raises:
        ValueError: the file is not in the format above.
    """
    path = find_annotations(folder)
    assert path is not None
    try:
        rows = json.loads(path.read_bytes())
        elements = [element for row in rows for element in row["Evidence"]]
        first = 0 if any(int(element["source_page_id"]) == 0 for element in elements) else 1
        return [question for row in rows for question in _questions(row, folder, first)]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not in the format of CiteVQA ({error!r})") from error


def _questions(row: Mapping[str, Any], folder: Path, first: int) -> Iterator[PageQuestion]:
    elements = row["Evidence"]
    crucial = [e for e in elements if str(e.get("necessity", "")).lower().startswith("crucial")]
    elements = crucial or elements
    names = {_stem(element["source_pdf_name"]) for element in elements}
    sources = [source for source in row["PDF_Source"] if _stem(source) in names]
    if len(names) != 1 or len(sources) != 1 or not (folder / sources[0]).is_file():
        return
    boxes = tuple(
        (int(element["source_page_id"]) + 1 - first, enclose(_fractions(element["bbox"])))
        for element in elements
    )
    yield PageQuestion(
        folder / sources[0],
        str(row["Question"]),
        frozenset(number for number, _ in boxes),
        boxes,
        tuple(dict.fromkeys(str(element["type"]).lower() for element in elements)),
    )


def _stem(name: str) -> str:
    return PurePosixPath(name).name.removesuffix(".pdf")


def _fractions(box: Sequence[float]) -> Any:
    return from_pixels([box], _SCALE, _SCALE)
