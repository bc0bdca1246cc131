"""What the API accepts and returns. Boxes are fractions of the page, from its top left."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from snappy_core.search.hits import TokenMatch
from snappy_core.types import Box, Scalar

MetadataJson = dict[str, Scalar | list[Scalar]]


class Request(BaseModel):
    """The base of requests: unknown names are rejected."""

    model_config = ConfigDict(extra="forbid")


class Question(Request):
    """A question and the options of the search, as in `RegionIndex.search`."""

    question: str = Field(max_length=4000, examples=["What coupon does the green bond carry?"])
    k: int | None = Field(None, ge=1, le=100, description="the most regions to return")
    budget: int | None = Field(None, ge=1, le=200_000, description="the most tokens of all regions")
    documents: list[str] = Field([], max_length=1000, description="search only these")
    filter: dict[str, Any] | None = Field(None, description="as in docs/filters.md")
    score_threshold: float | None = Field(None, ge=-1, le=1)
    min_answerable: float | None = Field(None, ge=0, le=1)
    per_page: int | None = Field(None, ge=1)


class AnswerQuestion(Question):
    """A question to a chat model, and the options of the search for what it reads."""

    budget: int = Field(2000, ge=1, le=200_000, description="the most tokens that it reads")


class RegionQuestion(Request):
    """A question, and the region to explain."""

    question: str = Field(max_length=4000)
    region: str = Field(max_length=4000)


class Answer(Request):
    """An answer to check against the documents."""

    answer: str = Field(max_length=50_000)
    regions: list[str] | None = Field(
        None,
        max_length=100,
        description="the regions it was generated from; by default all documents are searched",
    )


class HighlightJson(BaseModel):
    """A part of a region that answers, with a box for each of its lines."""

    kind: str
    text: str
    score: float
    rects: list[Box]


class RegionJson(BaseModel):
    """A region and its place."""

    region: str
    document: str
    file_name: str
    page: int
    page_label: str
    label: str
    section: str
    text: str
    box: Box
    parent: str | None
    ocr_confidence: float


class CellJson(BaseModel):
    """A cell of a table, by its row and column from 0."""

    text: str
    row: int
    column: int
    row_span: int
    column_span: int
    is_header: bool


class PartJson(BaseModel):
    """Where a hit starts or continues, in another column or on another page."""

    region: str
    page: int
    page_label: str
    box: Box
    rects: list[Box]
    highlights: list[HighlightJson]


class HitJson(RegionJson):
    """A region that answers; `text` includes the text of its other `parts`.

    A table or row has its cells, if they are known.
    """

    rank: int
    score: float
    page_score: float
    rects: list[Box]
    highlights: list[HighlightJson]
    quotes: list[str]
    parts: list[PartJson]
    cells: list[CellJson]
    metadata: MetadataJson


class HitsJson(BaseModel):
    """The hits of a search, best first."""

    question: str
    answerable: float | None
    hits: list[HitJson]


class PageJson(BaseModel):
    """A page with all its regions, in reading order."""

    document: str
    file_name: str
    version: str  # identifies the bytes of the document
    page: int
    page_label: str
    pages: int
    width: float
    height: float
    unit: str
    regions: list[RegionJson]


class ExplanationJson(BaseModel):
    """Why a region was found."""

    tokens: list[TokenMatch]
    shares: dict[str, float]


class TokenJson(BaseModel):
    """A word of a question; only words with content contribute heat."""

    token: str
    is_content: bool


class HeatJson(BaseModel):
    """How strongly each patch of a page matches; `grid` is null if patches are words."""

    values: list[float]
    boxes: list[list[float]]
    grid: tuple[int, int] | None


class PlaceJson(BaseModel):
    """The place that supports a claim."""

    region: str
    document: str
    file_name: str
    page: int
    page_label: str
    text: str
    rects: list[Box]


class ClaimJson(BaseModel):
    """A sentence or quotation of an answer; `verdict` is verified, partial or absent."""

    kind: str
    text: str
    start: int
    end: int
    verdict: str
    score: float
    missing_numbers: list[str]
    place: PlaceJson | None


class GroundingJson(BaseModel):
    """An answer with its claims; `cited` has a number after each verified claim."""

    answer: str
    cited: str
    is_verified: bool
    claims: list[ClaimJson]


class CitationJson(BaseModel):
    """The place that a mark in an answer refers to; `rects` are the lines in it that answer."""

    marker: str
    region: str
    document: str
    file_name: str
    page: int
    page_label: str
    box: Box
    rects: list[Box]


class ContextJson(BaseModel):
    """The passages that a chat model gets, and the places of their marks."""

    text: str
    tokens: int
    citations: list[CitationJson]


class TextJson(BaseModel):
    """A piece of an answer."""

    text: str


class CitationsJson(BaseModel):
    """The places of the marks in an answer, in the order of the marks."""

    citations: list[CitationJson]


class DoneJson(BaseModel):
    """The end; `is_verified` says whether all claims are, and is null without an answer."""

    is_verified: bool | None


class ErrorJson(BaseModel):
    """Why an answer ended early."""

    detail: str


AnswerEvent = ContextJson | TextJson | CitationsJson | ClaimJson | DoneJson | ErrorJson


class DocumentJson(BaseModel):
    """A document of the index."""

    document: str
    file_name: str
    pages: int
    metadata: MetadataJson


class IndexJson(BaseModel):
    """What the index is and what this server offers."""

    encoder: str
    chat_model: str | None
    documents: int
    pages: int
    labels: list[str]
    max_upload: int


class JobJson(BaseModel):
    """Documents that are being added: queued, running, done, or failed, if all of them did."""

    job: str
    name: str
    state: str
    documents: int = 0
    done: int = 0
    pages: int = 0
    expected_pages: int | None = None
    added: list[str] = []
    unchanged: list[str] = []
    warnings: list[str] = []
    failures: list[str] = []
