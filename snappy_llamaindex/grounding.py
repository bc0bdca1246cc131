"""Checking the responses of query engines against their source nodes."""

from __future__ import annotations

import asyncio
import re

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
)
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle

from snappy_core.index import RegionIndex
from snappy_core.search.grounding.grounding import ground
from snappy_core.search.grounding.passages import sources_of_metadata

_NUMBERED = re.compile(r"Source \d+:\n(.*?)\n?\Z", re.DOTALL)


class GroundingPostprocessor:
    """Checks which claims of a response its source nodes support, and cites the nodes.

    >>> from llama_index.core.base.response.schema import Response
    >>> from llama_index.core.schema import NodeWithScore, TextNode
    >>> node = TextNode(text="It carries a coupon of 4.85 per cent.")
    >>> response = Response("It carries a coupon of 4.85%.", [NodeWithScore(node=node)])
    >>> checked = GroundingPostprocessor().postprocess_response(response)
    >>> checked.response, checked.metadata["grounding"]["is_verified"]
    ('It carries a coupon of 4.85%. [1]', True)

    Args:
        index: the index of the nodes; places then have the boxes of words instead of whole lines.
    """

    def __init__(self, index: RegionIndex | None = None) -> None:
        self.index = index

    def postprocess_response(self, response: RESPONSE_TYPE) -> Response:
        """Return a response with citation markers in its text and the report in its metadata.

        The report is `Grounding.to_dict`, under "grounding". A stream is read to its end.
        """
        text = str(response)  # reads a stream to its end
        sources = [
            source
            for node in response.source_nodes
            for source in sources_of_metadata(_text(node), node.metadata)
        ]
        grounding = (
            ground(text, sources) if self.index is None else self.index.ground(text, sources)
        )
        metadata = {**(response.metadata or {}), "grounding": grounding.to_dict()}
        return Response(grounding.cited(), response.source_nodes, metadata)

    async def apostprocess_response(self, response: RESPONSE_TYPE) -> Response:
        """Do the same in a thread, but read a stream in this event loop, which it may need."""
        if isinstance(response, AsyncStreamingResponse):
            response = await response.get_response()
        return await asyncio.to_thread(self.postprocess_response, response)


def _text(node: NodeWithScore) -> str:
    """Return the text of a node without the number that a `CitationQueryEngine` puts before it."""
    text = node.get_content()
    numbered = _NUMBERED.match(text)
    return numbered[1] if numbered else text


class GroundedQueryEngine(BaseQueryEngine):
    """A query engine whose responses are checked by a `GroundingPostprocessor`.

    Args:
        query_engine: any other query engine.
        index: as for `GroundingPostprocessor`.
    """

    def __init__(self, query_engine: BaseQueryEngine, index: RegionIndex | None = None) -> None:
        self._engine = query_engine
        self._postprocessor = GroundingPostprocessor(index)
        super().__init__(query_engine.callback_manager)

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return self._postprocessor.postprocess_response(self._engine.query(query_bundle))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        response = await self._engine.aquery(query_bundle)
        return await self._postprocessor.apostprocess_response(response)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {"query_engine": self._engine}
