"""ColBERT models: tiny random ones, through the loading path of the real ones."""

import contextlib
import importlib
import pickle
import shutil
import warnings

import numpy as np
import pytest

from snappy_core import ModelError, RegionIndex
from snappy_core.encoders import open_encoder
from snappy_core.testing import make_page
from snappy_core.testing.encoders import QUESTION, EncoderConformance, vectors_of

pytestmark = pytest.mark.requires("torch", "transformers", "safetensors", "onnx")

TEXT = "The ferry, leaves (at nine)."


@pytest.fixture(scope="module")
def libraries():
    for name in ("torch", "transformers", "safetensors", "onnx"):
        pytest.importorskip(name)
    from tests.encoders.colvision import tiny

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, at import
        with contextlib.suppress(ImportError):
            tiny.import_torchvision()  # which transformers imports if it is installed
        importlib.import_module("tests.encoders.tiny_colbert")


@pytest.fixture(scope="module")
def saved(libraries, tmp_path_factory):
    from tests.encoders import tiny_colbert

    def make(save, *arguments, **settings):
        folder = tmp_path_factory.mktemp("colbert")
        return getattr(tiny_colbert, save)(folder, *arguments, **settings)

    return make


@pytest.fixture(scope="module")
def modern(saved):
    return saved("save_pylate")


@pytest.fixture(scope="module")
def encoder_of_modern(modern):
    return open_encoder(str(modern))


@pytest.fixture(scope="module")
def stanford(saved):
    return saved("save_stanford")


class TestPylate(EncoderConformance):
    @pytest.fixture
    def encoder(self, encoder_of_modern):
        return encoder_of_modern


class TestStanford(EncoderConformance):
    @pytest.fixture
    def encoder(self, stanford):
        return open_encoder(str(stanford))


def tokens_of(folder, text):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return tokenizer, tokenizer.encode(text)


def reference(folder, text, marker, *, skipped=()):
    """Return the vectors of the words of a text, written as the documentation says."""
    from tests.encoders.tiny_colbert import states_of

    tokenizer, encoding = tokens_of(folder, text)
    ids = [encoding.ids[0], tokenizer.token_to_id(marker), *encoding.ids[1:]]
    states = states_of(folder, ids)[[0, *range(2, len(ids))]]
    vectors, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        mine = [
            state
            for state, token, (_, end) in zip(
                states, encoding.tokens, encoding.offsets, strict=True
            )
            if start < end <= start + len(word) and token not in skipped
        ]
        mean = np.mean(mine, axis=0)
        vectors.append(mean / np.linalg.norm(mean))
        start += len(word)
    return np.array(vectors)


def test_words_of_a_page_have_marker_projection_and_skip_list(modern, encoder_of_modern):
    (patches,) = encoder_of_modern.encode_pages([make_page(TEXT)])
    expected = reference(modern, TEXT, "[D] ", skipped={".", ","})
    assert vectors_of(patches) == pytest.approx(expected, abs=0.01)
    other = reference(modern, TEXT, "[D] ")
    assert np.abs(vectors_of(patches) - other).max() > 0.05  # the skip list counts


def test_words_of_a_question_have_their_marker_and_their_punctuation(modern, encoder_of_modern):
    query = encoder_of_modern.encode_query(TEXT)
    assert query.tokens == tuple(TEXT.split())
    assert query.vectors == pytest.approx(reference(modern, TEXT, "[Q] "), abs=1e-4)
    assert np.abs(query.vectors - reference(modern, TEXT, "[D] ")).max() > 0.003


def test_a_word_of_punctuation_alone_has_no_vector(encoder_of_modern):
    (patches,) = encoder_of_modern.encode_pages([make_page("the ferry . leaves")])
    assert patches.vectors.any(axis=1).tolist() == [True, True, False, True]


def test_questions_are_expanded_where_the_words_see_it(saved):
    from tests.encoders.tiny_colbert import states_of

    folder = saved(
        "save_pylate", "modern", do_query_expansion=True, attend_to_expansion_tokens=True
    )
    tokenizer, encoding = tokens_of(folder, "the ferry")
    ids = [encoding.ids[0], tokenizer.token_to_id("[Q] "), *encoding.ids[1:]]
    ids += [tokenizer.token_to_id("[MASK]")] * (16 - len(ids))
    first = [n + 1 for n, (_, end) in enumerate(encoding.offsets) if 0 < end <= 3]
    expected = states_of(folder, ids)[first].mean(axis=0)
    query = open_encoder(str(folder)).encode_query("the ferry")
    assert query.vectors[0] == pytest.approx(expected / np.linalg.norm(expected), abs=1e-4)
    unseen = saved("save_pylate", "modern", do_query_expansion=True)
    alone = open_encoder(str(unseen)).encode_query("the ferry")
    assert np.abs(query.vectors[0] - alone.vectors[0]).max() > 1e-3


@pytest.mark.parametrize("projected", [True, False], ids=["with projection", "without"])
def test_an_onnx_export_gives_the_same_vectors(saved, modern, encoder_of_modern, projected):
    folder = modern.parent / f"onnx-{projected}"
    shutil.copytree(modern, folder)
    from tests.encoders.tiny_colbert import export_onnx

    encoder = open_encoder(str(export_onnx(folder, projected)))
    (folder / "model.safetensors").unlink()  # torch has nothing to run
    assert encoder.dim == encoder_of_modern.dim == 12
    found = open_encoder(str(folder)).encode_query(QUESTION).vectors
    assert found == pytest.approx(encoder_of_modern.encode_query(QUESTION).vectors, abs=1e-4)
    assert encoder.name != encoder_of_modern.name


def test_stanford_settings(saved):
    encoder = open_encoder(str(saved("save_stanford", attend_to_mask_tokens=True)))
    settings = encoder._settings
    vocabulary = encoder._tokenizer.get_vocab()
    assert settings.query_marker == vocabulary["[unused0]"]
    assert settings.document_marker == vocabulary["[unused1]"]
    assert settings.expansion == (vocabulary["[MASK]"], 16)
    assert {vocabulary["."], vocabulary["-"]} <= settings.skipped
    assert encoder.window == 40 - 3


def test_texts_are_put_into_lower_case_where_the_model_wants_it(saved, encoder_of_modern):
    encoder = open_encoder(str(saved("save_pylate", "modern", do_lower_case=True)))
    small, capital = (encoder.encode_query(text).vectors for text in ("ferry", "FERRY"))
    np.testing.assert_array_equal(small, capital)
    small, capital = (encoder_of_modern.encode_query(text).vectors for text in ("ferry", "FERRY"))
    assert np.abs(small[0] - capital[0]).max() > 0.01


def test_an_index_opens_it_by_its_name(modern, tmp_path):
    with RegionIndex.open(tmp_path / "i.snappy", open_encoder(str(modern))) as index:
        index.add("examples/report.pdf", progress=False).raise_failed()
        expected = index.search("green bond coupon")
    with RegionIndex.open(tmp_path / "i.snappy") as index:
        assert index.search("green bond coupon") == expected
        assert index.encoder.name.startswith(f"{modern}@")


def test_a_copy_shares_the_model(encoder_of_modern):
    copied = pickle.loads(pickle.dumps(encoder_of_modern))
    assert copied._model._model.get() is encoder_of_modern._model._model.get()


def test_what_is_damaged_says_so(saved):
    folder = saved("save_pylate", "modern", query_prefix="[X] ")
    with pytest.raises(ModelError, match=r"has no token '\[X\] '"):
        open_encoder(str(folder))
    folder = saved("save_pylate", "modern")
    with pytest.raises(ModelError, match="changed from version 000"):
        open_encoder(f"{folder}@000")
    (folder / "1_Dense" / "config.json").write_text('{"activation_function": "my.Own"}')
    with pytest.raises(ModelError, match="unknown activation function Own"):
        open_encoder(str(folder))
    (folder / "1_Dense" / "model.safetensors").write_bytes(b"")
    (folder / "1_Dense" / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"model\.safetensors: cannot be read"):
        open_encoder(str(folder))
