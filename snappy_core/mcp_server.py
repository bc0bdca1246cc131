"""Tools for agents over the Model Context Protocol; needs the extra `[mcp]`."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterable
from typing import Annotated, Any, ParamSpec, TypeVar

try:
    from mcp.server.mcpserver import Image, MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp_types import CallToolResult, TextContent
    from pydantic import Field
    from typing_extensions import TypedDict  # before Python 3.12, pydantic accepts no other
except ImportError as error:
    from snappy_core.errors import MissingDependencyError, install_hint

    message = f"a server for agents needs the MCP SDK: {install_hint('mcp')}"
    raise MissingDependencyError(message) from error

from snappy_core import agents
from snappy_core.index import RegionIndex
from snappy_core.metadata import region_metadata
from snappy_core.names import citation, file_name, short_name
from snappy_core.region_contents import region_contents
from snappy_core.search.hits import Hit
from snappy_core.webp import to_webp

INSTRUCTIONS = (
    "Searches documents for the paragraphs, tables and rows that answer, each with an id to cite. "
    "Search first; read a page or passage for its surroundings; crop shows a figure; ground checks "
    "an answer before it is given."
)
_PAGE_DPI = 110

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Box = tuple[float, float, float, float]


class Part(TypedDict):
    """Where a text starts or continues, in another column or on another page."""

    id: str
    page: str
    box: Box
    highlights: list[Box]


class Passage(TypedDict):
    """A region; `text` includes the text of its other `parts`.

    Boxes are x0, y0, x1, y1 in fractions of the page, from its top left.
    """

    id: str
    file: str
    page: str
    label: str
    section: str
    text: str
    score: float
    box: Box
    highlights: list[Box]
    parts: list[Part]


class Passages(TypedDict):
    passages: list[Passage]


class CheckedClaim(TypedDict):
    """A claim of an answer, and where the documents support it; boxes as in `Passage`."""

    claim: str
    verdict: str
    missing_numbers: list[str]
    id: str | None
    file: str | None
    page: str | None
    text: str | None
    boxes: list[Box]


class CheckedAnswer(TypedDict):
    cited: str
    claims: list[CheckedClaim]


class Document(TypedDict):
    name: str
    pages: int


class Documents(TypedDict):
    documents: list[Document]


def create_server(index: RegionIndex) -> MCPServer[Any]:
    """Return an MCP server over an index.

    Its tools are "search", "read_page", "read_region", "crop", "ground" and "list_documents"; its
    resources are the pages as text (`page://{document}/{page}`) and as pictures
    (`page-image://{document}/{page}`). Its output never names folders of this machine.

    Raises:
        MissingDependencyError: on import, if the SDK is not installed.
    """
    server: MCPServer[Any] = MCPServer("snappy", instructions=INSTRUCTIONS, log_level="WARNING")

    @server.tool(description=agents.SEARCH)
    @_report_errors
    def search(
        query: Annotated[str, Field(description=agents.QUERY)],
        documents: Annotated[list[str] | None, Field(description=agents.DOCUMENTS)] = None,
        k: Annotated[int, Field(description="the most passages", ge=1, le=50)] = 5,
    ) -> Annotated[CallToolResult, Passages]:
        hits = index.search(query, k=k, filter=agents.restrict(index, None, documents))
        return _passages(hits, agents.no_hits_message(None))

    @server.tool(description=agents.READ_PAGE)
    @_report_errors
    def read_page(
        document: Annotated[str, Field(description=agents.DOCUMENT)],
        page: Annotated[str, Field(description=agents.PAGE)],
    ) -> Annotated[CallToolResult, Passages]:
        return _passages(agents.read_page(index, document, page), "This page has no text.")

    @server.tool(description=agents.READ_REGION)
    @_report_errors
    def read_region(
        region: Annotated[str, Field(description=agents.REGION)],
    ) -> Annotated[CallToolResult, Passages]:
        return _passages(agents.read_region(index, region), "")

    @server.tool(description="Shows a passage, such as a figure, as a picture cut from its page.")
    @_report_errors
    def crop(region: Annotated[str, Field(description=agents.REGION)]) -> Image:
        file = io.BytesIO()
        index.region_image(agents.read_region(index, region)[0]).save(file, "PNG")
        return Image(data=file.getvalue(), format="png")

    @server.tool(
        description="Checks which claims of an answer stand in the documents, and where: verified, "
        "partial or absent."
    )
    @_report_errors
    def ground(
        answer: Annotated[str, Field(description="the answer to check, as it would be given")],
    ) -> CheckedAnswer:
        grounding = index.ground(answer)
        claims = [_claim(claim) for claim in grounding]
        return {"cited": grounding.cited(), "claims": claims}

    @server.tool(description=agents.LIST_DOCUMENTS)
    @_report_errors
    def list_documents() -> Documents:
        records = index.documents()
        return {
            "documents": [
                {"name": short_name(record.document_id), "pages": record.pages}
                for record in records
            ]
        }

    @server.resource("page://{document}/{page}", mime_type="text/plain")
    @_report_errors
    def page_text(document: str, page: str) -> str:
        """A page as text."""
        return _text(agents.read_page(index, document, page))

    @server.resource("page-image://{document}/{page}", mime_type="image/webp")
    @_report_errors
    def page_image(document: str, page: str) -> bytes:
        """A page as a picture."""
        hits = agents.read_page(index, document, page)
        if not hits:
            raise ValueError(f"page {page!r} has no passages")
        return to_webp(index.page_image(hits[0], _PAGE_DPI))

    return server


def _passages(hits: Iterable[Hit], nothing: str) -> CallToolResult:
    """Return hits as text to read and as structured output."""
    hits = list(hits)
    passages = [
        Passage(
            id=hit.citation, file=file_name(hit.source), page=hit.page_label,
            label=hit.region.label, section=hit.region.section, text=hit.text,
            score=hit.score, box=hit.region.box, highlights=_highlights(hit),
            parts=[
                Part(
                    id=part.citation, page=part.page_label, box=part.region.box,
                    highlights=_highlights(part),
                )
                for part in (*hit.previous_parts, *hit.next_parts)
            ],
        )
        for hit in hits
    ]  # fmt: skip
    return CallToolResult(
        content=[TextContent(type="text", text=_text(hits) or nothing)],
        structured_content={"passages": passages},
    )


def _highlights(hit: Hit) -> list[Box]:
    return [rect for highlight in hit.highlights for rect in highlight.rects]


def _text(hits: Iterable[Hit]) -> str:
    regions = [(region_metadata(hit), hit.text) for hit in hits]
    return "\n\n".join(content.text for content in region_contents(regions))


def _claim(claim: Any) -> CheckedClaim:
    evidence = claim.place
    return CheckedClaim(
        claim=claim.text,
        verdict=claim.verdict,
        missing_numbers=list(claim.missing_numbers),
        id=evidence and citation(evidence.region_id, evidence.document_id),
        file=evidence and file_name(evidence.source),
        page=evidence and evidence.page_label,
        text=evidence and evidence.text,
        boxes=list(evidence.rects) if evidence else [],
    )


def _report_errors(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Raise errors as the exceptions MCP expects, with a message for the model."""

    @functools.wraps(function)
    def run(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> Result:
        try:
            return function(*arguments, **keywords)
        except agents.REPORTED_ERRORS as error:
            raise ToolError(agents.error_message(error)) from error

    return run
