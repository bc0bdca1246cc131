"""Runs BBox-DocVQA: indexes its pages and asks each question on the page of its evidence."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.bbox_docvqa.dataset import PageLocation, Sample, locate
from benchmarks.bbox_docvqa.measures import SWEEP, Score, Setting, measure, scorer
from benchmarks.bbox_docvqa.results import Result, ResultFile
from benchmarks.bbox_docvqa.tokens import token_counter
from snappy_core.encoders.base import Encoder
from snappy_core.formats import SuppliedRegions, read_regions
from snappy_core.index import RegionIndex
from snappy_core.ingest.executor import Executor
from snappy_core.ingest.plan import fingerprint
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.scoring.rules import MIXTURE, default_rule
from snappy_core.search import page_scores
from snappy_core.stores import MemoryStore, open_store
from snappy_core.stores.base import Snapshot
from snappy_core.types import NO_WORDS, Page

MAX_NAMES = 20  # missing files named in an error

Watch = Callable[[Result, int, int], None]
"""Called after each question with its result, the number of results and that of all questions."""


@dataclass(frozen=True, slots=True)
class Run:
    """The results of a run.

    Attributes:
        encoder, tokenizer: their names.
        skipped: how many questions were left out because their files are missing.
    """

    results: Sequence[Result]
    encoder: str
    setting: Setting
    tokenizer: str
    skipped: int


def run_docvqa(
    samples: Sequence[Sample],
    encoder: Encoder | None = None,
    *,
    scoring: str | None = None,
    sweep: bool = False,
    reading: ReadingOptions = ReadingOptions(),
    executor: Executor | None = None,
    regions: Mapping[str, SuppliedRegions] | None = None,
    resume: str | os.PathLike[str] | None = None,
    skip_missing: bool = False,
    progress: bool | None = None,
    watch: Watch | None = None,
) -> Run:
    """Index the documents of the questions and ask each about the regions of its first page.

    A page that cannot be read, or has no regions, counts as a miss; the `error` of its result has
    the reason. With `resume`, results are appended to that file, the index is stored next to it
    (the same name and `.snappy`), and a second run skips everything they contain.

    Args:
        samples: from `load_samples`.
        scoring: as in `RegionIndex.search`.
        sweep: also score and select under each setting of `SWEEP`.
        reading, executor, progress: as in `RegionIndex.add`.
        regions: regions from another parser, by `doc_name`; other documents are parsed here.

    Raises:
        FileNotFoundError: files are missing and `skip_missing` is false.
        ValueError: `resume` has results of other options, or `regions` belong to no document.
        FormatError: the `regions` of a document cannot be read.
        IndexMismatchError: the index next to `resume` has another encoder.
    """
    locations, missing = locate(samples)
    if missing and not (skip_missing and locations):
        names = ", ".join(missing[:MAX_NAMES])
        if len(missing) > MAX_NAMES:
            names += f" and {len(missing) - MAX_NAMES} more"
        raise FileNotFoundError(
            f"no such files: {names}; --skip-missing leaves out the questions that need them"
        )
    tokenizer, count = token_counter()
    store = MemoryStore() if resume is None else open_store(f"{os.fspath(resume)}.snappy")
    with RegionIndex(store, encoder) as index:
        query = index.encoder.encode_query(samples[0].question)
        # The paper's rules score a region on its own, not as part of its page.
        rule = default_rule(query)
        setting = Setting(scoring or ("maxsim" if rule == MIXTURE else rule))
        setup = f"{fingerprint(index.encoder, reading)}, {setting.name}, {tokenizer}"
        if sweep:
            setup += ", sweep"
        if regions is not None:
            setup += f", regions {_digest(regions)}"
        file = ResultFile(resume, setup)
        errors: dict[str, str] = {}
        for paths, supplied in _batches(samples, locations, regions or {}):
            if supplied is None:
                report = index.add(paths, reading=reading, executor=executor, progress=progress)
            else:
                report = index.add_document(
                    paths[0],
                    regions=supplied,
                    reading=reading,
                    executor=executor,
                    progress=progress,
                )
            errors |= {failure.source: failure.cause for failure in report.failed}
        results: list[Result] = []
        with store.read() as snapshot:
            for sample in samples:
                if sample.id not in locations:
                    continue
                result = file.get(sample.id, sample.document, sample.question)
                if result is None:
                    location = locations[sample.id]
                    page, score = _open(snapshot, index.encoder, sample, location, errors)
                    settings = SWEEP if sweep else ()
                    result = measure(sample, page, score, setting, count, settings, setup)
                    file.add(result)
                results.append(result)
                if watch is not None:
                    watch(result, len(results), len(locations))
    return Run(results, index.encoder.name, setting, tokenizer, len(samples) - len(locations))


def _batches(
    samples: Sequence[Sample],
    locations: Mapping[int, PageLocation],
    regions: Mapping[str, SuppliedRegions],
) -> Iterator[tuple[list[Path], SuppliedRegions | None]]:
    """Yield the files to index: first all without supplied regions, then each of the others."""
    if regions and not any(sample.document in regions for sample in samples):
        raise ValueError(f"no document of the questions is called {', '.join(sorted(regions))}")
    supplied: dict[Path, SuppliedRegions | None] = {}
    for sample in samples:
        if sample.id in locations and (path := locations[sample.id].path) not in supplied:
            document_regions = regions.get(sample.document)
            if document_regions is not None and path.suffix.lower() != ".pdf" and sample.pages:
                document_regions = _of_page(document_regions, sample.pages[0])
            supplied[path] = document_regions
    if paths := [path for path in supplied if supplied[path] is None]:
        yield paths, None
    for path, document_regions in supplied.items():
        if document_regions is not None:
            yield [path], document_regions


def _of_page(regions: SuppliedRegions, number: int) -> list[object] | None:
    """Return the regions of one page of a document as regions of the image of that page."""
    page = read_regions(regions).get(number)
    if page is None:
        return None
    return [
        {
            "page": 1,
            "bbox": list(region.box),
            "text": region.text,
            "label": region.label,
            "id": index,
            "parent": region.parent,
        }
        for index, region in enumerate(page.regions)
    ]


def _digest(regions: Mapping[str, SuppliedRegions]) -> str:
    text = json.dumps(regions, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _open(
    snapshot: Snapshot,
    encoder: Encoder,
    sample: Sample,
    location: PageLocation,
    errors: Mapping[str, str],
) -> tuple[Page, Score]:
    """Return the page of a question, and the function that scores its regions for it.

    A page that is not in the index is empty, with the reason as its warning.
    """
    document_id = Source.from_path(location.path).name
    page_ids = snapshot.page_ids(document_id) if snapshot.document(document_id) else {}
    if location.page not in page_ids:
        error = errors.get(document_id, f"has {len(page_ids)} pages, and no page {location.page}")
        warning = f"{location.path}: {error}"
        empty = Page(location.page, "", 1, 1, "px", NO_WORDS, (), warning=warning)
        return empty, lambda setting: np.zeros(0, dtype=np.float32)
    query = encoder.encode_query(sample.question)
    weights = page_scores.query_weights(snapshot, query)
    page_id = page_ids[location.page]
    (vectors,) = snapshot.vectors([page_id])
    return snapshot.page(page_id), scorer(vectors, query, weights)
