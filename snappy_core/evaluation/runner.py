"""Runs a bench: adds its documents to one index and asks its questions."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from snappy_core.encoders.base import Encoder
from snappy_core.evaluation import rankers
from snappy_core.evaluation.bench import MEASURES, Corpus, Question, load_questions, measure
from snappy_core.evaluation.metrics import intervals
from snappy_core.index import RegionIndex
from snappy_core.ingest.executor import Executor
from snappy_core.parsing.options import ReadingOptions
from snappy_core.stores import MemoryStore


@dataclass(frozen=True, slots=True)
class BenchResult:
    """The measures of each question under each ranker, and the times.

    Attributes:
        measures: of each ranker, one dict for each of `questions`.
        seconds_adding: to read and encode all pages.
        seconds_asking: for a question, mean.
    """

    questions: Sequence[Question]
    documents: int
    pages: int
    measures: Mapping[str, Sequence[Mapping[str, float]]]
    seconds_adding: float
    seconds_asking: float


def run_bench(
    folder: str | os.PathLike[str],
    encoder: Encoder | None = None,
    *,
    reading: ReadingOptions = ReadingOptions(),
    executor: Executor | None = None,
    progress: bool | None = None,
) -> BenchResult:
    """Ask the questions of a bench folder over all pages of its PDFs, in one index.

    The keyword arguments are those of `RegionIndex.add`.

    Raises:
        FileNotFoundError: there is no `queries.jsonl`, or a PDF of it is missing.
        ValueError: `queries.jsonl` cannot be read.
        UnreadableDocumentError: one of the PDFs cannot be read.
    """
    questions = load_questions(folder)
    files = sorted((Path(folder) / "pdfs").glob("*.pdf"))
    if missing := {question.document for question in questions} - {file.name for file in files}:
        raise FileNotFoundError(f"{Path(folder) / 'pdfs' / min(missing)}: no such file")
    store = MemoryStore()
    with RegionIndex(store, encoder) as index:
        started = time.perf_counter()
        index.add(files, reading=reading, executor=executor, progress=progress).raise_failed()
        seconds_adding = time.perf_counter() - started
        started = time.perf_counter()
        for question in questions:
            index.search(question.text)
        seconds_asking = (time.perf_counter() - started) / len(questions)
        corpus = _corpus(store)
        compared = {
            "snappy": rankers.snappy(store, index.encoder),
            "paper": rankers.snappy(store, index.encoder, "iou_weighted"),
            "bm25": rankers.bm25(corpus),
        }
        measures = {
            name: [measure(question, corpus, rank(question.text)) for question in questions]
            for name, rank in compared.items()
        }
    return BenchResult(
        questions, len(files), len(corpus.pages), measures, seconds_adding, seconds_asking
    )


def bench_summary(result: BenchResult) -> dict[str, object]:
    """Return a result as JSON: the measures of Snappy, and those of the other rankers by name.

    Each has also `intervals` (bootstrap, 95%), `by_type` and `by_granularity`.
    """
    by_ranker = {name: _summarize(result.questions, rows) for name, rows in result.measures.items()}
    return {
        "documents": result.documents,
        "pages": result.pages,
        "questions": len(result.questions),
        **by_ranker.pop("snappy"),
        **by_ranker,
        "seconds_adding": round(result.seconds_adding, 2),
        "seconds_asking": round(result.seconds_asking, 4),
    }


def _summarize(
    questions: Sequence[Question], rows: Sequence[Mapping[str, float]]
) -> dict[str, object]:
    def by(groups: Sequence[str]) -> dict[str, dict[str, float]]:
        return {
            name: _means([row for row, group in zip(rows, groups, strict=True) if group == name])
            for name in sorted(set(groups))
        }

    return {
        **_means(rows),
        "intervals": intervals(rows, digits=3),
        "by_type": by([question.type for question in questions]),
        "by_granularity": by([question.granularity for question in questions]),
    }


def _means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([row[name] for row in rows])), 4) for name in MEASURES}


def _corpus(store: MemoryStore) -> Corpus:
    with store.read() as snapshot:
        catalog = snapshot.catalog()
        pages = [snapshot.page(page_id) for page_id in catalog.page_ids.tolist()]
    names = [Path(document).name for document in catalog.document_ids]
    return Corpus(
        keys=list(zip(names, catalog.page_numbers.tolist(), strict=True)),
        pages=pages,
        offsets=np.cumsum([0, *(len(page.regions) for page in pages)], dtype=np.int64),
    )
