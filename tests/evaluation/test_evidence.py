"""Evidence within a budget of words, by hand, and the chunks that it is compared with."""

import numpy as np
import pytest

from snappy_core.boxes import as_boxes
from snappy_core.evaluation import evidence
from snappy_core.evaluation.bench import Corpus, Question
from snappy_core.evaluation.chunks import SPLITTERS, chunk_rankers, cut_chunks
from snappy_core.evaluation.evidence import CorpusWords, measure_evidence
from snappy_core.evaluation.metrics import bootstrap_groups
from snappy_core.testing import FakeEncoder, make_page

PAGES = [
    make_page("Spring tides rise high.", "The harbour wall keeps them out.", number=1),
    make_page("Neap tides rise little.", "Ships wait outside the harbour.", number=2),
]
CORPUS = Corpus([("a.pdf", 1), ("a.pdf", 2)], PAGES, np.array([0, 2, 4]))
WORDS = CorpusWords.of(CORPUS)
SHIPS = Question(
    "q", "a.pdf", 2, "t", "g", "Where do ships wait?", as_boxes([PAGES[1].regions[1].box])
)


def test_the_share_of_the_gold_words_among_the_first(monkeypatch):
    monkeypatch.setattr(evidence, "BUDGETS", (4, 8, 9))
    answer = np.arange(14, 19)  # "Ships wait outside the harbour."
    measures = measure_evidence([SHIPS], CORPUS, WORDS, lambda *_: [np.arange(4), answer])
    assert measures["recall"] == [0, 0.8, 1]
    assert measures["answered"] == [0, 1, 1]
    spent = np.cumsum(WORDS.tokens[[0, 1, 2, 3, *answer]])
    assert measures["tokens"] == [None, spent[7], spent[8]]


def test_a_budget_is_searched_for_itself(monkeypatch):
    """What is returned for a small budget need not be the first part of more."""
    monkeypatch.setattr(evidence, "BUDGETS", (4, 9))
    ships, others = np.arange(14, 19), np.arange(8)
    measures = measure_evidence(
        [SHIPS], CORPUS, WORDS, lambda _, words: [others] if words > 4 else [ships]
    )
    assert measures["recall"] == [0.8, 0]


def test_questions_without_words_are_left_out():
    nothing = Question("q", "a.pdf", 1, "t", "g", "?", as_boxes([[0.9, 0.9, 0.95, 0.95]]))
    measures = measure_evidence([SHIPS, nothing], CORPUS, WORDS, lambda *_: [np.arange(14, 19)])
    assert measures["recall"] == [1, 1, 1, 1]


def test_intervals_draw_whole_documents():
    together = bootstrap_groups([1, 1, 0, 0], ["a", "a", "b", "b"])
    assert together == (0, 1)
    low, high = bootstrap_groups([1, 1, 0, 0], ["a", "b", "c", "d"])
    assert 0 <= low < 0.5 < high <= 1


@pytest.mark.parametrize("name", SPLITTERS.names())
def test_chunks_hold_every_word_once_and_stay_on_their_page(name):
    chunks = cut_chunks(WORDS, SPLITTERS.get(name), 6)
    assert np.concatenate(chunks).tolist() == list(range(len(WORDS.texts)))
    pages = [set(np.searchsorted(WORDS.offsets, chunk, side="right").tolist()) for chunk in chunks]
    assert all(len(page) == 1 for page in pages)
    assert len(chunks) > 2
    assert max(map(len, chunks)) <= 6


def test_chunks_are_ranked_by_terms_by_vectors_and_by_both():
    encoder = FakeEncoder()
    vectors = np.concatenate([p.vectors * p.scales[:, None] for p in encoder.encode_pages(PAGES)])
    rankers = dict(chunk_rankers(WORDS, vectors, encoder))
    assert len(rankers) == 3 * 2 * 3
    for name, rank in rankers.items():
        assert 14 in next(iter(rank(SHIPS.text, 6))), name
    assert len(dict(chunk_rankers(WORDS, None, encoder))) == 3 * 2


@pytest.mark.parametrize("name", SPLITTERS.names())
def test_chunks_count_letters_where_there_are_no_spaces_between_words(name):
    pages = [make_page("港务费三月上涨，港务委员会开会。"), make_page("船只在港外等候。", number=2)]
    words = CorpusWords.of(Corpus([("a.pdf", 1), ("a.pdf", 2)], pages, np.array([0, 1, 2])))
    chunks = cut_chunks(words, SPLITTERS.get(name), 6)
    assert [chunk.tolist() for chunk in chunks[:3] + chunks[-1:]] == [[0], [0], [0], [1]]
    rank = dict(chunk_rankers(words, None, FakeEncoder()))[f"BM25, 60 words, {name}"]
    assert next(iter(rank("船在哪里等候？", 9))).tolist() == [1]
