"""ViDoRe V3 (arXiv 2601.08620): questions about many documents, with answering pages and boxes.

The folder is one of the eight published sets (`vidore/vidore_v3_hr` ...): Parquet files in
`corpus/` (`corpus_id`, `doc_id`, `page_number_in_doc` from 0, `image`), `queries/` (`query_id`,
`query`, `language`), `qrels/` (`query_id`, `corpus_id`, `content_type`, `bounding_boxes`:
`annotator`, `x1`, `y1`, `x2`, `y2` in pixels of the image) and `documents_metadata/` (`doc_id`,
`file_name`), and the PDFs in `pdfs/`. Names and types are those of the published cards. They do not
say how `file_name` corresponds to the files in `pdfs/`: ".pdf" is added if it is missing. This code
was never run on the real sets.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.page_questions import PageQuestion
from snappy_core.boxes import enclose, from_pixels
from snappy_core.errors import MissingDependencyError, install_hint
from snappy_core.types import Box

LANGUAGE = "english"  # of the questions, all of which exist in six languages
_NO_KIND = "N/A"  # prefix of a choice for pages without an answer, which leaked into the data


def is_vidore(folder: Path) -> bool:
    """Return whether a folder is a set of ViDoRe V3."""
    return all((folder / name).is_dir() for name in ("corpus", "queries", "qrels"))


def load_vidore(folder: Path) -> list[PageQuestion]:
    """Read the English questions that one document answers.

    The boxes of a page are those of its first annotator. The published measures search all
    documents at once; here, questions that need several documents are left out.

    Raises:
        FileNotFoundError: a PDF is missing.
        ValueError: the files are not in the format above.
        MissingDependencyError: pyarrow is not installed.
    """
    try:
        return _load(folder)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder}: not in the format of ViDoRe V3 ({error!r})") from error


def _load(folder: Path) -> list[PageQuestion]:
    queries = {
        row["query_id"]: str(row["query"])
        for row in _read(folder / "queries", ["query_id", "query", "language"])
        if row["language"] == LANGUAGE
    }
    answers = defaultdict(list)
    columns = ["query_id", "corpus_id", "content_type", "bounding_boxes"]
    for row in _read(folder / "qrels", columns):
        if row["query_id"] in queries:
            answers[row["query_id"]].append(row)
    asked = sorted({row["corpus_id"] for rows in answers.values() for row in rows})
    columns = ["corpus_id", "doc_id", "page_number_in_doc", "image"]
    pages = {row["corpus_id"]: row for row in _read(folder / "corpus", columns, asked)}
    names = {
        row["doc_id"]: str(row["file_name"])
        for row in _read(folder / "documents_metadata", ["doc_id", "file_name"])
    }
    questions = []
    for query_id, rows in answers.items():
        documents = {pages[row["corpus_id"]]["doc_id"] for row in rows}
        if len(documents) != 1:
            continue
        path = folder / "pdfs" / f"{names[documents.pop()].removesuffix('.pdf')}.pdf"
        if not path.is_file():
            raise FileNotFoundError(f"{path}: a document of ViDoRe V3 is missing")
        numbers = [pages[row["corpus_id"]]["page_number_in_doc"] + 1 for row in rows]
        boxes = tuple(
            (number, box)
            for number, row in zip(numbers, rows, strict=True)
            for box in _boxes(row["bounding_boxes"], pages[row["corpus_id"]]["image"])
        )
        kinds = [kind.lower() for row in rows for kind in row["content_type"] or ()
                 if not kind.startswith(_NO_KIND)]  # fmt: skip
        questions.append(
            PageQuestion(
                path, queries[query_id], frozenset(numbers), boxes, tuple(dict.fromkeys(kinds))
            )
        )
    return questions


def _boxes(rows: Sequence[Mapping[str, int]] | None, image: Mapping[str, Any]) -> list[Box]:
    """Return the boxes of the first annotator, without those that have no area."""
    corners = [
        (row["annotator"], [row["x1"], row["y1"], row["x2"], row["y2"]])
        for row in rows or ()
        if row["x1"] < row["x2"] and row["y1"] < row["y2"]
    ]
    if not corners:
        return []
    width, height = Image.open(io.BytesIO(image["bytes"])).size
    first = min(annotator for annotator, _ in corners)
    return [
        enclose(from_pixels([box], width, height))
        for annotator, box in corners
        if annotator == first
    ]


def _read(
    folder: Path, columns: list[str], corpus_ids: Sequence[int] | None = None
) -> list[dict[str, Any]]:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise MissingDependencyError(f"ViDoRe V3 needs pyarrow: {install_hint('lance')}") from error
    filters = None if corpus_ids is None else [("corpus_id", "in", corpus_ids)]
    files = sorted(str(file) for file in folder.glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"{folder}: no Parquet files")
    rows: list[dict[str, Any]] = []
    for file in files:
        rows += parquet.read_table(file, columns=columns, filters=filters).to_pylist()
    return rows
