"""The standard tests that LangChain has for retrievers."""

from pathlib import Path

import pytest
from langchain_tests.integration_tests import RetrieversIntegrationTests

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder
from snappy_langchain import SnappyRetriever

REPORT = Path(__file__).parents[2] / "examples" / "report.pdf"


class TestSnappyRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _index(cls):
        cls.index = RegionIndex(encoder=FakeEncoder())
        cls.index.add(REPORT).raise_failed()

    @property
    def retriever_constructor(self):
        return SnappyRetriever

    @property
    def retriever_constructor_params(self):
        return {"index": self.index}

    @property
    def retriever_query_example(self):
        return "What did grid services earn in the third quarter?"
