"""Lexical terms and their weights: rare words of a question count for more."""

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
"""English function words and the words with which one asks."""


def term(word: str) -> str | None:
    """Return the term a word is counted under, None for a stop word or mere punctuation.

    Lower case, without the punctuation around it, the possessive and the plural s: "Pages," and
    "page" are one term.

    >>> term("Pages,"), term("(Q3)"), term("company's"), term("the"), term("--")
    ('page', 'q3', 'company', None, None)
    """
    bare = word.casefold().replace("\u2019", "'")
    while bare and not bare[0].isalnum():
        bare = bare[1:]
    while bare and not bare[-1].isalnum():
        bare = bare[:-1]
    bare = bare.removesuffix("'s")
    if not bare or bare in STOP_WORDS:
        return None
    if len(bare) > 3 and bare.endswith("s") and not bare.endswith(("ss", "us", "is")):
        bare = bare[:-1]
    return bare


def page_terms(words: Iterable[str]) -> frozenset[str]:
    """Return the distinct terms of a page, each of which counts once for the page."""
    return frozenset(found for found in map(term, set(words)) if found is not None)


def idf(frequencies: NDArray[np.int64] | Sequence[int], pages: int) -> NDArray[np.float32]:
    """Return `ln(1 + (N - df + .5) / (df + .5))` for terms on `df` of `N` pages, shape (m,).

    The smoothed inverse document frequency of BM25 (Robertson and Zaragoza, 2009, with Lucene's
    1 + inside the logarithm, so that it is never negative).
    """
    df = np.asarray(frequencies, dtype=np.float32)
    return np.log1p((pages - df + 0.5) / (df + 0.5)).astype(np.float32)


def token_weights(
    terms: Sequence[str | None] | None, tokens: int, frequencies: dict[str, int], pages: int
) -> NDArray[np.float32]:
    """Return the weights of the tokens of a question, shape (tokens,), summing to 1.

    Args:
        terms: a term a token, None for stop words; None altogether for equal weights.
        frequencies: pages that hold each term; terms that are missing are on none.
        pages: N, the pages of the index.

    >>> token_weights(("q3", None), 2, {"q3": 1}, 10).tolist()
    [1.0, 0.0]
    >>> token_weights((None, None), 2, {}, 10).tolist()
    [0.5, 0.5]
    """
    if terms is None or all(found is None for found in terms):
        return np.full(tokens, 1 / tokens, dtype=np.float32)
    weights = idf([frequencies.get(found or "", 0) for found in terms], pages)
    weights[[found is None for found in terms]] = 0
    weights /= weights.sum()
    return weights
