"""The chat model of these examples: a real one if you name it, else a scripted one.

SNAPPY_CHAT_MODEL="anthropic:claude-sonnet-4-5" python examples/llamaindex/agent.py

The part before the colon is the integration, as in `pip install llama-index-llms-anthropic`.
"""

import os
from importlib import import_module

from llama_index.core.llms import LLM, ChatMessage
from llama_index.core.llms.mock import MockFunctionCallingLLM


def chat_model(*script: ChatMessage | str) -> LLM:
    """Return the model that SNAPPY_CHAT_MODEL names, or one that returns the script."""
    if name := os.environ.get("SNAPPY_CHAT_MODEL"):
        return _named(name)
    lines = iter(script)

    def say(messages: object, **_: object) -> ChatMessage:
        line = next(lines)
        return line if isinstance(line, ChatMessage) else ChatMessage(line, role="assistant")

    return MockFunctionCallingLLM(response_generator=say, is_chat_model=True)


def _named(name: str) -> LLM:
    integration, _, model = name.partition(":")
    try:
        module = import_module(f"llama_index.llms.{integration}")
    except ModuleNotFoundError as error:
        package = f"llama-index-llms-{integration.replace('_', '-')}"
        raise SystemExit(f"SNAPPY_CHAT_MODEL={name} needs: pip install {package}") from error
    # The class has the name of its module up to capitals: openai has OpenAI.
    classes = {key.lower(): value for key, value in vars(module).items()}
    llm: LLM = classes[integration.replace("_", "")](model=model)
    return llm
