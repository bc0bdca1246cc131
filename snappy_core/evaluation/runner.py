"""Runs the bench: reads its documents into one index and asks its questions."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from snappy_core.encoders.base import Encoder
from snappy_core.evaluation import rankers
from snappy_core.evaluation.bench import Corpus, Question, judge, load_questions
from snappy_core.evaluation.metrics import bootstrap
from snappy_core.index import RegionIndex
from snappy_core.ingest.workers import Workers
from snappy_core.parsing.options import Ocr, ReadingOptions
from snappy_core.stores import MemoryStore

MEASURES = (
    "page_r1", "page_r5", "page_mrr", "region_hit1", "region_iou50", "oracle_hit",
    "oracle_iou50", "e2e_hit1", "e2e_hit5", "words_top1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BenchResult:
    """The measures of each question under each ranker, and what it took.

    Attributes:
        judged: for each ranker a dict of measures a question, in the order of `questions`.
        seconds_adding: reading and encoding all pages; `seconds_asking`: a question, on average.
    """

    questions: Sequence[Question]
    documents: int
    pages: int
    judged: Mapping[str, Sequence[Mapping[str, float]]]
    seconds_adding: float
    seconds_asking: float


def run_bench(
    folder: str | os.PathLike[str],
    encoder: Encoder | None = None,
    *,
    ocr: Ocr = "auto",
    layout_model: str = "auto",
    workers: int | None = None,
    progress: bool | None = None,
) -> BenchResult:
    """Ask the questions of a bench folder over all pages of its PDFs pooled into one index.

    `ocr` and `layout_model` are as in `ReadingOptions`; `workers` processes read and encode, 0
    does it in this one.

    Raises:
        FileNotFoundError, ValueError: the folder is no bench.
        UnreadableDocumentError: one of its PDFs cannot be read.
    """
    questions = load_questions(folder)
    files = sorted((Path(folder) / "pdfs").glob("*.pdf"))
    missing = {q.document for q in questions} - {file.name for file in files}
    if missing:
        raise FileNotFoundError(f"{Path(folder) / 'pdfs' / min(missing)}: no such file")
    store = MemoryStore()
    with RegionIndex(store, encoder) as index:
        started = time.perf_counter()
        reading = ReadingOptions(ocr, layout_model=layout_model)
        executor = Workers(workers) if workers else None
        index.add(files, reading=reading, executor=executor, progress=progress).raise_failed()
        seconds_adding = time.perf_counter() - started
        corpus = _corpus(store)
        started = time.perf_counter()
        for question in questions:
            index.search(question.text)
        seconds_asking = (time.perf_counter() - started) / len(questions)
        compared = {
            "snappy": rankers.snappy(store, index.encoder),
            "paper": rankers.snappy(store, index.encoder, "iou_weighted"),
            "bm25": rankers.bm25(corpus),
        }
        judged = {
            name: [judge(question, corpus, rank(question.text)) for question in questions]
            for name, rank in compared.items()
        }
    return BenchResult(
        questions, len(files), len(corpus.pages), judged, seconds_adding, seconds_asking
    )


def summary(result: BenchResult) -> dict[str, object]:
    """Return the result as JSON: the measures of Snappy, and those of the others by name.

    Each has also `intervals` (bootstrap, 95%), `by_type` and `by_granularity`.
    """
    described = {
        name: _describe(result.questions, judged) for name, judged in result.judged.items()
    }
    return {
        "documents": result.documents,
        "pages": result.pages,
        "questions": len(result.questions),
        **described.pop("snappy"),
        **described,
        "seconds_adding": round(result.seconds_adding, 2),
        "seconds_asking": round(result.seconds_asking, 4),
    }


def _describe(
    questions: Sequence[Question], judged: Sequence[Mapping[str, float]]
) -> dict[str, object]:
    def mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
        return {name: round(float(np.mean([row[name] for row in rows])), 4) for name in MEASURES}

    def by(values: Sequence[str]) -> dict[str, dict[str, float]]:
        return {
            value: mean([row for row, v in zip(judged, values, strict=True) if v == value])
            for value in sorted(set(values))
        }

    intervals = {
        name: [round(edge, 3) for edge in bootstrap([row[name] for row in judged])]
        for name in MEASURES
    }
    return {
        **mean(judged),
        "intervals": intervals,
        "by_type": by([question.type for question in questions]),
        "by_granularity": by([question.granularity for question in questions]),
    }


def _corpus(store: MemoryStore) -> Corpus:
    with store.read() as snapshot:
        catalog = snapshot.catalog()
        pages = [snapshot.page(page) for page in catalog.page_ids.tolist()]
    names = [Path(document).name for document in catalog.document_ids]
    return Corpus(
        keys=list(zip(names, catalog.page_numbers.tolist(), strict=True)),
        pages=pages,
        offsets=np.cumsum([0, *(len(page.regions) for page in pages)], dtype=np.int64),
    )
