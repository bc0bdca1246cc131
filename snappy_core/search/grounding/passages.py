"""The passages that claims are compared with: sentences, rows and cells of the sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from snappy_core.boxes import Boxes, as_boxes, line_boxes
from snappy_core.search.grounding.report import Place
from snappy_core.search.grounding.tokens import Token, content, fold, literal, tokenize
from snappy_core.search.hits import Hit
from snappy_core.search.joining import join_texts
from snappy_core.search.sentences import sentence_bounds
from snappy_core.search.spans import Span, cells_of, spans_of
from snappy_core.types import Box, Page, Region

_PRONOUN = re.compile(r"^(?:it|its|they|their|these|this|those|he|his|she|her|both)\b", re.I)
_BORDER = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^\|(?: *:?-+:? *\|)+$")


@dataclass(frozen=True, slots=True)
class GroundingSource:
    """A text that may support an answer.

    Attributes:
        rects: the boxes of its lines, in order.
        heading: the headings above it; a claim about the text may use their words.
    """

    text: str
    region_id: str = ""
    document_id: str = ""
    source: str = ""
    page_number: int = 0
    page_label: str = ""
    rects: tuple[Box, ...] = ()
    heading: str = ""


def sources_of_hit(hit: Hit) -> list[GroundingSource]:
    """Return the region of a hit, and each part where its text starts or continues.

    A sentence that continues from one part to the next is a separate source, located at the last
    line of the first part.
    """
    parts = [_source_of_part(part) for part in hit.parts]
    bounds = join_texts([part.text for part in parts])[1]
    return [*parts, *_crossing(hit.text, parts, bounds)]


def _source_of_part(hit: Hit) -> GroundingSource:
    return GroundingSource(
        hit.region.text,
        hit.region_id,
        hit.document_id,
        hit.source,
        hit.page_number,
        hit.page_label,
        hit.rects or (hit.region.box,),
        hit.region.section,
    )


def sources_of_metadata(text: str, metadata: Mapping[str, Any]) -> list[GroundingSource]:
    """Return a text with the metadata of its region, or with whatever else is known about it.

    For the whole text of a region with several parts, these are the sources of `sources_of_hit`.
    """
    source = _source_of_text(text, metadata)
    parts = json.loads(metadata.get("parts_json") or "[]")
    if not parts or len(text) != parts[-1]["end"]:
        return [source]
    sources = [
        replace(
            source,
            text=text[part["start"] : part["end"]],
            region_id=part["region_id"],
            page_number=part["page_number"],
            page_label=part["page_label"],
            rects=tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in part["rects"]),
        )
        for part in parts
    ]
    return [*sources, *_crossing(text, sources, [(p["start"], p["end"]) for p in parts])]


def _source_of_text(text: str, metadata: Mapping[str, Any]) -> GroundingSource:
    rects = json.loads(metadata.get("rects_json") or "[]")
    return GroundingSource(
        text,
        str(metadata.get("region_id") or ""),
        str(metadata.get("document_id") or ""),
        str(metadata.get("source") or metadata.get("file_path") or ""),
        int(metadata.get("page_number") or 0),
        str(metadata.get("page_label") or ""),
        tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in rects),
        str(metadata.get("section") or ""),
    )


def _crossing(
    text: str, parts: Sequence[GroundingSource], bounds: Sequence[tuple[int, int]]
) -> Iterator[GroundingSource]:
    """Yield the sentences of a text that continue from one part to the next."""
    sentences = sentence_bounds(text)
    for part, (_, end) in zip(parts[:-1], bounds[:-1], strict=True):
        for start, stop in sentences:
            if start < end < stop:
                yield replace(part, text=text[start:stop], rects=part.rects[-1:])


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A part of a source, as tokens that can support a claim together.

    Attributes:
        literal: the tokens one by one, for quotations.
        owners: for each character of the text of these tokens, the word that it belongs to.
        boxes: (n, 4) the boxes of the words; of whole lines if `is_exact` is false.
        extra: keys from headings and introductions, which a claim may also use.
        scales: scales of numbers ("million") that are separate from them, here or in the heading.
        is_ordered: whether a claim must keep the order; a cell and its headers have none.
    """

    source: GroundingSource
    words: tuple[str, ...]
    tokens: tuple[Token, ...]
    literal: tuple[Token, ...]
    owners: tuple[int, ...]
    boxes: Boxes
    extra: frozenset[str]
    scales: frozenset[float]
    is_ordered: bool
    is_exact: bool

    def words_of(self, tokens: Sequence[Token]) -> range:
        """Return the words from the first to the last of some tokens, in order."""
        if not tokens:
            return range(0)
        return range(self.owners[tokens[0].start], self.owners[tokens[-1].end - 1] + 1)

    def place(self, words: Sequence[int]) -> Place:
        """Return the place of some of the passage's words, in ascending order."""
        boxes = self.boxes[list(words)] if len(self.boxes) else self.boxes
        rects = line_boxes(boxes) if self.is_exact else boxes
        lines = dict.fromkeys((x0, y0, x1, y1) for x0, y0, x1, y1 in rects.tolist())
        source = self.source
        return Place(
            source.region_id,
            source.document_id,
            source.source,
            source.page_number,
            source.page_label,
            " ".join(self.words[word] for word in words),
            tuple(lines),
        )


def passages_of_region(source: GroundingSource, page: Page, region: Region) -> list[Passage]:
    """Return the passages of a region whose page is known, with exact boxes of words."""
    spans = spans_of(page, region)
    texts = page.words.texts
    parts: list[tuple[tuple[int, ...], str, bool]] = []
    for span in _with_pronouns(spans):
        # The column headers are not a heading of the row: a claim must name the ones of its cell.
        heading = " ".join(texts[word] for word in span.context)
        if span.kind == "row":
            heading = "" if span.row is None else _corner(span.row)
        parts.append((span.words, heading, True))
        cells = cells_of(page, span)
        parts += [(cell.context + cell.words, heading, False) for cell in cells]
    return [
        _passage(
            source,
            [texts[word] for word in words],
            page.words.boxes[list(words)],
            f"{source.heading} {heading}",
            is_ordered,
            True,
        )
        for words, heading, is_ordered in parts
    ]


def _corner(row: Region) -> str:
    """Return the header above the row headers, often the unit of the table ("£ million")."""
    return " ".join(cell.text for cell in row.cells if cell.is_header and cell.column == 0)


def passages_of_text(source: GroundingSource) -> list[Passage]:
    """Return the passages of a text without its page; boxes are those of whole lines."""
    boxes = as_boxes(source.rects)
    widths = boxes[:, 2] - boxes[:, 0]
    ends = np.cumsum(widths) / max(float(widths.sum()), 1e-9)
    passages = []
    for unit in _units(source.text):
        if not unit.words:
            continue  # an empty cell
        # A line's share of the characters is about its share of the length.
        lengths = np.array([len(word) + 1 for word in unit.words])
        middles = (unit.offset + np.cumsum(lengths) - lengths / 2) / max(len(source.text), 1)
        lines = np.minimum(np.searchsorted(ends, middles), max(len(boxes) - 1, 0))
        heading = f"{source.heading} {unit.heading}"
        lines_of_words = boxes[lines] if len(boxes) else np.zeros((0, 4), np.float32)
        passages.append(
            _passage(source, unit.words, lines_of_words, heading, unit.is_ordered, False)
        )
    return passages


@dataclass(frozen=True, slots=True)
class _Unit:
    """The words of a sentence, row or cell, and their offset in the text."""

    words: list[str]
    offset: int
    is_ordered: bool = True
    heading: str = ""


def _units(text: str) -> Iterator[_Unit]:
    head: list[str] = []
    offset = 0
    for line in text.split("\n"):
        if line.startswith("|") and line.endswith("|"):
            cells = [cell.strip() for cell in _BORDER.split(line)[1:-1]]
            corner = head[0] if head else ""
            if not head:
                head = cells
            elif not _RULE.match(line):
                yield _Unit(" ".join(cells).split(), offset, True, corner)
                for name, cell in list(zip(head, cells, strict=False))[1:]:
                    yield _Unit(f"{cells[0]} {name} {cell}".split(), offset, False, corner)
        else:
            head = []
            bounds = sentence_bounds(line)
            for start, end in bounds:
                yield _Unit(line[start:end].split(), offset + start)
            for (start, _), (second, end) in pairwise(bounds):
                if _PRONOUN.match(line[second:]):
                    yield _Unit(line[start:end].split(), offset + start)
        offset += len(line) + 1


def _with_pronouns(spans: Sequence[Span]) -> list[Span]:
    """Add pairs of sentences whose second refers to the first ("It carries ...")."""
    pairs = [
        Span("sentence", f"{a.text} {b.text}", a.words + b.words, a.context)
        for a, b in pairwise(spans)
        if b.kind == "sentence" and _PRONOUN.match(b.text)
    ]
    return [*spans, *pairs]


def _passage(
    source: GroundingSource,
    words: Sequence[str],
    boxes: Boxes,
    heading: str,
    is_ordered: bool,
    is_exact: bool,
) -> Passage:
    text, owner_of = "", []
    for index, (word, following) in enumerate(zip(words, [*words[1:], ""], strict=True)):
        folded = fold(word)
        if folded.endswith("-") and len(folded) > 1 and following[:1].islower():
            folded = folded[:-1]  # hyphenated at the end of a line
        else:
            folded += " "
        text += folded
        owner_of += [index] * len(folded)
    tokens = tuple(tokenize(text))
    extra = content(tokenize(fold(heading)))
    return Passage(
        source,
        tuple(words),
        tokens,
        tuple(literal(text)),
        tuple(owner_of),
        boxes,
        frozenset(token.key for token in extra),
        frozenset(token.scale for token in (*tokens, *extra) if token.kind != "number"),
        is_ordered,
        is_exact,
    )
