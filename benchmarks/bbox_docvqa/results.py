"""Results of single questions, kept in a JSONL file, so that a run that was cut off goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a question: a line of the file, which `snappy eval recorded` reads too.

    Attributes:
        sample_id, doc_name, category, question: of the dataset.
        page: number of the page searched.
        setup: how pages were read and encoded and regions scored; see `ResultFile`.
        error: why no region could be found; the question then counts as a miss.
        failed: always false: the paper leaves such questions out.
        gt_bboxes, pred_bboxes: evidence, and the selected regions best first, in pixels.
        own: how many of the evidence boxes lie on the page searched; they come first.
        gt_types: of each evidence box, where the dataset says.
        labels: of the region nearest to each evidence box; "none" on a page without regions.
        n_ocr_regions: how many regions the page has.
        overlaps: best IoU of each evidence box, by which regions count as returned.
        measures: under the names of the report.
        tokens_selected, tokens_all_ocr, tokens_full_image: of the selected regions, of all text
            and of the page as a picture.
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
    """The results so far, by question, and a file to which each new one is added at once.

    A last line that was cut off is dropped.

    Args:
        path: the file, made if there is none; None keeps nothing.
        setup: of this run.

    Raises:
        ValueError: the file holds something else, or results of another setup.
    """

    def __init__(self, path: str | os.PathLike[str] | None, setup: str) -> None:
        self._path = None if path is None else Path(path)
        self._done: dict[tuple[int, str, str], Result] = {}
        if self._path is None or not self._path.exists():
            return
        data = self._path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            self._path.write_bytes(whole)
        for number, line in enumerate(whole.decode("utf-8").split("\n"), start=1):
            if not line.strip():
                continue
            try:
                result = Result(**json.loads(line))
            except (TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: no result of a question") from error
            if result.setup != setup:
                raise ValueError(
                    f"{path}, line {number}: made with {result.setup!r}, and this run is "
                    f"{setup!r}; resume it with the same options, or name a new file"
                )
            self._done[result.sample_id, result.doc_name, result.question] = result

    def get(self, sample_id: int, document: str, question: str) -> Result | None:
        """Return the result of a question, if it has been asked."""
        return self._done.get((sample_id, document, question))

    def add(self, result: Result) -> None:
        """Keep a result."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(asdict(result)) + "\n")
