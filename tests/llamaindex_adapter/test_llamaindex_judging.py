"""LlamaIndex's language models as judges."""

import asyncio
import json

import pytest
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata, MockLLM
from llama_index.core.llms.callbacks import llm_completion_callback

from snappy_core import ModelError
from snappy_llamaindex import RegionPostprocessor, SnappyRetriever, chat_judge, create_region_tool

HERE = "What coupon does the green bond carry?"
YES = json.dumps({"quotes": ["It carries a coupon of 4.85 per cent"], "answers": True})
NO = json.dumps({"quotes": [], "answers": False})


class FakeLLM(CustomLLM):
    """Replies always the same, and keeps what it was asked."""

    reply: str
    prompts: list[str] = []  # noqa: RUF012 - a field of pydantic

    @property
    def metadata(self):
        return LLMMetadata()

    @llm_completion_callback()
    def complete(self, prompt, formatted=False, **kwargs):
        self.prompts.append(prompt)
        return CompletionResponse(text=self.reply)

    @llm_completion_callback()
    def stream_complete(self, prompt, formatted=False, **kwargs):
        raise NotImplementedError


@pytest.fixture(scope="module")
def index():
    return SnappyRetriever.from_files("examples/report.pdf").index


def test_a_language_model_judges_the_nodes(index):
    for reply, expected in ((YES, 1.0), (NO, 0.0)):
        llm = FakeLLM(reply=reply)
        judging = SnappyRetriever(index, k=2, judge=llm)
        for nodes in (judging.retrieve(HERE), asyncio.run(judging.aretrieve(HERE))):
            assert [node.metadata["answerable"] for node in nodes] == [expected] * 2
        assert index.search(HERE, judge=chat_judge(llm)).answerable == expected
        assert len(llm.prompts) == 3
        for text in ("JSON", HERE, "coupon of 4.85 per cent"):
            assert text in llm.prompts[0]


def test_a_tool_says_that_it_withholds_and_the_agent_goes_on(index):
    strict = SnappyRetriever(index, judge=FakeLLM(reply=NO), min_answerable=0.5)
    output = create_region_tool(strict).call(query=HERE)
    assert (output.is_error, output.raw_output) == (False, [])
    assert output.content.startswith("No passage was found that is likely enough")
    assert "probability of at least 0.5" in output.content
    shown = create_region_tool(SnappyRetriever(index, judge=FakeLLM(reply=YES), min_answerable=0.5))
    assert "4.85" in shown.call(query=HERE).content


def test_a_reply_that_cannot_be_read_is_an_error(index):
    echo = SnappyRetriever(index, judge=MockLLM())
    with pytest.raises(ModelError, match="the judge must reply"):
        echo.retrieve(HERE)
    assert create_region_tool(echo).call(query=HERE).is_error


def test_the_postprocessor_takes_it_too(index):
    nodes = SnappyRetriever(index).retrieve(HERE)
    judging = RegionPostprocessor(
        index=index,
        source_key="source",
        page_key="page_number",
        page_base=1,
        judge=FakeLLM(reply=NO),
        min_answerable=0.5,
    )
    assert judging.postprocess_nodes(nodes, query_str=HERE) == []
