"""LangChain's chat models as judges."""

import asyncio
import json

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models.fake_chat_models import (
    FakeListChatModel,
    GenericFakeChatModel,
)
from langchain_core.messages import AIMessage

from snappy_core import ModelError
from snappy_langchain import RegionCompressor, SnappyRetriever, chat_judge, create_region_tool

HERE = "What coupon does the green bond carry?"
YES = json.dumps({"quotes": ["It carries a coupon of 4.85 per cent"], "answers": True})
NO = json.dumps({"quotes": [], "answers": False})


@pytest.fixture(scope="module")
def retriever():
    return SnappyRetriever.from_files("examples/report.pdf", k=2)


def test_a_chat_model_judges_the_documents(retriever):
    for reply, expected in ((YES, 1.0), (NO, 0.0)):
        model = FakeListChatModel(responses=[reply])
        judging = SnappyRetriever(index=retriever.index, k=2, judge=model)
        for documents in (
            judging.invoke(HERE),
            asyncio.run(judging.ainvoke(HERE)),
            retriever.invoke(HERE, judge=model),
        ):
            assert [document.metadata["answerable"] for document in documents] == [expected] * 2
        assert retriever.index.search(HERE, judge=chat_judge(model)).answerable == expected


def test_a_model_with_retries_and_blocks_of_content(retriever):
    content = [{"type": "reasoning", "reasoning": "Hm."}, {"type": "text", "text": YES}]
    model = GenericFakeChatModel(messages=iter([AIMessage(content)])).with_retry()
    assert retriever.invoke(HERE, judge=model)[0].metadata["answerable"] == 1


def test_its_calls_are_traced_below_the_retriever(retriever):
    class Handler(BaseCallbackHandler):
        prompts = ()

        def on_chat_model_start(self, serialized, messages, *, parent_run_id, **rest):
            assert parent_run_id is not None
            self.prompts = messages[0]

    handler = Handler()
    model = FakeListChatModel(responses=[YES])
    retriever.invoke(HERE, config={"callbacks": [handler]}, judge=model)
    system, human = handler.prompts
    assert "JSON" in system.content
    assert HERE in human.content
    assert "coupon of 4.85 per cent" in human.content


def test_a_tool_says_that_it_withholds_and_the_agent_goes_on(retriever):
    model = FakeListChatModel(responses=[NO, YES])
    tool = create_region_tool(retriever, judge=model, min_answerable=0.5)
    call = {"type": "tool_call", "id": "1", "name": tool.name, "args": {"query": HERE}}
    message = tool.invoke(call)
    assert (message.status, message.artifact) == ("success", [])
    assert message.content[0]["text"].startswith("No passage was found that is likely enough")
    assert "probability of at least 0.5" in message.content[0]["text"]
    assert "4.85" in tool.invoke(call).content[0]["text"]


def test_a_reply_that_cannot_be_read_is_an_error(retriever):
    model = FakeListChatModel(responses=["Certainly!"])
    with pytest.raises(ModelError, match="the judge must reply"):
        retriever.invoke(HERE, judge=model)
    tool = create_region_tool(retriever, judge=model)
    call = {"type": "tool_call", "id": "1", "name": tool.name, "args": {"query": HERE}}
    assert tool.invoke(call).status == "error"


def test_the_compressor_takes_it_too(retriever):
    pages = retriever.invoke(HERE)
    judging = RegionCompressor(
        index=retriever.index,
        page_base=0,
        judge=FakeListChatModel(responses=[NO]),
        min_answerable=0.5,
    )
    assert judging.compress_documents(pages, HERE) == []
