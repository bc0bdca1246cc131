"""The encoders that Snappy ships pass the conformance suite that it ships."""

from dataclasses import replace

import numpy as np
import pytest

from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.testing import FakeEncoder, FakeGridEncoder
from snappy_core.testing.encoders import EncoderConformance, example_pages


@pytest.fixture(scope="module")
def minilm():
    return MiniLMEncoder(threads=1)


class TestMiniLM(EncoderConformance):
    @pytest.fixture
    def encoder(self, minilm):
        return minilm


class TestFakeEncoder(EncoderConformance):
    @pytest.fixture
    def encoder(self):
        return FakeEncoder()


class TestFakeGridEncoder(EncoderConformance):
    @pytest.fixture
    def encoder(self):
        return FakeGridEncoder()


class Drifting(FakeEncoder):
    """Its vectors depend on the batch."""

    def encode_pages(self, pages):
        return [
            replace(patches, vectors=np.roll(patches.vectors, len(pages), axis=1))
            for patches in super().encode_pages(pages)
        ]


def test_a_dependence_on_the_batch_is_noticed():
    with pytest.raises(AssertionError):
        EncoderConformance().test_pages_do_not_depend_on_each_other(Drifting(), example_pages())
