"""Adding and asking as a whole, compared to a plain pipeline: chunks with one vector each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from benchmarks.measure import (
    REPORT,
    NotRun,
    Result,
    absent,
    alternate,
    cpu_seconds,
    milliseconds,
    real_pdfs,
    report_copies,
    slowdown,
)
from snappy_core import ReadingOptions, RegionIndex, Workers
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.stores import MemoryStore
from snappy_core.vectors import normalize

WORDS = 150  # of a chunk
BATCH = 32
QUESTION = "What coupon does the green bond carry?"


def run() -> Iterator[Result | NotRun]:
    """Add real PDFs, and ask them a question, in CPU time; add them with two workers."""
    adding = f"adding real PDFs / PDFium text, {WORDS}-word chunks, one MiniLM vector each"
    with_two = "adding real PDFs with two workers / the same chunks in one process"
    asking = "a question to them / the same chunks by BM25 and vector"
    if why := absent("langchain-text-splitters"):
        yield from (NotRun(name, why) for name in (adding, with_two, asking))
        return
    encoder, files = MiniLMEncoder(threads=1), real_pdfs()
    ours, plain = alternate(
        lambda: _add(files, encoder), lambda: _chunks(files, encoder), rounds=3, clock=cpu_seconds
    )
    yield slowdown(adding, ours, plain, 1.1, peer="plain chunks")
    yield _with_two_workers(with_two, files, encoder)
    if why := absent("bm25s"):
        yield NotRun(asking, why)
        return
    index, chunks = _add(files, encoder), _chunks(files, encoder)
    ask = chunks.searcher(encoder)
    ours, plain = alternate(
        lambda: index.search(QUESTION), lambda: ask(QUESTION), rounds=101, clock=cpu_seconds
    )
    yield slowdown(asking, ours, plain, 3, peer="plain chunks and BM25")


def _with_two_workers(name: str, files: list[Path], encoder: MiniLMEncoder) -> Result:
    """Add documents, including the start of the workers; the sample report as ten copies.

    This is wall time, not CPU time, so it needs an idle machine. The chunks of each document are
    encoded separately, since copies would fill whole batches with texts of the same length.
    """
    cores: list[float] = []

    def add() -> None:
        started = cpu_seconds()
        _add(documents, encoder, Workers(2))
        cores.append(cpu_seconds() - started)

    with tempfile.TemporaryDirectory() as folder:
        documents = report_copies(Path(folder)) if files == [REPORT] else files
        two, plain = alternate(
            add, lambda: [_chunks([document], encoder) for document in documents], rounds=3
        )
    detail = f"{milliseconds(median(cores))} of cores; "
    return slowdown(name, two, plain, 0.65, detail, "plain chunks")


def _add(files: list[Path], encoder: MiniLMEncoder, workers: Workers | None = None) -> RegionIndex:
    index = RegionIndex(MemoryStore(), encoder)
    reading = ReadingOptions(ocr="never")
    index.add(files, reading=reading, executor=workers, progress=False).raise_failed()
    return index


@dataclass(frozen=True, slots=True)
class _Chunks:
    """Texts, and a unit vector for each (n, d)."""

    texts: list[str]
    vectors: NDArray[np.float32]

    def searcher(self, encoder: MiniLMEncoder) -> Any:
        """Return a function that gives the ten best chunks for a question, by rank fusion."""
        from bm25s import BM25

        bm25 = BM25()
        bm25.index([text.lower().split() for text in self.texts], show_progress=False)

        def ask(question: str) -> list[str]:
            by_vector = self.vectors @ _mean_vectors([question], encoder)[0]
            by_terms = bm25.get_scores(question.lower().split())
            ranks = [np.argsort(np.argsort(-scores)) for scores in (by_vector, by_terms)]
            fused = sum(1 / (60 + rank) for rank in ranks)
            return [self.texts[chunk] for chunk in np.argsort(-fused)[:10].tolist()]

        return ask


def _chunks(files: list[Path], encoder: MiniLMEncoder) -> _Chunks:
    from snappy_langchain.chunks import split

    texts = []
    for file in files:
        with pdfium.PdfDocument(file) as document:
            for page in document:
                texts += split(page.get_textpage().get_text_range(), WORDS)
    order = np.argsort([len(text) for text in texts])  # batches of similar length
    vectors = np.empty((len(texts), encoder.dim), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        vectors[batch] = _mean_vectors([texts[chunk] for chunk in batch.tolist()], encoder)
    return _Chunks(texts, vectors)


def _mean_vectors(texts: list[str], encoder: MiniLMEncoder) -> NDArray[np.float32]:
    """Return the mean of each text's last hidden states, normalized."""
    tokens = [encoded.ids for encoded in encoder._tokenizer.encode_batch(texts)]
    ids = np.zeros((len(texts), max(map(len, tokens))), dtype=np.int64)
    for row, each in zip(ids, tokens, strict=True):
        row[: len(each)] = each
    mask = np.arange(ids.shape[1]) < np.array([len(each) for each in tokens])[:, None]
    states = encoder.run_model(ids, mask.astype(np.int64))
    return normalize((states * mask[:, :, None]).sum(axis=1))
