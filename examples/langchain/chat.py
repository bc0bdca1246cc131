"""The chat model of these examples: a real one if you name it, else a scripted one.

SNAPPY_CHAT_MODEL="anthropic:claude-sonnet-4-5" python examples/langchain/rag_with_citations.py
"""

import os

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage


class Scripted(GenericFakeChatModel):
    """Returns its messages one after the other, whatever the prompt and the tools."""

    def bind_tools(self, tools: object, **kwargs: object) -> "Scripted":
        return self


def chat_model(*script: AIMessage | str) -> BaseChatModel:
    """Return the model that SNAPPY_CHAT_MODEL names for `init_chat_model`, or the scripted one."""
    if name := os.environ.get("SNAPPY_CHAT_MODEL"):
        return init_chat_model(name)
    return Scripted(messages=iter(script))
