"""What the first stage misses: searches of several depths against the exact one."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

import numpy as np

from snappy_core.encoders.base import Encoder
from snappy_core.markdown import table_markdown
from snappy_core.search import engine
from snappy_core.search.hits import Hits
from snappy_core.stores.base import Snapshot, Store
from snappy_core.stores.first_stage import default_candidates
from snappy_core.types import Query

DEPTHS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
WORDS = 8  # of a region that make a question
QUESTIONS = 50  # made of regions


@dataclass(frozen=True, slots=True)
class Depth:
    """What a search finds that scores so many candidate pages exactly.

    Attributes:
        regions, pages: share (0..1) of the regions found by the exact search, and of their
            pages, that it finds too; the mean over the questions.
        seconds: of a search without the encoding of its question, median.
    """

    candidates: int
    regions: float
    pages: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Recall:
    """Searches of an index by depth; the last has all its pages and is exact.

    Attributes:
        default: the depth of a search that names none.
        made: the questions were made of the index's own regions.
    """

    pages: int
    questions: int
    k: int
    default: int
    made: bool
    depths: Sequence[Depth]


def load_questions(path: str | os.PathLike[str]) -> list[str]:
    """Read questions: one a line, or of `.jsonl` the "question" of each row.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a row without a question, named by its line, or no question at all.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if Path(path).suffix == ".jsonl":
            try:
                line = json.loads(line)["question"]
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: no question ({error!r})") from error
        questions.append(str(line).strip())
    if not questions:
        raise ValueError(f"{path}: holds no questions")
    return questions


def make_questions(snapshot: Snapshot, count: int = QUESTIONS) -> list[str]:
    """Return as questions a few words running from regions drawn at random, one a page.

    They lie closer to their region than what people ask, so they say how deep to search for
    what stands in the index, not how well it answers.

    Raises:
        ValueError: no region has text.
    """
    rng = np.random.default_rng(0)
    questions: list[str] = []
    for page in rng.permutation(snapshot.catalog().page_ids).tolist():
        texts = [region.text.split() for region in snapshot.page(page).regions]
        texts = [words for words in texts if words]
        if texts:
            words = texts[int(rng.integers(len(texts)))]
            start = int(rng.integers(max(len(words) - WORDS, 0) + 1))
            questions.append(" ".join(words[start : start + WORDS]))
        if len(questions) == count:
            break
    if not questions:
        raise ValueError("no region of the index has text to make questions of; give a file")
    return questions


def run_recall(
    store: Store,
    encoder: Encoder,
    questions: Sequence[str] | None = None,
    *,
    k: int = 10,
    depths: Iterable[int] = DEPTHS,
) -> Recall:
    """Search an index for the `k` best regions at each depth and by scoring every page.

    Depths that hold the whole index are left out, that of a search that names none is added.
    The exact search holds the patches of all pages in memory.

    Args:
        questions: by default `make_questions` of the index.

    Raises:
        ValueError: the index is empty, or a depth or `k` is less than 1.
    """
    with store.read() as snapshot:
        count = snapshot.page_count()
        if not count:
            raise ValueError(f"{store.location}: the index is empty")
        asked = list(make_questions(snapshot) if questions is None else questions)
        default = min(default_candidates(count), count)
        chosen = sorted({depth for depth in (*depths, default) if depth < count})
        queries = [encoder.encode_query(question) for question in asked]
        exact, seconds = _search(snapshot, queries, k, count)
        found = [Depth(count, 1.0, 1.0, seconds)]
        for depth in reversed(chosen):
            hits, seconds = _search(snapshot, queries, k, None if depth == default else depth)
            regions, pages = _means(_shares(hits, exact))
            found.append(Depth(depth, regions, pages, seconds))
    return Recall(count, len(asked), k, default, questions is None, tuple(reversed(found)))


def _search(
    snapshot: Snapshot, queries: Sequence[Query], k: int, depth: int | None
) -> tuple[list[Hits], float]:
    found, taken = [], []
    for query in queries:
        started = time.perf_counter()
        found.append(engine.search(snapshot, query, k=k, depth=depth))
        taken.append(time.perf_counter() - started)
    return found, median(taken)


def _shares(found: Sequence[Hits], exact: Sequence[Hits]) -> Iterator[tuple[float, float]]:
    """Yield for each question the share of the exact regions, and of their pages, found."""
    for some, best in zip(found, exact, strict=True):
        regions = {hit.region_id for hit in best}
        pages = {(hit.document_id, hit.page_number) for hit in best}
        if regions:  # else there is nothing to find
            yield (
                len(regions & {hit.region_id for hit in some}) / len(regions),
                len(pages & {(hit.document_id, hit.page_number) for hit in some}) / len(pages),
            )


def _means(pairs: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Return the mean of each side; 1 when there was nothing to find."""
    listed = list(pairs) or [(1.0, 1.0)]
    return fmean(a for a, _ in listed), fmean(b for _, b in listed)


def recall_report(recall: Recall) -> str:
    """Return the recall of an index as text: a table in Markdown, one row a depth."""
    source = "made of the index's own regions" if recall.made else "given"
    head = f"{recall.pages} pages, {recall.questions} questions ({source}), k = {recall.k}"
    rows = [["candidates", "regions found", "their pages", "a search"]]
    for depth in recall.depths:
        note = " (exact)" if depth.candidates == recall.pages else ""
        note += " (default)" if depth.candidates == recall.default else ""
        shares = f"{depth.regions:.3f}", f"{depth.pages:.3f}"
        rows.append([f"{depth.candidates}{note}", *shares, f"{depth.seconds * 1000:.1f} ms"])
    return f"{head}\n\n{table_markdown(rows)}"
