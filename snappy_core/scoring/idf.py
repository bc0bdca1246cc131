"""Lexical terms and inverse document frequency: rare words of a question weigh more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

STOP_WORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being
    below between both but by can could did do does doing down during each few for from further
    had has have having he her here hers him his how i if in into is it its itself just may me
    might more most must my no nor not of off on once only or other our out over own per please
    same shall she should so some such tell than that the their them then there these they this
    those through to too under until up us very was we were what when where whether which while
    who whom whose why will with would you your""".split()
)
"""English function words and question words; they get no weight."""


def term(word: str) -> str | None:
    """Return the term of a word, None for a stop word or punctuation.

    A term is the word in lower case without surrounding punctuation, possessive or plural s:
    "Pages," and "page" have the same term.

    >>> term("Pages,"), term("(Q3)"), term("company's"), term("the"), term("--")
    ('page', 'q3', 'company', None, None)
    """
    bare = word.casefold().replace("\u2019", "'")
    start, end = 0, len(bare)
    while start < end and not bare[start].isalnum():
        start += 1
    while start < end and not bare[end - 1].isalnum():
        end -= 1
    bare = bare[start:end].removesuffix("'s")
    if not bare or bare in STOP_WORDS:
        return None
    if len(bare) > 3 and bare.endswith("s") and not bare.endswith(("ss", "us", "is")):
        bare = bare[:-1]
    return bare


def page_terms(words: Iterable[str]) -> frozenset[str]:
    """Return the distinct terms of a page."""
    return frozenset(filter(None, map(term, set(words))))


def idf(frequencies: NDArray[np.int64] | Sequence[int], pages: int) -> NDArray[np.float32]:
    """Return `ln(1 + (N - df + .5) / (df + .5))` for terms that occur on `df` of N pages, (m,).

    BM25's smoothed inverse document frequency (Robertson and Zaragoza, 2009), with Lucene's "1 +"
    inside the logarithm, which keeps it positive.
    """
    df = np.asarray(frequencies, dtype=np.float32)
    return np.log1p((pages - df + 0.5) / (df + 0.5)).astype(np.float32)


def token_weights(
    terms: Sequence[str | None] | None, tokens: int, frequencies: dict[str, int], pages: int
) -> NDArray[np.float32]:
    """Return the weights of a question's tokens, shape (tokens,), sum 1.

    Without any terms, as in a question of only stop words, all tokens weigh the same.

    Args:
        terms: the term of each token, None for a stop word; or None for equal weights.
        tokens: the number of tokens.
        frequencies: the number of pages with each term; missing terms are on no page.
        pages: the number of pages in the index.

    >>> token_weights(("q3", None), 2, {"q3": 1}, 10).tolist()
    [1.0, 0.0]
    >>> token_weights((None, None), 2, {}, 10).tolist()
    [0.5, 0.5]
    """
    if terms is None or not any(terms):
        return np.full(tokens, 1 / tokens, dtype=np.float32)
    weights = idf([frequencies.get(term or "", 0) for term in terms], pages)
    weights[[term is None for term in terms]] = 0
    weights /= weights.sum()
    return weights
