"""An agent that searches for regions: it reads their text and sees figures.

python examples/langchain/agent.py
"""

from pathlib import Path

from chat import chat_model
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from snappy_langchain import SnappyRetriever, create_region_tool

REPORT = Path(__file__).parent.parent / "report.pdf"
QUESTION = "How high was net debt in 2023?"

# Offline, the model is a script: it calls the tool once, then answers.
SEARCH = {"name": "search_documents", "args": {"query": QUESTION}, "id": "1"}
SCRIPT = AIMessage("", tool_calls=[SEARCH]), AIMessage("Net debt was £84.9 million in 2023.")


def main() -> None:
    """Let the agent answer, then print the regions its searches returned."""
    retriever = SnappyRetriever.from_files(REPORT, k=3)
    tool = create_region_tool(retriever, images=True)
    agent = create_agent(
        chat_model(*SCRIPT),
        [tool],
        system_prompt="Search before you answer, and quote the ids of the passages you use.",
    )
    messages = agent.invoke({"messages": [HumanMessage(QUESTION)]})["messages"]
    print(messages[-1].text)
    for message in messages:
        if isinstance(message, ToolMessage) and message.artifact:
            pictures = sum(block["type"] == "image" for block in message.content_blocks)
            print(f"\nThe model read these regions, and saw {pictures} as pictures:")
            for document in message.artifact:
                metadata = document.metadata
                print(f"  page {metadata['page_number']}, {metadata['region_label']}: ", end="")
                print(document.page_content)


if __name__ == "__main__":
    main()
