"""The chat model of these examples: a real one if you name it, else one that reads out a script.

SNAPPY_CHAT_MODEL="anthropic:claude-sonnet-4-5" python examples/langchain/rag_with_citations.py
"""

import os

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage


class Scripted(GenericFakeChatModel):
    """Says its messages one after the other, whatever it is asked and whichever tools it has."""

    def bind_tools(self, tools: object, **kwargs: object) -> "Scripted":
        return self


def chat_model(*script: AIMessage | str) -> BaseChatModel:
    """Return the model that SNAPPY_CHAT_MODEL names for `init_chat_model`, or the script."""
    if name := os.environ.get("SNAPPY_CHAT_MODEL"):
        return init_chat_model(name)
    return Scripted(messages=iter(script))
