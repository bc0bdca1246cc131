"""Claims of an answer, each compared with the passages of the sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from snappy_core.cancellation import raise_if_ended
from snappy_core.names import ID_SUFFIX
from snappy_core.search.grounding.alignment import Alignment, align, align_quotation
from snappy_core.search.grounding.passages import (
    GroundingSource,
    Passage,
    passages_of_text,
    sources_of_hit,
)
from snappy_core.search.grounding.report import Claim, Grounding
from snappy_core.search.grounding.tokens import (
    FUNCTION_WORDS,
    Token,
    content,
    fold,
    literal,
    tokenize,
)
from snappy_core.search.hits import Hit
from snappy_core.search.sentences import sentence_bounds
from snappy_core.types import Query

MIN_SHARE = 0.5
"""Share of its words in a passage from which a claim is partial."""

MIN_RESEMBLANCE = 0.6
"""Late interaction (cosine) from which a passage resembles a claim in other words. This makes a
claim partial, never verified."""

MOST_ALIGNED = 20
"""Maximum number of passages aligned with a claim: those that share the most words with it."""

MIN_QUOTE = 3
"""Words in the shortest quotation that is a separate claim; shorter ones are names and terms."""

_QUOTE = re.compile(
    r"[\u201c\u201e\u00ab\"]([^\u201c\u201d\u201e\u00ab\u00bb\"\n]+)[\u201d\u201c\u00bb\"]"
)
# "[2024] Prices.pdf#p1r1"; a lone "[" before it stays in the claim.
_ID = rf"(?:\[[^\[\]\n]*\]|[^\[\]\n])*{ID_SUFFIX}"
_NUMBERS = r"\d+(?:\.\d+)?(?:[,;\s]+\d+(?:\.\d+)?)*"
_CITATION = re.compile(rf"(?<![^\S\n])[^\S\n]*+\[(?:{_ID}|{_NUMBERS})\]")
_TAIL = re.compile(r"(?:(?<!\s)\s{2,}+[.!?;,]*+)?$")  # after a marker that was replaced by spaces
_MARKUP = re.compile(r"^\s*(?:[-*+•>]|#+|\d+[.)])\s+")


class TextEncoder(Protocol):
    """What grounding needs from an encoder."""

    def encode_query(self, text: str) -> Query: ...


Passages = Callable[[str], Sequence[Passage]]
"""Returns the passages to compare a claim with."""


def ground(
    answer: str, sources: Iterable[Hit | GroundingSource], *, encoder: TextEncoder | None = None
) -> Grounding:
    """Return which claims of an answer the sources support, and where.

    Numbers are compared by value; words regardless of case, ligatures, hyphens at line ends and
    common OCR errors. A claim whose numbers, names or negations differ from those of the passage is
    never verified, nor is a claim in other words: no model judges what a text implies.

    Args:
        sources: hits, or other texts. Places have the boxes of whole lines;
            `RegionIndex.ground` has those of the words.
        encoder: a text encoder, to find passages that resemble a claim in other words.
    """
    passages = [
        passage
        for source in sources
        for part in (sources_of_hit(source) if isinstance(source, Hit) else [source])
        for passage in passages_of_text(part)
    ]
    return ground_in(answer, lambda _: passages, encoder)


def ground_in(answer: str, passages: Passages, encoder: TextEncoder | None = None) -> Grounding:
    """Do the same as `ground`, with passages that may differ from claim to claim."""
    claims = [_check(span, passages(span.text), encoder) for span in claims_of(answer)]
    return Grounding(answer, tuple(claims))


@dataclass(frozen=True, slots=True)
class ClaimSpan:
    """A claim at its place in the answer."""

    kind: Literal["sentence", "quote"]
    text: str
    start: int
    end: int


def claims_of(answer: str) -> list[ClaimSpan]:
    """Divide an answer into sentences, and the longer quotations in them.

    Citation and list markers are not part of claims.

    >>> [claim.text for claim in claims_of('- It rose [1.2]. He said "no one came at all".')]
    ['It rose', 'He said "no one came at all".', 'no one came at all']
    """
    # Markers become spaces, so that offsets stay valid.
    text = _CITATION.sub(lambda match: " " * len(match[0]), answer)
    return list(_claims(text))


def _claims(text: str) -> Iterator[ClaimSpan]:
    offset = 0
    for line in text.split("\n"):
        markup = _MARKUP.match(line)
        begin = markup.end() if markup else 0
        for start, end in sentence_bounds(line[begin:]):
            start, end = start + begin, end + begin
            sentence = _TAIL.sub("", line[start:end])
            end = start + len(sentence)
            if content(tokenize(fold(sentence))):
                yield ClaimSpan("sentence", sentence, offset + start, offset + end)
            for quote in _QUOTE.finditer(sentence):
                if len(tokenize(fold(quote[1]))) >= MIN_QUOTE:
                    first, last = offset + start + quote.start(1), offset + start + quote.end(1)
                    yield ClaimSpan("quote", quote[1], first, last)
        offset += len(line) + 1


def _check(span: ClaimSpan, passages: Sequence[Passage], encoder: TextEncoder | None) -> Claim:
    raise_if_ended()
    tokens = tokenize(fold(span.text))
    best: tuple[tuple[bool, float, int], Alignment, Passage] | None = None
    for passage in _nearest(tokens, passages):
        if span.kind == "quote":
            alignment = align_quotation(literal(fold(span.text)), passage)
        else:
            alignment = align(content(tokens), passage)
        rank = alignment.is_verified, alignment.score, -len(passage.words)
        if best is None or rank > best[0]:
            best = rank, alignment, passage
    if best is not None and (best[1].is_verified or best[1].score >= MIN_SHARE):
        _, alignment, passage = best
        return Claim(
            span.kind,
            span.text,
            span.start,
            span.end,
            "verified" if alignment.is_verified else "partial",
            round(alignment.score, 3),
            _texts(alignment.missing, span),
            passage.place(alignment.words),
        )
    numbers = tuple(token for token in tokens if token.kind == "number")
    score = 0.0 if best is None else round(best[1].score, 3)
    missing = _texts(numbers if best is None else best[1].missing, span)
    similar = None
    if span.kind == "sentence" and encoder is not None:
        similar = _resembling(span.text, _nearest(tokens, passages, 0), encoder)
    evidence = None if similar is None else similar.place(range(len(similar.words)))
    verdict: Literal["partial", "absent"] = "absent" if evidence is None else "partial"
    return Claim(span.kind, span.text, span.start, span.end, verdict, score, missing, evidence)


def _nearest(claim: Sequence[Token], passages: Sequence[Passage], least: int = 1) -> list[Passage]:
    """Return the passages that share the most tokens with a claim, and at least `least` of them.

    Function words count in a claim that has no others, such as the quotation "it is what it is".
    """
    all_keys = {token.key for token in claim}
    keys = all_keys - FUNCTION_WORDS or all_keys
    shared = [len(keys & {token.key for token in passage.tokens}) for passage in passages]
    order = sorted(range(len(passages)), key=lambda i: -shared[i])[:MOST_ALIGNED]
    return [passages[i] for i in order if shared[i] >= least]


def _texts(tokens: Iterable[Token], span: ClaimSpan) -> tuple[str, ...]:
    text = fold(span.text)
    return tuple(text[token.start : token.end] for token in tokens)


def _resembling(claim: str, passages: Sequence[Passage], encoder: TextEncoder) -> Passage | None:
    """Return the passage that most resembles a claim by late interaction, if one does."""
    query = encoder.encode_query(claim)
    if query.terms is None:
        return None
    weights = query.content_mask / query.content_mask.sum()
    best, best_score = None, MIN_RESEMBLANCE
    for passage in passages:
        vectors = encoder.encode_query(" ".join(passage.words)).vectors
        score = float(weights @ (query.vectors @ vectors.T).max(axis=1))
        if score >= best_score:
            best, best_score = passage, score
    return best
