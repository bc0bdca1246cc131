"""Single-vector models of the frameworks, and text models in ONNX by folder."""

import json
import pickle
import shutil

import numpy as np
import pytest
from tokenizers import Tokenizer

from snappy_core import IndexMismatchError, MissingDependencyError, RegionIndex
from snappy_core.encoders import EmbeddingEncoder, can_open, open_encoder
from snappy_core.encoders.minilm import MiniLMEncoder, _installed_model, _load_tokenizer
from snappy_core.encoders.onnx_text import OnnxTextEncoder
from snappy_core.encoders.word_tokens import carries_spaces, count_tokens, tokenize
from snappy_core.testing import make_page
from snappy_core.testing.encoders import QUESTION, EncoderConformance, vectors_of

DIM = 16


def embed(text):
    """Return counts of letters: texts of the same words are near each other."""
    vector = np.zeros(DIM)
    for letter in text.casefold():
        vector[ord(letter) % DIM] += 1
    return vector.tolist()


class LangChainEmbeddings:
    model = "letters-1"

    def embed_documents(self, texts):
        return [embed(text) for text in texts]

    def embed_query(self, text):
        return embed(text)


class LlamaIndexEmbedding:
    model_name = "owner/letters-1"

    def get_text_embedding_batch(self, texts):
        return [embed(text) for text in texts]

    def get_query_embedding(self, text):
        return embed(text)


class SentenceModel:
    def encode(self, texts, show_progress_bar):
        assert not show_progress_bar
        return np.array([embed(text) for text in texts])


class PromptedSentenceModel(SentenceModel):
    """One that tells questions from documents."""

    encode_document = SentenceModel.encode

    def encode_query(self, texts, show_progress_bar):
        return self.encode(["query " + text for text in texts], show_progress_bar)


MODELS = {
    "LangChain": LangChainEmbeddings,
    "LlamaIndex": LlamaIndexEmbedding,
    "sentence-transformers": SentenceModel,
    "with prompts": PromptedSentenceModel,
}


class TestEmbeddings(EncoderConformance):
    @pytest.fixture(params=MODELS.values(), ids=MODELS)
    def encoder(self, request):
        return EmbeddingEncoder(request.param(), name="letters")


def test_the_frameworks_own_classes():
    core = pytest.importorskip("langchain_core.embeddings")
    fake = core.DeterministicFakeEmbedding(size=8)
    encoder = EmbeddingEncoder(fake, name="fake")
    assert encoder.dim == 8
    (patches,) = encoder.encode_pages([make_page("The ferry leaves.")])
    expected = np.array(fake.embed_documents(["The ferry leaves."])[0])
    assert vectors_of(patches) @ expected == pytest.approx([np.linalg.norm(expected)] * 3, rel=0.01)
    index = pytest.importorskip("llama_index.core.embeddings")
    assert EmbeddingEncoder(index.MockEmbedding(embed_dim=8), name="mock").dim == 8


def test_the_words_of_a_paragraph_have_its_vector():
    encoder = EmbeddingEncoder(LangChainEmbeddings(), words=4)
    (patches,) = encoder.encode_pages([make_page("low water is at six", "tolls")])
    texts = ["low water is at", "six", "tolls"]
    expected = np.array([embed(texts[part]) for part in (0, 0, 0, 0, 1, 2)])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert vectors_of(patches) == pytest.approx(expected, abs=0.01)


def test_questions_are_embedded_as_questions():
    query = EmbeddingEncoder(PromptedSentenceModel(), name="x").encode_query("ferry")
    expected = np.array(embed("query ferry"))
    assert query.vectors[0] == pytest.approx(expected / np.linalg.norm(expected))


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (LangChainEmbeddings(), "LangChainEmbeddings:letters-1"),
        (LlamaIndexEmbedding(), "LlamaIndexEmbedding:owner/letters-1"),
    ],
)
def test_names(model, name):
    assert EmbeddingEncoder(model).name == name
    assert not can_open(name)


def test_what_is_no_model_or_has_no_name():
    with pytest.raises(TypeError, match="object is no embedding model: give an Embeddings"):
        EmbeddingEncoder(object())
    with pytest.raises(ValueError, match="SentenceModel does not say which model it is"):
        EmbeddingEncoder(SentenceModel())
    with pytest.raises(ValueError, match="words must be at least 1"):
        EmbeddingEncoder(LangChainEmbeddings(), words=0)


def test_an_index_with_it(tmp_path, data):
    path = tmp_path / "index.snappy"
    encoder = EmbeddingEncoder(LangChainEmbeddings())
    with RegionIndex.open(path, encoder) as index:
        index.add(data / "list_items.pdf", progress=False).raise_failed()
        expected = index.search(QUESTION, k=3)
        assert len(expected) == 3
        assert index.explain(expected[0]).shares
        assert index.heatmap(expected[0]) is not None
    with RegionIndex.open(path, pickle.loads(pickle.dumps(encoder))) as index:
        assert index.search(QUESTION, k=3) == expected
    with RegionIndex.open(path) as index:
        assert index.info().encoder == "LangChainEmbeddings:letters-1"
        assert index.documents()
        with pytest.raises(IndexMismatchError, match="LangChainEmbeddings:letters-1"):
            index.search(QUESTION)


# Models in ONNX by folder


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "model"
    (folder / "onnx").mkdir(parents=True)
    shutil.copy(_installed_model(), folder / "onnx" / "model.onnx")
    _load_tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def test_a_folder_with_an_onnx_file(folder, tmp_path):
    encoder = open_encoder(str(folder))
    assert isinstance(encoder, OnnxTextEncoder)
    expected = MiniLMEncoder().encode_query(QUESTION).vectors
    assert encoder.encode_query(QUESTION).vectors == pytest.approx(expected, abs=1e-5)
    with RegionIndex.open(tmp_path / "index.snappy", encoder):
        pass
    with RegionIndex.open(tmp_path / "index.snappy") as index:
        assert index.encoder.name == encoder.name


def test_its_prompts_are_read_and_have_no_vectors(folder):
    prompts = {"prompts": {"query": "question: ", "document": "text: "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    encoder = open_encoder(str(folder))
    plain = MiniLMEncoder()
    query = encoder.encode_query("ferry leaves")
    expected = plain.encode_query("question: ferry leaves").vectors[1:]
    assert query.vectors == pytest.approx(expected, abs=1e-5)
    (patches,) = encoder.encode_pages([make_page("the ferry")])
    (prompted,) = plain.encode_pages([make_page("text: the ferry")])
    assert vectors_of(patches) == pytest.approx(vectors_of(prompted)[1:], abs=0.005)


def test_a_model_of_sentence_transformers_needs_it(folder):
    (folder / "onnx" / "model.onnx").unlink()
    (folder / "modules.json").write_text("[]")
    try:
        import sentence_transformers  # noqa: F401
    except ImportError:
        with pytest.raises(MissingDependencyError, match="pip install sentence-transformers"):
            open_encoder(str(folder))


# Tokens


def test_tokens_in_a_text_belong_to_the_word_they_end_in():
    tokenizer = byte_level()
    words = ["the", "Zürich", "ferry", "水", "x-y"]
    assert carries_spaces(tokenizer)
    tokens = tokenize(tokenizer, words, in_text=True)
    encoding = tokenizer.encode(" ".join(words))
    assert tokens.ids.tolist() == encoding.ids
    text = dict.fromkeys(range(len(words)), "")
    for token, word in zip(encoding.tokens, tokens.words.tolist(), strict=True):
        if word >= 0:
            text[word] += token.removeprefix("Ġ")
    assert text[0] == "the"
    assert text[2] == "ferry"
    assert text[4] == "x-y"
    assert tokens.words[[0, -1]].tolist() == [-1, -1]
    assert sum(count_tokens(tokenizer, words, in_text=True)) == (tokens.words >= 0).sum()
    assert count_tokens(tokenizer, [], in_text=True) == []


def byte_level():
    from tokenizers import decoders, models, pre_tokenizers, processors

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: n for n, token in enumerate(["[CLS]", "[SEP]", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 1)]
    )
    return tokenizer


def test_letters_count_where_there_are_no_spaces_between_words():
    page = make_page("a b", "港务费 开会")
    vectors = vectors_of(EmbeddingEncoder(LangChainEmbeddings(), words=2).encode_pages([page])[0])
    same = [
        (one == other).all() for one, other in ((vectors[0], vectors[1]), (vectors[2], vectors[3]))
    ]
    assert same == [True, False]
