"""LangChain's chat models as judges of a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import Callbacks
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable

from snappy_core.search.hits import Hit
from snappy_core.search.judging import INSTRUCTIONS, judge_prompt, read_judgment
from snappy_core.search.options import Judge

ChatModel = Runnable[Any, Any]
"""A chat model, or one with retries, fallbacks or a configuration."""

AnyJudge = Judge | ChatModel


def chat_judge(model: ChatModel, callbacks: Callbacks | None = None) -> Judge:
    """Return a judge that asks a chat model, for `RegionIndex.search(judge=)`.

    The model is asked once per search for a verdict and the quotes that support it. The probability
    is 0 for a no. For a yes it is decided by the quote that fits worst (`snappy_core.ground`): 1 if
    it is found in the hits, .5 if only in part, 0 if not at all.

    The retriever, compressor and tool take the model itself: `SnappyRetriever(judge=model)`.

    Raises:
        ModelError: when it runs, if the reply is not in the form that the model was asked for.
    """

    def judge(question: str, hits: Sequence[Hit]) -> float:
        messages = [SystemMessage(INSTRUCTIONS), HumanMessage(judge_prompt(question, hits))]
        reply = model.invoke(messages, config={"callbacks": callbacks})
        text = reply.text if isinstance(reply, BaseMessage) else reply
        return read_judgment(str(text), hits)

    return judge


def to_judge(judge: AnyJudge | None, callbacks: Callbacks | None = None) -> Judge | None:
    """Return a chat model as a judge; others are returned as they are."""
    return chat_judge(judge, callbacks) if isinstance(judge, Runnable) else judge
