"""What searches return: hits, heat maps and token matches, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes
from snappy_core.names import citation, split_region_id
from snappy_core.search.hits_html import hits_html
from snappy_core.search.joining import join_texts, page_range
from snappy_core.search.locations.references import LocationMatch
from snappy_core.types import Box, Matrix, Metadata, Region

HighlightKind = Literal["sentence", "row", "cell", "item", "line", "area"]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A part of a hit that answers.

    Attributes:
        kind: a sentence of a text, a row or cell of a table, an item of a list, a line of
            anything else; for vision encoders an area of connected patches in the heat map.
        text: its words; for a row or cell with their headers ("Grid services; Q3: 2.7").
        score: late interaction restricted to it, its headers and its introduction, -1..1.
        words: indices of its words in the page's `Words`.
        rects: tight boxes around its words, one for each line.
    """

    kind: HighlightKind
    text: str
    score: float
    words: tuple[int, ...]
    rects: tuple[Box, ...]


def to_highlights(items: Iterable[Mapping[str, Any]]) -> tuple[Highlight, ...]:
    """Return highlights from their form in `region_metadata`."""
    return tuple(
        Highlight(
            kind=item["kind"],
            text=item["text"],
            score=item["score"],
            words=tuple(item["words"]),
            rects=tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in item["rects"]),
        )
        for item in items
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """A region that answers a question, with its page, its document and its scores.

    A notebook displays it as a small map of the page with the text next to it.

    Attributes:
        region: its text, label, box and position in the reading order.
        region_id: `document#p3r7`: unique in the index and the same in every search.
        page_number: from 1.
        page_label: the page number as printed.
        page_width, page_height: in `page_unit`, "pt" for PDF pages and "px" for images.
        rank: 1 for the best hit.
        score: what hits are ranked by, -1..1. It includes `locations`; the other scores do not. A
            reranker reassigns the scores of the hits in its own order.
        region_score: late interaction inside the region, or the score by the scoring rule, -1..1.
        page_score: late interaction over the whole page, a weighted mean of cosines, -1..1.
        page_maxsim: raw MaxSim of the page, the unweighted sum over the query tokens.
        query: the question.
        ocr_confidence: mean over the region's words, 0..1; -1 for a text layer.
        rects: a box for each line of the region, for tight highlighting.
        user_space: matrix from page fractions to PDF coordinates, as in `Page`.
        metadata: the keys given when the document was added.
        previous_id, next_id: the regions read before and after it, among those with the same
            parent; None at either end.
        parent: the region that contains it: the table of a row, the list of an item.
        locations: the places named in the question ("page 14") that contain it.
        rerank_score: the score by the reranker of the search, on its own scale.
        highlights: the parts of the region that answer, best first; empty for a region without
            words, unless it comes from a vision encoder.
        previous_parts, next_parts: the regions in other columns or on other pages where the text of
            the region starts and continues, in reading order, as hits of rank 0.
        whole: the region as it is stored, if only a part of it fit the budget; else None. `region`
            then has the text and words of that part, and the box of the whole.
    """

    region: Region
    region_id: str
    document_id: str
    source: str
    page_number: int
    page_label: str
    page_width: float
    page_height: float
    page_unit: Literal["pt", "px"]
    score: float
    region_score: float
    page_score: float
    page_maxsim: float
    rank: int
    query: str = ""
    ocr_confidence: float = -1.0
    rects: tuple[Box, ...] = ()
    user_space: Matrix | None = None
    metadata: Metadata = field(default_factory=dict)
    previous_id: str | None = None
    next_id: str | None = None
    parent: Region | None = None
    locations: tuple[LocationMatch, ...] = ()
    rerank_score: float | None = None
    highlights: tuple[Highlight, ...] = ()
    previous_parts: tuple[Hit, ...] = ()
    next_parts: tuple[Hit, ...] = ()
    whole: Region | None = None

    @property
    def parts(self) -> tuple[Hit, ...]:
        """The hit with the parts before and after it, in reading order; usually just the hit."""
        return *self.previous_parts, self, *self.next_parts

    @property
    def text(self) -> str:
        """The text of the region, and of the parts before and after it."""
        return join_texts([part.region.text for part in self.parts])[0]

    @property
    def page_range(self) -> str:
        """The page, or pages, as printed: "page 4", "pages 4-5"."""
        return page_range([part.page_label for part in self.parts])

    @property
    def quotes(self) -> tuple[str, ...]:
        """The texts of the highlights of all parts; () if they are the whole text."""
        highlights = (highlight for part in self.parts for highlight in part.highlights)
        texts = tuple(dict.fromkeys(each.text for each in highlights if each.text))
        return () if texts == (self.text,) else texts

    @property
    def citation(self) -> str:
        """A short form of `region_id` for prompts and answers, without the folders of a server."""
        return citation(self.region_id, self.document_id)

    @property
    def parent_id(self) -> str | None:
        """The region id of `parent`."""
        if self.region.parent is None:
            return None
        document_id, _ = split_region_id(self.region_id)
        return f"{document_id}#p{self.page_number}r{self.region.parent}"

    def _repr_html_(self) -> str:
        return hits_html([self])


@dataclass(frozen=True, slots=True)
class Hits(Sequence[Hit]):
    """The hits of a search, best first.

    Attributes:
        query: the question.
        answerable: the probability, 0..1, that the searched pages cover what is asked, assuming
            that half of all questions are answered. None if unknown: for encoders other than the
            embedded one, for scoring rules other than "mixture", and for questions that name a
            place ("page 14"). It is also high for pages that cover the topic without giving the
            answer. If the search has a judge, it is the judge's probability that the hits answer.
    """

    query: str
    hits: tuple[Hit, ...]
    answerable: float | None = None

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]

    def _repr_html_(self) -> str:
        return hits_html(self.hits)


@dataclass(frozen=True, slots=True)
class Explanation(Sequence["TokenMatch"]):
    """Why a region was found: the matches of the tokens of the question, in its order.

    Attributes:
        tokens: a match for each token.
        shares: what each signal adds to the score of the hit, by name; those that add nothing are
            left out.
        locations: the places named in the question ("page 14") that contain the region.
        rerank_score: the score by the reranker of the search, on its own scale.
    """

    tokens: tuple[TokenMatch, ...]
    shares: Mapping[str, float]
    locations: tuple[LocationMatch, ...] = ()
    rerank_score: float | None = None

    def __len__(self) -> int:
        return len(self.tokens)

    @overload
    def __getitem__(self, index: int) -> TokenMatch: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[TokenMatch, ...]: ...
    def __getitem__(self, index: int | slice) -> TokenMatch | tuple[TokenMatch, ...]:
        return self.tokens[index]


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """The relevance of each patch of a page to a question, or to one of its tokens.

    Attributes:
        values: (n,) cosines, -1..1: the maximum over the content tokens, or of the chosen token.
        boxes: (n, 4) the patches.
        grid: (rows, columns), or None when each patch is a word.
    """

    query: str
    document_id: str
    page_number: int
    values: NDArray[np.float32]
    boxes: Boxes
    grid: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """The patches that best match one token of a question, in a region and on its page.

    Attributes:
        weight: the token's share of the scores; the weights of a question sum to 1.
        similarity: the best cosine inside the region, at `box`; 0 in a region without patches.
        match: the word there, "" in a grid.
        page_similarity, page_match, page_box: the same for the whole page.
    """

    token: str
    weight: float
    similarity: float
    match: str
    box: Box | None
    page_similarity: float
    page_match: str
    page_box: Box | None
