"""Answers of chains are checked against their documents, with and without the index."""

import json

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda

from snappy_langchain import SnappyRetriever, ground_documents, grounding_check

QUESTION = "What coupon does the green bond carry?"
ANSWER = (
    "In May we issued a green bond of £40 million. In May we issued a green bond of £45 million."
)
CITED = ANSWER.replace("£40 million.", "£40 million. [1]")


@pytest.fixture
def documents(report_index):
    return SnappyRetriever(index=report_index, k=3).invoke(QUESTION)


async def test_last_step_of_a_chain(documents):
    def answer(question):
        return {"input": question, "context": documents, "answer": ANSWER}

    chain = RunnableLambda(answer) | grounding_check()
    output = chain.invoke(QUESTION)
    assert output["input"] == QUESTION
    assert output["context"] == documents
    assert output["answer"] == CITED
    first, second = output["grounding"]["claims"]
    assert (first["verdict"], second["verdict"]) == ("verified", "partial")
    assert second["missing_numbers"] == ("45 million",)
    assert first["place"]["region_id"] in {document.id for document in documents}
    assert json.loads(json.dumps(output["grounding"]))["is_verified"] is False
    assert await chain.ainvoke(QUESTION) == output


def test_other_keys_and_messages(documents):
    check = grounding_check(answer_key="result", documents_key="sources")
    output = check.invoke({"result": AIMessage(ANSWER), "sources": documents})
    assert output["result"] == CITED


def test_boxes_are_of_words_with_the_index_and_of_lines_without(documents, report_index):
    exact = ground_documents(ANSWER, documents, report_index)[0].place
    lines = ground_documents(ANSWER, documents)[0].place
    assert exact.region_id == lines.region_id
    assert exact.text == lines.text
    [document] = [document for document in documents if document.id == lines.region_id]
    all_lines = {tuple(rect) for rect in json.loads(document.metadata["rects_json"])}
    assert {tuple(round(edge, 6) for edge in rect) for rect in lines.rects} <= all_lines
    assert exact.rects[0][2] <= lines.rects[0][2]


def test_any_documents():
    [claim] = ground_documents(
        "Low water is at six.", [Document("Low water was at 6.", metadata={"source": "log.txt"})]
    )
    assert claim.verdict == "verified"
    assert (claim.place.source, claim.place.rects) == ("log.txt", ())
