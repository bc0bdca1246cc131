"""How much of a claim is in a passage, and whether the passage says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snappy_core.search.grounding.passages import Passage
from snappy_core.search.grounding.tokens import FUNCTION_WORDS, NEGATIONS, Token, matches

MIN_IN_ORDER = 0.7
"""Share of a claim's words that must be in its order; all numbers and names must be."""

LINKING = frozenset("amounted came equaled equalled reached stood totaled totalled".split())
"""Verbs that a claim about a table cell may contain, since a table has none."""

MAX_SKIPPED = 1.0
"""Maximum number of passage words between the claim's words, per claim word."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A claim aligned with a passage.

    Attributes:
        score: share of the claim's words found, 0..1.
        is_verified: whether the passage says the same, see `Claim.verdict`.
        missing: the numbers of the claim that were not found.
        words: the words of the passage that match, and those between them.
    """

    score: float
    is_verified: bool
    missing: tuple[Token, ...]
    words: tuple[int, ...]


def align(claim: Sequence[Token], passage: Passage) -> Alignment:
    """Align the content tokens of a claim with a passage."""
    source = [token for token in passage.tokens if token.key not in FUNCTION_WORDS]
    claim_ids, source_ids = _ids(claim, source, passage.scales)
    are_found = [number >= 0 for number in claim_ids]
    named = [
        is_found
        or (token.kind != "number" and token.key in passage.extra)
        or (not passage.is_ordered and token.key in LINKING)
        for token, is_found in zip(claim, are_found, strict=True)
    ]
    score = sum(named) / len(claim)
    missing = tuple(
        token
        for token, is_in in zip(claim, are_found, strict=True)
        if not is_in and token.kind == "number"
    )
    positions = _common(claim_ids, source_ids)
    if passage.is_ordered:
        matched = [j for _, j in positions]
        words = list(passage.words_of([source[j] for j in matched]))
    else:
        matched = [j for j, number in enumerate(source_ids) if number in claim_ids]
        words = sorted({word for j in matched for word in passage.words_of([source[j]])})
    is_verified = (
        all(named)
        and bool(matched)
        and _negations(claim) == _negations(source[max(matched[0] - 2, 0) : matched[-1] + 1])
        and (not passage.is_ordered or _in_order(claim, positions, are_found, source))
    )
    return Alignment(score, is_verified, missing, tuple(words))


def _ids(
    claim: Sequence[Token], source: Sequence[Token], scales: frozenset[float]
) -> tuple[list[int], list[int]]:
    """Number tokens so that matching ones are equal; unmatched claim tokens are negative."""
    first: dict[tuple[bool, str, str], int] = {}
    source_ids = [
        first.setdefault((token.kind == "number", token.key, token.unit), j)
        for j, token in enumerate(source)
    ]
    claim_ids = []
    for i, token in enumerate(claim):
        number = first.get((token.kind == "number", token.key, token.unit))
        if number is None:
            same = (j for j in first.values() if matches(token, source[j], scales))
            number = next(same, -1 - i)
        claim_ids.append(number)
    return claim_ids, source_ids


def _negations(tokens: Sequence[Token]) -> int:
    return sum(token.key in NEGATIONS for token in tokens)


def _in_order(
    claim: Sequence[Token],
    positions: Sequence[tuple[int, int]],
    are_found: Sequence[bool],
    source: Sequence[Token],
) -> bool:
    """Return whether a claim keeps the order and omits nothing that could contradict it."""
    ordered, matched = {i for i, _ in positions}, {j for _, j in positions}
    if len(ordered) < MIN_IN_ORDER * sum(are_found):
        return False
    if any(
        is_found and token.kind != "word" and i not in ordered
        for i, (token, is_found) in enumerate(zip(claim, are_found, strict=True))
    ):
        return False
    skipped = [source[j] for j in range(min(matched), max(matched) + 1) if j not in matched]
    if len(skipped) > MAX_SKIPPED * len(claim):
        return False
    if any(token.kind == "name" for token in claim) and any(t.kind == "name" for t in skipped):
        return False
    units = {_unit(token) for token in claim if token.kind == "number"}
    return not any(token.kind == "number" and _unit(token) in units for token in skipped)


def _unit(token: Token) -> tuple[str, float]:
    """The key of numbers that could replace each other."""
    return token.unit, 1.0 if token.unit else token.scale


def _common(claim: Sequence[int], source: Sequence[int]) -> list[tuple[int, int]]:
    """Return the index pairs of a longest common subsequence."""
    from rapidfuzz.distance import LCSseq

    pairs = []
    for code in LCSseq.opcodes(list(claim), list(source)):
        if code.tag == "equal":
            pairs += list(
                zip(
                    range(code.src_start, code.src_end),
                    range(code.dest_start, code.dest_end),
                    strict=True,
                )
            )
    return pairs


def align_quotation(quote: Sequence[Token], passage: Passage) -> Alignment:
    """Return whether a quotation is in a passage word for word, including function words.

    Args:
        quote: the literal tokens of the quotation.
    """
    size = len(quote)
    best = Alignment(0.0, False, tuple(t for t in quote if t.kind == "number"), ())
    for start in range(len(passage.literal) - size + 1):
        window = passage.literal[start : start + size]
        same = [matches(a, b) for a, b in zip(quote, window, strict=True)]
        score = sum(same) / size
        if score > best.score:
            pairs = zip(quote, same, strict=True)
            missing = tuple(t for t, is_same in pairs if not is_same and t.kind == "number")
            best = Alignment(score, all(same), missing, tuple(passage.words_of(window)))
    return best
