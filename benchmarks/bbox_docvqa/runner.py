"""Runs BBox-DocVQA: indexes its pages, asks its questions, each over the page of its evidence."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.bbox_docvqa.asking import SWEEP, Score, Setting, judge, scorer
from benchmarks.bbox_docvqa.dataset import Place, Sample, locate
from benchmarks.bbox_docvqa.results import Result, ResultFile
from benchmarks.bbox_docvqa.tokens import token_counter
from snappy_core.encoders.base import Encoder
from snappy_core.formats import SuppliedRegions, read_regions
from snappy_core.index import RegionIndex
from snappy_core.ingest.plan import fingerprint
from snappy_core.ingest.workers import Workers
from snappy_core.parsing.options import Ocr, ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.scoring.propagation import Scoring
from snappy_core.search import engine
from snappy_core.stores import MemoryStore, open_store
from snappy_core.stores.base import Snapshot
from snappy_core.types import NO_WORDS, Page

NAMED = 20
"""Missing files named in an error."""

Watch = Callable[[Result, int, int], None]
"""Told after each question its result, how many are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run.

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
    scoring: Scoring | None = None,
    sweep: bool = False,
    ocr: Ocr = "auto",
    workers: int | None = None,
    regions: Mapping[str, SuppliedRegions] | None = None,
    resume: str | os.PathLike[str] | None = None,
    skip_missing: bool = False,
    progress: bool | None = None,
    watch: Watch | None = None,
) -> Run:
    """Index the documents of the questions and ask each over the regions of its first page.

    A page that cannot be read or holds no region counts as a miss; the `error` of its result says
    why. With `resume`, results are kept in that file and the index beside it, under the same name
    with `.snappy` added: run again, what they hold is not done again.

    Args:
        samples: as `load_samples` gives them.
        scoring: as in `RegionIndex.search`.
        sweep: score and select under each setting of `SWEEP` too.
        ocr, workers, progress: as in `RegionIndex.add`.
        regions: those somebody already has, by `doc_name`; others are found as usual.

    Raises:
        FileNotFoundError: files are missing, which it names, and `skip_missing` is false.
        ValueError: `resume` holds results of other options, or `regions` are of no document.
        FormatError: `regions` of a document cannot be read.
        IndexMismatchError: the index beside it was made by another encoder.
    """
    places, missing = locate(samples)
    if missing and not (skip_missing and places):
        named = ", ".join(missing[:NAMED]) + f" and {len(missing) - NAMED} more" * (
            len(missing) > NAMED
        )
        raise FileNotFoundError(
            f"no such files: {named}; --skip-missing leaves out the questions that need them"
        )
    tokenizer, count = token_counter()
    store = MemoryStore() if resume is None else open_store(f"{os.fspath(resume)}.snappy")
    with RegionIndex(store, encoder) as index:
        first = index.encoder.encode_query(samples[0].question)
        setting = Setting(scoring or engine.default_scoring(first))
        reading = fingerprint(index.encoder, ReadingOptions(ocr))
        setup = f"{reading}, {setting.name}, {tokenizer}{', sweep' if sweep else ''}"
        if regions is not None:
            setup += f", regions {_digest(regions)}"
        kept = ResultFile(resume, setup)
        causes: dict[str, str] = {}
        options = {
            "reading": ReadingOptions(ocr),
            "executor": Workers(workers) if workers else None,
            "progress": progress,
        }
        for paths, given in _batches(samples, places, regions or {}):
            if given is None:
                report = index.add(paths, **options)
            else:
                report = index.add_document(paths[0], regions=given, **options)
            causes |= {failure.source: failure.cause for failure in report.failed}
        results: list[Result] = []
        with store.read() as snapshot:
            for sample in samples:
                if sample.id not in places:
                    continue
                result = kept.get(sample.id, sample.document, sample.question)
                if result is None:
                    page, score = _open(snapshot, index.encoder, sample, places[sample.id], causes)
                    other = SWEEP if sweep else ()
                    result = judge(sample, page, score, setting, count, other, setup)
                    kept.add(result)
                results.append(result)
                if watch is not None:
                    watch(result, len(results), len(places))
    return Run(results, index.encoder.name, setting, tokenizer, len(samples) - len(places))


def _batches(
    samples: Sequence[Sample],
    places: Mapping[int, Place],
    regions: Mapping[str, SuppliedRegions],
) -> Iterator[tuple[list[Path], SuppliedRegions | None]]:
    """Yield the files to index: all without regions together, each of the others with its own."""
    found: dict[Path, SuppliedRegions | None] = {}
    for sample in samples:
        if sample.id in places and places[sample.id].path not in found:
            path, given = places[sample.id].path, regions.get(sample.document)
            if given is not None and path.suffix.lower() != ".pdf" and sample.pages:
                given = _of_picture(given, sample.pages[0])
            found[path] = given
    if regions and not any(sample.document in regions for sample in samples):
        raise ValueError(f"no document of the questions is called {', '.join(sorted(regions))}")
    without = [path for path, given in found.items() if given is None]
    if without:
        yield without, None
    for path, given in found.items():
        if given is not None:
            yield [path], given


def _of_picture(regions: SuppliedRegions, number: int) -> list[object] | None:
    """Return the regions of one page of a document, for the picture of that page."""
    page = read_regions(regions).get(number)
    if page is None:
        return None
    return [
        {
            "page": 1,
            "bbox": list(region.box),
            "text": region.text,
            "label": region.label,
            "id": place,
            "parent": region.parent,
        }
        for place, region in enumerate(page.regions)
    ]


def _digest(regions: Mapping[str, SuppliedRegions]) -> str:
    written = json.dumps(regions, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def _open(
    snapshot: Snapshot, encoder: Encoder, sample: Sample, place: Place, causes: Mapping[str, str]
) -> tuple[Page, Score]:
    """Return the page of a question and how the question scores its regions.

    For a page that is not in the index it is an empty one with a warning.
    """
    name = Source.from_path(place.path).name
    ids = snapshot.page_ids(name) if snapshot.document(name) else {}
    if place.page not in ids:
        cause = causes.get(name, f"has {len(ids)} pages, and no page {place.page}")
        empty = Page(place.page, "", 1, 1, "px", NO_WORDS, (), warning=f"{place.path}: {cause}")
        return empty, lambda setting: np.zeros(0, dtype=np.float32)
    page_id = ids[place.page]
    query = encoder.encode_query(sample.question)
    weights = engine.query_weights(snapshot, query)
    (vectors,) = snapshot.vectors([page_id])
    return snapshot.page(page_id), scorer(vectors, query, weights)
