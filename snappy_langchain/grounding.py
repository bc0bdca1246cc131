"""Checking the answers of chains against the documents they were generated from."""

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
    """Return which claims of an answer documents support, and where; see `snappy_core.ground`.

    Args:
        documents: regions from the retriever, or any other documents, which have no boxes.
        index: the index of the regions; places then have the boxes of words instead of whole lines.
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

    It takes a dictionary with an answer and its documents, as `create_retrieval_chain` returns it,
    and returns it with citation markers in the answer and the report (`Grounding.to_dict`) under
    "grounding":

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
