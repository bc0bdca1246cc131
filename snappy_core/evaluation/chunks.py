"""Plain chunking as a baseline: chunks from other frameworks' splitters, ranked in three ways."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.base import Encoder
from snappy_core.errors import MissingDependencyError, install_hint
from snappy_core.evaluation.evidence import CorpusWords, WordRanker
from snappy_core.registry import Registry
from snappy_core.scoring.idf import term
from snappy_core.scoring.ranking import ranking
from snappy_core.unspaced import split_words
from snappy_core.vectors import normalize

SIZES = (60, 150, 300)  # words
FUSION = 60  # the constant of reciprocal-rank fusion (Cormack et al., 2009)

Splitter = Callable[[str, int], list[str]]
"""Divides a text into chunks of at most a number of words."""


SPLITTERS: Registry[Splitter] = Registry(
    "splitter",
    "snappy.splitters",
    {"LangChain": "snappy_langchain.chunks:split", "LlamaIndex": "snappy_llamaindex.chunks:split"},
)


def chunk_rankers(
    words: CorpusWords, vectors: NDArray[np.float32] | None, encoder: Encoder
) -> Iterator[tuple[str, WordRanker]]:
    """Yield rankers of chunks of each size by each splitter, with their names.

    They rank by BM25 and, if there are vectors, by the cosine of the mean vectors of question and
    chunk ("dense") and by reciprocal-rank fusion of both.

    Args:
        vectors: (n, d) a vector for each word; None for a vision encoder.

    Raises:
        MissingDependencyError: a splitter or BM25 is not installed.
    """
    try:
        for size in SIZES:
            for name in SPLITTERS.names():
                chunks = cut_chunks(words, SPLITTERS.get(name), size)
                yield from _rankers(f"{size} words, {name}", chunks, words, vectors, encoder)
    except ImportError as error:
        raise MissingDependencyError(
            f"plain chunking needs its splitters: {install_hint('eval')}"
        ) from error


def cut_chunks(words: CorpusWords, split: Splitter, size: int) -> list[NDArray[np.int64]]:
    """Return the words of each chunk; chunks do not cross pages, and no word is lost.

    A word that is cut, such as a line without spaces, belongs to each chunk that has a part of it.
    """
    chunks = []
    for start, stop in zip(words.offsets[:-1].tolist(), words.offsets[1:].tolist(), strict=True):
        texts = words.texts[start:stop]
        letter_ends = np.cumsum([len(text) for text in texts])
        position = 0  # in letters
        for text in split(" ".join(texts), size):
            end = position + len("".join(text.split()))
            first = np.searchsorted(letter_ends, position, side="right")
            last = np.searchsorted(letter_ends, end)
            chunks.append(np.arange(start + first, min(start + last + 1, stop)))
            position = end
    return chunks


def _rankers(
    name: str,
    chunks: Sequence[NDArray[np.int64]],
    words: CorpusWords,
    vectors: NDArray[np.float32] | None,
    encoder: Encoder,
) -> Iterator[tuple[str, WordRanker]]:
    from bm25s import BM25

    bm25 = BM25()
    bm25.index([_terms(words.texts[word] for word in chunk) for chunk in chunks],
               show_progress=False)  # fmt: skip

    def by_terms(question: str) -> NDArray[np.float32]:
        return np.asarray(bm25.get_scores(_terms([question])), dtype=np.float32)

    scorers: dict[str, Callable[[str], NDArray[np.float32]]] = {"BM25": by_terms}
    if vectors is not None:
        means = normalize(np.array([vectors[chunk].sum(axis=0) for chunk in chunks]))

        def by_vector(question: str) -> NDArray[np.float32]:
            mean = encoder.encode_query(question).vectors.mean(axis=0, dtype=np.float32)
            return np.asarray(means @ normalize(mean[None])[0])

        def by_both(question: str) -> NDArray[np.float32]:
            return fuse(by_terms(question), by_vector(question))

        scorers |= {"dense": by_vector, "fusion": by_both}
    for kind, scorer in scorers.items():
        yield f"{kind}, {name}", _word_ranker(scorer, chunks)


def _word_ranker(
    scorer: Callable[[str], NDArray[np.float32]], chunks: Sequence[NDArray[np.int64]]
) -> WordRanker:
    return lambda question, _: (chunks[i] for i in ranking(scorer(question)).tolist())


def fuse(*scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `sum 1 / (60 + rank)` over rankings, (n,): reciprocal-rank fusion.

    >>> fuse(np.array([3.0, 1.0, 2.0]), np.array([0.2, 0.9, 0.1])).argmax().item()
    0
    """
    ranks = [np.argsort(ranking(values)) for values in scores]
    parts = [1 / (FUSION + 1 + rank) for rank in ranks]
    return np.asarray(np.sum(parts, axis=0), dtype=np.float32)


def _terms(words: Iterable[str]) -> list[str]:
    parts = (part for word in words for part in split_words(word))
    return [word_term for part in parts if (word_term := term(part)) is not None]
