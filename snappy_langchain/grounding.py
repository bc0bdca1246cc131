"""Checking the answers of chains against the documents that they were made of."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable, RunnableLambda

from snappy_core.index import RegionIndex
from snappy_core.search.grounding.grounding import ground
from snappy_core.search.grounding.passages import sources_of_metadata
from snappy_core.search.grounding.report import Grounding


def ground_documents(
    answer: str | BaseMessage, documents: Iterable[Document], index: RegionIndex | None = None
) -> Grounding:
    """Return which claims of an answer stand in documents, and where; see `snappy_core.ground`.

    Args:
        documents: regions of the retriever, or any others, which have no boxes.
        index: the index of the regions; places then have the boxes of words, not of whole lines.
    """
    text = answer if isinstance(answer, str) else str(answer.text)
    sources = [
        source
        for item in documents
        for source in sources_of_metadata(item.page_content, item.metadata)
    ]
    return ground(text, sources) if index is None else index.ground(text, sources)


def grounding_check(
    index: RegionIndex | None = None,
    *,
    answer_key: str = "answer",
    documents_key: str = "context",
) -> Runnable[dict[str, Any], dict[str, Any]]:
    """Return a runnable that checks the output of a chain, as its last step.

    It takes a dictionary with an answer and its documents, such as `create_retrieval_chain`
    returns, and returns it with markers of citations in the answer and the report under
    "grounding" (`Grounding.to_dict`):

    >>> from langchain_core.documents import Document
    >>> from snappy_langchain import grounding_check
    >>> context = [Document("It carries a coupon of 4.85 per cent.", metadata={"source": "q3.pdf"})]
    >>> answer = "It carries a coupon of 4.85%. It carries a coupon of 5.85%."
    >>> checked = grounding_check().invoke({"answer": answer, "context": context})
    >>> checked["answer"]
    'It carries a coupon of 4.85%. [1] It carries a coupon of 5.85%.'
    >>> [claim["verdict"] for claim in checked["grounding"]["claims"]]
    ['verified', 'partial']

    Args:
        index: the index of the documents, for exact boxes.
        answer_key, documents_key: the keys of the answer (text or message) and the documents.
    """

    def check(output: dict[str, Any]) -> dict[str, Any]:
        grounding = ground_documents(output[answer_key], output[documents_key], index)
        return {**output, answer_key: grounding.cited(), "grounding": grounding.to_dict()}

    async def acheck(output: dict[str, Any]) -> dict[str, Any]:
        return await asyncio.to_thread(check, output)

    return RunnableLambda(check, acheck, name="grounding_check")
