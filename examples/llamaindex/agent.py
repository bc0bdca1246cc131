"""An agent that searches for regions and cites their ids.

python examples/llamaindex/agent.py
"""

import asyncio
from pathlib import Path

from chat import chat_model
from llama_index.core.agent.workflow import FunctionAgent, ToolCallResult
from llama_index.core.base.llms.types import ChatMessage, ToolCallBlock

from snappy_llamaindex import SnappyRetriever, create_region_tool

REPORT = Path(__file__).parent.parent / "report.pdf"
QUESTION = "How high was net debt in 2023?"

# Offline, the model is a script: it calls the tool once, then answers.
SEARCH = ToolCallBlock(tool_name="search_documents", tool_kwargs={"query": QUESTION})
SCRIPT = ChatMessage(role="assistant", blocks=[SEARCH]), "Net debt was £84.9 million in 2023."


async def main() -> None:
    """Let the agent answer, then print the regions its searches returned."""
    retriever = SnappyRetriever.from_files(REPORT, similarity_top_k=3)
    agent = FunctionAgent(
        tools=[create_region_tool(retriever)],
        llm=chat_model(*SCRIPT),
        system_prompt="Search before you answer, and cite the ids of the passages you use.",
    )
    running = agent.run(QUESTION)
    async for event in running.stream_events():
        if isinstance(event, ToolCallResult):
            print(f"The agent searched for {event.tool_kwargs['query']!r} and read:")
            for node in event.tool_output.raw_output:
                metadata = node.node.metadata
                print(f"  page {metadata['page_number']}, {metadata['region_label']}: {node.text}")
    print(f"\n{await running}")


if __name__ == "__main__":
    asyncio.run(main())
