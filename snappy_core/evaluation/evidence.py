"""Evidence within a budget: how much of an answer is among the first words returned."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import contains_center
from snappy_core.evaluation.bench import Corpus, Question
from snappy_core.evaluation.metrics import bootstrap_groups
from snappy_core.search.context import estimate_tokens

BUDGETS = (100, 200, 400, 800)  # words
ENOUGH = 0.8  # share of an answer's words from which its question counts as answered

WordRanker = Callable[[str, int], Iterable[NDArray[np.int64]]]
"""Yields the words of each hit for a question, best first, by their number in the corpus, given the
number of words that will be read."""


@dataclass(frozen=True, slots=True, eq=False)
class CorpusWords:
    """The words of all pages of a bench, numbered consecutively.

    Attributes:
        texts: the words.
        offsets: page p has the words `offsets[p]:offsets[p + 1]`.
        tokens: estimated tokens of each word.
    """

    texts: Sequence[str]
    offsets: NDArray[np.int64]
    tokens: NDArray[np.int64]

    @classmethod
    def of(cls, corpus: Corpus) -> "CorpusWords":
        texts = [text for page in corpus.pages for text in page.words.texts]
        offsets = np.cumsum([0, *(len(page.words) for page in corpus.pages)], dtype=np.int64)
        return cls(texts, offsets, np.array(list(map(estimate_tokens, texts)), dtype=np.int64))


def gold_words(question: Question, corpus: Corpus, words: CorpusWords) -> NDArray[np.int64]:
    """Return the words whose center is in a gold box, by their number in the corpus."""
    page = corpus.keys.index((question.document, question.page))
    inside = contains_center(question.boxes, corpus.pages[page].words.boxes).any(axis=0)
    return np.asarray(words.offsets[page] + np.flatnonzero(inside))


def first_words(ranked: Iterable[NDArray[np.int64]], count: int) -> NDArray[np.int64]:
    """Return the first words of a ranking, at most `count`; repeated words count again.

    >>> first_words([np.array([4, 5]), np.array([5, 6])], 3).tolist()
    [4, 5, 5]
    """
    words = (word for part in ranked for word in part.tolist())
    return np.fromiter(islice(words, count), dtype=np.int64)


def measure_evidence(
    questions: Sequence[Question], corpus: Corpus, words: CorpusWords, rank: WordRanker
) -> dict[str, Any]:
    """Return how much of the answers is among the first words.

    Questions whose boxes contain no words are left out.

    Returns:
        Lists parallel to `BUDGETS`: `recall`, the mean share of the gold words returned, with
        `intervals` (95%, bootstrap over documents), `answered`, the share of the questions with
        `ENOUGH` of them, and `tokens`, all tokens returned divided by the number of questions
        answered.
    """
    recalls, tokens, documents = [], [], []
    for question in questions:
        gold = gold_words(question, corpus, words)
        if not len(gold):
            continue
        returned = [first_words(rank(question.text, budget), budget) for budget in BUDGETS]
        recalls.append([len(np.intersect1d(part, gold)) / len(gold) for part in returned])
        tokens.append([int(words.tokens[part].sum()) for part in returned])
        documents.append(question.document)
    shares, answered = np.array(recalls), np.array(recalls) >= ENOUGH
    return {
        "recall": _rounded(shares.mean(axis=0)),
        "intervals": [_rounded(bootstrap_groups(column, documents)) for column in shares.T],
        "answered": _rounded(answered.mean(axis=0)),
        "tokens": [
            round(spent / count) if count else None
            for spent, count in zip(
                np.sum(tokens, axis=0).tolist(), answered.sum(axis=0).tolist(), strict=True
            )
        ],
    }


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(float(value), 3) for value in values]


def rows_of(evidence: Mapping[str, Mapping[str, Any]]) -> Iterator[list[str]]:
    """Yield a row of text for each ranker: its measures at each budget."""
    for name, measures in evidence.items():
        yield [
            name,
            *(
                f"{recall:.2f} ({low:.2f}-{high:.2f})"
                for recall, (low, high) in zip(
                    measures["recall"], measures["intervals"], strict=True
                )
            ),
            "/".join(f"{share:.2f}" for share in measures["answered"]),
            "/".join("-" if count is None else str(count) for count in measures["tokens"]),
        ]
