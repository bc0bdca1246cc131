"""Counting tokens: never by the network, and named."""

import hashlib

import pytest

from benchmarks.bbox_docvqa.tokens import image_tokens, savings, token_counter
from snappy_core.search.context import estimate_tokens


def test_without_a_cached_encoding_tokens_are_estimated(monkeypatch, tmp_path):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    name, count = token_counter()
    assert name == "estimate"
    assert count("Revenue rose 12.5%.") == estimate_tokens("Revenue rose 12.5%.")


def test_a_cached_encoding_is_used(monkeypatch, tmp_path):
    tiktoken = pytest.importorskip("tiktoken")
    url = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
    (tmp_path / hashlib.sha1(url.encode()).hexdigest()).write_bytes(b"")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    letters = {bytes([value]): value for value in range(256)}
    letters[b"ab"] = 256
    tiny = tiktoken.Encoding("tiny", pat_str=r"\S+|\s", mergeable_ranks=letters, special_tokens={})
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: tiny)
    name, count = token_counter()
    assert name == "cl100k_base"
    assert count("ab a<|endoftext|>") == 16  # what looks like a special token is plain text


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [
        (1500, 75, 150),  # fits as it is
        (3136, 1568, 1568 * 784 // 750),  # halved by its width
        (784, 3136, 392 * 1568 // 750),  # and by its height
        (1, 1, 0),
    ],
)
def test_tokens_of_a_picture(width, height, tokens):
    assert image_tokens(width, height) == tokens


def test_savings():
    assert savings(25, 100, 50) == {
        "tokens_selected": 25,
        "tokens_all_ocr": 100,
        "tokens_full_image": 50,
        "saved_vs_all_ocr": 0.75,
        "saved_vs_full_image": 0.5,
    }
    assert savings(0, 0, 0)["saved_vs_all_ocr"] == 0
