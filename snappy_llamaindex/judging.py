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

    The model is asked once a search, for a verdict and the quotes that it rests on. The
    probability is 0 where it says no, and where it says yes 1, .5 or 0 as the quotes stand in the
    hits wholly, in part or not at all (`snappy_core.ground`).

    The retriever and the postprocessor take the model itself: `SnappyRetriever(index, judge=llm)`.

    Raises:
        ModelError: when it runs, if the model replies in another form than it is asked for.
    """

    def judge(question: str, hits: Sequence[Hit]) -> float:
        prompts = {"system": INSTRUCTIONS, "user": judge_prompt(question, hits)}
        messages = [ChatMessage(content=text, role=role) for role, text in prompts.items()]
        return read_judgment(model.chat(messages).message.content or "", hits)

    return judge


def to_judge(judge: AnyJudge | None) -> Judge | None:
    """Return a language model as a judge; others are returned as they are."""
    return chat_judge(judge) if isinstance(judge, LLM) else judge
