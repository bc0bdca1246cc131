"""A RAG chain that cites regions: the answer has numbers, and each leads to a place on a page.

python examples/langchain/rag_with_citations.py
"""

from pathlib import Path

from chat import chat_model
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from snappy_langchain import SnappyRetriever, citation

REPORT = Path(__file__).parent.parent / "report.pdf"
QUESTION = "What coupon does the green bond carry, and what may it be spent on?"
ANSWER = "It carries 4.85 per cent and may be spent on Skerry Narrows alone [1]."  # offline

PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", "Answer from these passages only. Cite each by its number: [1].\n\n{passages}"),
        ("human", "{question}"),
    ]
)


def numbered(documents: list[Document]) -> str:
    """Return the passages for the prompt, numbered from 1."""
    return "\n\n".join(f"[{n}] {d.page_content}" for n, d in enumerate(documents, start=1))


def main() -> None:
    """Ask, and print the answer with the regions it cites."""
    retriever = SnappyRetriever.from_files(REPORT, budget=400)
    answering = (
        RunnablePassthrough.assign(passages=lambda inputs: numbered(inputs["documents"]))
        | PROMPT
        | chat_model(ANSWER)
        | StrOutputParser()
    )
    chain = {"question": RunnablePassthrough(), "documents": retriever} | (
        RunnablePassthrough.assign(answer=answering)
    )
    result = chain.invoke(QUESTION)
    print(result["answer"])
    for number, document in enumerate(result["documents"], start=1):
        if f"[{number}]" not in result["answer"]:
            continue
        cited = citation(document)
        left, top, right, bottom = cited["extras"]["bbox"]
        print(f"\n[{number}] {cited['title']}: {cited['cited_text']}")
        print(f"    {cited['url']}, box ({left:.2f}, {top:.2f}, {right:.2f}, {bottom:.2f})")


if __name__ == "__main__":
    main()
