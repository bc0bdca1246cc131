"""LlamaIndex's language models as judges of a search."""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM

from snappy_core.search.hits import Hit
from snappy_core.search.judging import INSTRUCTIONS, judge_prompt, read_judgment
from snappy_core.search.options import Judge

AnyJudge = Judge | LLM


def chat_judge(model: LLM) -> Judge:
    """Return a judge that asks a language model, for `RegionIndex.search(judge=)`.

    The model is asked once per search for a verdict and the quotes that support it. The probability
    is 0 for a no. For a yes it is decided by the quote that fits worst (`snappy_core.ground`): 1 if
    it is found in the hits, .5 if only in part, 0 if not at all.

    The retriever and the postprocessor take the model itself: `SnappyRetriever(index, judge=llm)`.

    Raises:
        ModelError: when it runs, if the reply is not in the form that the model was asked for.
    """

    def judge(question: str, hits: Sequence[Hit]) -> float:
        prompts = {"system": INSTRUCTIONS, "user": judge_prompt(question, hits)}
        messages = [ChatMessage(content=text, role=role) for role, text in prompts.items()]
        return read_judgment(model.chat(messages).message.content or "", hits)

    return judge


def to_judge(judge: AnyJudge | None) -> Judge | None:
    """Return a language model as a judge; others are returned as they are."""
    return chat_judge(judge) if isinstance(judge, LLM) else judge
