"""The standard tests that LangChain has for retrievers and tools."""

from pathlib import Path

import pytest
from langchain_tests.integration_tests import RetrieversIntegrationTests, ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder
from snappy_langchain import SnappyRetriever, create_region_tool

REPORT = Path(__file__).parents[2] / "examples" / "report.pdf"


class OverTheReport:
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _index(cls):
        cls.index = RegionIndex(encoder=FakeEncoder())
        cls.index.add(REPORT).raise_failed()


class TestSnappyRetriever(OverTheReport, RetrieversIntegrationTests):
    @property
    def retriever_constructor(self):
        return SnappyRetriever

    @property
    def retriever_constructor_params(self):
        return {"index": self.index}

    @property
    def retriever_query_example(self):
        return "What did grid services earn in the third quarter?"


class RegionTool(OverTheReport):
    @property
    def tool_constructor(self):
        return create_region_tool(self.index)

    @property
    def tool_invoke_params_example(self):
        return {"query": "What did grid services earn in the third quarter?"}


class TestRegionToolUnits(RegionTool, ToolsUnitTests):
    pass


class TestRegionToolRuns(RegionTool, ToolsIntegrationTests):
    pass


class TestRegionToolWithImages(RegionTool, ToolsIntegrationTests):
    @property
    def tool_constructor(self):
        return create_region_tool(self.index, images=True)
