"""Results of single questions, in a JSONL file from which an interrupted run can continue."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from snappy_core.evaluation.jsonl import parse_lines


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a question: a line of the file, which `load_runs` also reads.

    Attributes:
        sample_id, doc_name, category, question: of the dataset.
        page: number of the searched page.
        setup: how pages were read and encoded and regions scored; see `ResultFile`.
        error: why the page has no regions; the question then counts as a miss.
        failed: always false; in recorded runs it marks the questions that the paper leaves out.
        gt_bboxes, pred_bboxes: evidence, and the selected regions best first, in pixels.
        own: how many of the evidence boxes are on the searched page; they come first.
        gt_types: of each evidence box, if the dataset has them.
        labels: of the region nearest to each evidence box; "none" on a page without regions.
        n_ocr_regions: number of regions on the page.
        overlaps: best IoU of each evidence box, by which regions count as returned.
        measures: by the names of the summary.
        tokens_selected, tokens_all_ocr, tokens_full_image: of the selected regions, of all text
            and of the page as an image.
        sweep: measures of the selected regions, by the name of the setting.
    """

    sample_id: int
    doc_name: str
    category: str
    question: str
    page: int
    setup: str
    error: str
    failed: bool
    gt_bboxes: Sequence[Sequence[float]]
    pred_bboxes: Sequence[Sequence[float]]
    own: int
    gt_types: Sequence[str]
    labels: Sequence[str]
    n_ocr_regions: int
    overlaps: Mapping[str, Sequence[float]]
    measures: Mapping[str, float]
    tokens_selected: int
    tokens_all_ocr: int
    tokens_full_image: int
    sweep: Mapping[str, Mapping[str, float]]


class ResultFile:
    """The results so far, and a file to which each new result is appended immediately.

    An incomplete last line is removed.

    Args:
        path: the file, created if missing; None for no file.
        setup: of this run.

    Raises:
        ValueError: the file has other content, or results of another setup.
    """

    def __init__(self, path: str | os.PathLike[str] | None, setup: str) -> None:
        self._path = None if path is None else Path(path)
        self._results: dict[tuple[int, str, str], Result] = {}
        if self._path is None or not self._path.exists():
            return
        data = self._path.read_bytes()
        complete = data[: data.rfind(b"\n") + 1]
        self._path.write_bytes(complete)
        if not complete.strip():
            return
        for result in parse_lines(self._path, complete, lambda row: Result(**row), "result"):
            if result.setup != setup:
                raise ValueError(
                    f"{path}: these are results of {result.setup!r}, and this run is {setup!r}; "
                    "resume it with the same options, or name a new file"
                )
            self._results[result.sample_id, result.doc_name, result.question] = result

    def get(self, sample_id: int, document: str, question: str) -> Result | None:
        """Return the result of a question; None if it has not been asked yet."""
        return self._results.get((sample_id, document, question))

    def add(self, result: Result) -> None:
        """Append a result to the file, if there is one."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(asdict(result)) + "\n")
