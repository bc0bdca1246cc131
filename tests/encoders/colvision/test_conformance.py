"""Tiny models of each geometry and backend pass the conformance suite."""

import pytest

from snappy_core.testing.encoders import EncoderConformance


class TestColVision(EncoderConformance):
    @pytest.fixture(params=["ColPali", "ColQwen2.5", "ColIdefics3", "native ColModernVBert"])
    def encoder(self, request, encoders):
        return encoders(request.param)
