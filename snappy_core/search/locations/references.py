"""Finding the places that a question names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from snappy_core.search.locations import words
from snappy_core.search.locations.words import Kind

MAX_RANGE = 50
"""Number of pages in the longest accepted range: "pages 3-2019" is not a range."""

COUNTED: tuple[Kind, ...] = ("page", "figure", "table", "chart")
"""The kinds that can be counted: the third figure, the last page."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that a question names.

    Attributes:
        text: how the question names it.
        kind: the kind of place.
        labels: numbers or letters as printed ("14", "iv", "4.1", "B"), halves of the page ("top",
            "right"), or the name of a section. Without labels and positions, any place of the kind.
        positions: counted from 1, or from the end if negative.
    """

    text: str
    kind: Kind
    labels: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LocationMatch:
    """A place that the question names and that contains a region.

    Attributes:
        text: how the question names it: "page 14".
        weight: 0..1; the fraction of the way to 1 by which the score is raised.
    """

    text: str
    weight: float


def raised(score: float, locations: Iterable[LocationMatch]) -> float:
    """Return a score raised by the places that contain a region.

    >>> raised(0.5, [LocationMatch("page 14", 0.5), LocationMatch("Figure 3", 0.5)])
    0.875
    """
    for location in locations:
        score += location.weight * (1 - score)
    return score


def without_places(score: float, locations: Iterable[LocationMatch]) -> float:
    """Return the score before `raised`.

    >>> without_places(0.875, [LocationMatch("page 14", 0.5), LocationMatch("Figure 3", 0.5)])
    0.5
    """
    return 1 - (1 - score) / math.prod(1 - location.weight for location in locations)


def find_references(question: str) -> tuple[Reference, ...]:
    """Return the places that a question names, each once.

    >>> [(r.kind, r.labels or r.positions) for r in find_references(
    ...     "How do Figure 3 on pages 4-6 and the last table at the top right differ?")]
    [('figure', ('3',)), ('page', ('4', '5', '6')), ('table', (-1,)), ('side', ('top', 'right'))]
    >>> find_references("How many pages has the report?")
    ()
    """
    # Patterns that ignore case are ten times slower, so most of them search this text.
    lower = "".join(low if len(low := char.lower()) == 1 else char for char in question)
    nouns = list(_NOUN.finditer(lower))
    references = (
        *_numbered(question, nouns), *_counted(lower), *_covers(lower), *_named(question, nouns),
        *_left_out(lower), *_sides(lower),
    )  # fmt: skip
    return tuple(dict.fromkeys(references))


def _any(alternatives: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(alternatives, key=len, reverse=True)) + ")"


def _words(alternatives: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){_any(alternatives)}(?!\w)")


_NOUN = re.compile(
    r"(?<!\w)(?:"
    + "|".join(f"(?P<{kind}>{_any(nouns)})" for kind, nouns in words.NOUNS.items())
    + r")(?![^\W\d])"
)
_ROMAN = r"(?=[ivxlc])(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3})"
_NUMBER = _any(words.NUMBERS)
# Case distinguishes a letter from a word: "Appendix B", "Table I", but not "the table a clerk ...".
_LABEL = (
    r"(?:\d+(?:\.\d+)*(?-i:[a-z])?(?![\w%])|(?-i:[A-Z](?:[-.]?\d+(?:\.\d+)*)?)(?![\w'’])|"
    rf"{_ROMAN}(?![\w'’])|{_NUMBER}(?!\w))"
)
_RANGE = rf"(?:\s*[-–—]\s*|\s+{_any(words.RANGES)}\s+)"
_LIST = rf"(?:\s*[,&]\s*(?:{_any(words.LISTS)}\s+)?|\s+{_any(words.LISTS)}\s+)"
_LABELS = re.compile(
    rf"\s*(?:{_any(words.NUMBER_SIGNS)}\s*)?"
    rf"(?P<labels>{_LABEL}(?:(?:{_RANGE}|{_LIST}){_LABEL})*)",
    re.IGNORECASE,
)
_SPLIT = re.compile(rf"(?P<label>{_LABEL})|(?P<range>{_RANGE})", re.IGNORECASE)


def _numbered(question: str, nouns: Iterable[re.Match[str]]) -> Iterator[Reference]:
    """Find "page 14", "pages 3-5", "Tables 1 and 2", "Section 4.1", "Appendix B".

    An appendix without a number is any of them.
    """
    for noun in nouns:
        kind = cast(Kind, noun.lastgroup)
        match = _LABELS.match(question, noun.end())
        if match:
            text = question[noun.start() : match.end()]
            yield Reference(text, kind, _split_labels(match["labels"]))
        elif kind == "appendix":
            yield Reference(question[noun.start() : noun.end()], kind)


def _split_labels(text: str) -> tuple[str, ...]:
    """Return the labels of a list with ranges.

    >>> _split_labels("3-5 and nine"), _split_labels("A"), _split_labels("iv")
    (('3', '4', '5', '9'), ('A',), ('iv',))
    """
    labels: list[str] = []
    in_range = False
    for part in _SPLIT.finditer(text):
        if part["range"]:
            in_range = True
            continue
        label = part["label"]
        label = str(words.NUMBERS.get(label.lower(), label))
        if in_range and labels[-1].isdigit() and label.isdigit():
            first, last = int(labels[-1]), int(label)
            if first < last <= first + MAX_RANGE:
                labels += map(str, range(first + 1, last))
        labels.append(label)
        in_range = False
    return tuple(dict.fromkeys(labels))


_COUNTED = re.compile(
    rf"(?<!\w)(?P<ordinal>{_any(words.ORDINALS)}|\d+(?:st|nd|rd|th|ª|º|ème|e))\s+"
    rf"(?:(?P<count>{_NUMBER}|\d+)\s+)?(?:"
    + "|".join(f"(?P<{kind}>{_any(words.NOUNS[kind])})" for kind in COUNTED)
    + r")(?!\w)"
)


def _counted(lower: str) -> Iterator[Reference]:
    """Find "the third figure", "the last page", "the first two tables"."""
    for match in _COUNTED.finditer(lower):
        start = words.ORDINALS.get(match["ordinal"]) or int(re.sub(r"\D", "", match["ordinal"]))
        count = match["count"] or "1"
        length = min(words.NUMBERS.get(count) or int(count), MAX_RANGE)
        step = 1 if start > 0 else -1
        positions = tuple(start + step * i for i in range(length)) if start else ()
        if positions:
            yield Reference(match[0], cast(Kind, match.lastgroup), positions=positions)


_COVER, _BACK_COVER = _words(words.COVERS), _words(words.BACK_COVERS)


def _covers(lower: str) -> Iterator[Reference]:
    backs = list(_BACK_COVER.finditer(lower))
    for match in backs:
        yield Reference(match[0], "page", positions=(-1,))
    for match in _COVER.finditer(lower):
        if all(match.end() != back.end() for back in backs):
            yield Reference(match[0], "page", positions=(1,))


_QUOTED = r"[\"“„‘'«](?P<name>[^\"“”„‘’'«»]{3,80})[\"”“’'»]"
_NAME_AFTER = re.compile(
    rf"\s+(?:{_QUOTED}|(?P<title>[A-Z][\w-]+(?:\s+(?:(?:and|of|the|for|to|in)\s+)*[A-Z][\w-]+)*))"
)
_NAME_BEFORE = re.compile(rf"{_QUOTED}\s+$")


def _named(question: str, nouns: Iterable[re.Match[str]]) -> Iterator[Reference]:
    """Find sections by name: `the "Methods" section`, "Section Warnings and Cautions"."""
    for noun in nouns:
        if noun.lastgroup not in ("section", "chapter"):
            continue
        if after := _NAME_AFTER.match(question, noun.end()):
            text = question[noun.start() : after.end()]
            yield Reference(text, "section", (after["name"] or after["title"],))
        elif before := _NAME_BEFORE.search(question[: noun.start()]):
            text = question[before.start() : noun.end()]
            yield Reference(text, "section", (before["name"],))


_LEFT_OUT = {kind: _words(forms) for kind, forms in words.LEFT_OUT.items()}


def _left_out(lower: str) -> Iterator[Reference]:
    """Find "the header", "the table of contents": regions returned only if they are named."""
    for kind, pattern in _LEFT_OUT.items():
        for match in pattern.finditer(lower):
            yield Reference(match[0], kind)


_VERTICAL = _any(words.SIDES["top"] + words.SIDES["bottom"])
_HORIZONTAL = _any(words.SIDES["left"] + words.SIDES["right"])
_SIDE = _any((_VERTICAL, _HORIZONTAL))
_SIDE_NOUN = _any(noun for kind in ("figure", "table", "chart") for noun in words.NOUNS[kind])
_PART = r"(?:[-\s]hand)?\s+(?:corner|side|half|part|column|panel|end|edge)"
# "The top of the page", but neither "the top of the league" nor "the left won".
_SIDES = re.compile(
    rf"(?<!\w)(?:{_VERTICAL}[-\s]+(?:à\s+|a\s+(?:la\s+)?)?{_HORIZONTAL}(?!\w)"
    rf"|(?:at|in|on|to|near)\s+(?:the\s+)?(?:very\s+)?{_SIDE}"
    rf"(?=\s+of\s+(?:the\s+|this\s+|that\s+)?(?:\w+\s+)?{_any(words.NOUNS['page'])}|\s*[?,.]|\s*$)"
    rf"|{_SIDE}{_PART}"
    rf"|{_SIDE}(?:[-\s]hand)?\s+{_SIDE_NOUN}(?!\w))"
)
_SIDE_NAMES = {name: _words(forms) for name, forms in words.SIDES.items()}


def _sides(lower: str) -> Iterator[Reference]:
    """Find "at the top right", "the left chart", "at the bottom of page 3"."""
    for match in _SIDES.finditer(lower):
        names = tuple(name for name, form in _SIDE_NAMES.items() if form.search(match[0]))
        yield Reference(match[0], "side", names)
