"""Which tokens of a question are content, and their texts."""

import numpy as np
import pytest

from tests.encoders.colvision.tiny_names import NAMES

ADDED = {  # what the models are trained to add, before and after
    "ColPali": (["<bos>"], ["<pad>"] * 10),
    "ColQwen2": ([], ["<|endoftext|>"] * 10),
    "ColIdefics3": ([], ["<end_of_utterance>"] * 10),
    "ColModernVBert": ([], ["<end_of_utterance>"] * 10),
    "native ColPali": (["<bos>", *"Question:", " "], ["<pad>"] * 10 + ["\n"]),
    "native ColQwen2": ([*"Query:", " "], ["<|endoftext|>"] * 10 + ["\n"]),
    "native ColModernVBert": ([], ["<end_of_utterance>"] * 10),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["Quest?", "Query: what", "n"])
def test_only_tokens_of_the_question_are_content(name, text, encoders):
    """Also if the question begins like the prefix."""
    query = encoders(name).encode_query(f"  {text}\n")
    assert [
        token
        for token, is_content in zip(query.tokens, query.content_mask, strict=True)
        if is_content
    ] == [*text]
    assert query.text == text
    assert query.terms is None
    assert len(query.vectors) > len(text)
    assert query.vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(query.vectors, axis=1), 1, atol=1e-5)
    if name in ADDED:
        before, after = ADDED[name]
        assert list(query.tokens) == [*before, *text, *after]


def test_bytes_of_one_character_all_have_its_text(encoders):
    query = encoders("ColQwen2").encode_query("aé")
    assert query.tokens[:3] == ("a", "é", "é")


@pytest.mark.parametrize("name", ["ColQwen2", "ColIdefics3", "native ColPali"])
def test_special_tokens_in_a_question_are_removed(name, encoders):
    """The model would take them for an image or padding."""
    encoder = encoders(name)
    plain = encoder.encode_query("a b")
    for special in encoder._loaded.processor.tokenizer.all_special_tokens:
        query = encoder.encode_query(f"a{special}b")
        assert query.tokens == plain.tokens
        assert np.array_equal(query.vectors, plain.vectors)


@pytest.mark.parametrize("text", ["", " \n", "<|endoftext|>"])
def test_an_empty_question(text, encoders):
    with pytest.raises(ValueError, match="the question is empty"):
        encoders("ColQwen2").encode_query(text)
