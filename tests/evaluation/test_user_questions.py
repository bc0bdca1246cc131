"""Questions of one's own: reading them, finding their places, judging hits."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from snappy_core import RegionIndex
from snappy_core.evaluation.find_text import find_text
from snappy_core.evaluation.outcomes import ask, summarize, to_dict
from snappy_core.evaluation.outcomes_html import outcomes_html
from snappy_core.evaluation.report import outcomes_report
from snappy_core.evaluation.user_questions import STARTER, UserQuestion, load_user_questions
from snappy_core.ingest.jobs import prepare
from snappy_core.search.context import estimate_tokens
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import DocumentRecord
from snappy_core.testing import FakeEncoder, make_page
from tests.search.printed import harbor

__all__ = ["harbor"]

ENCODER = FakeEncoder()
PAGES = [
    make_page("The ferry leaves at nine.", "Tides turn twice a day in the harbor.", number=1),
    make_page("Boat 7 lies in berth 109.", "Boat 8 lies in berth 110.", number=2),
    make_page("The ferry returns at noon.", number=3),
]


def write(tmp_path, text, name="q.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_text(text, encoding)
    return path


class TestFile:
    def test_the_starter_can_be_read_as_it_is(self, tmp_path):
        questions = load_user_questions(write(tmp_path, STARTER))
        assert questions == [
            UserQuestion(
                "What coupon does the green bond carry?",
                "report.pdf",
                quote="carries a coupon of 4.85 per cent",
            ),
            UserQuestion(
                "How fast may the stream run when a diver enters the water?", "report.pdf", page=5
            ),
        ]

    def test_the_docs_show_the_starter(self):
        page = Path(__file__).parents[2] / "docs" / "evaluation.md"
        (example,) = re.findall(r"```csv\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        assert STARTER.endswith(example)

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_what_spreadsheets_write(self, tmp_path, separator):
        """Their separators and mark of the encoding, columns in any order, cells with lines."""
        rows = [["Page", "notes", "question", "document", "quote"]]
        rows += [["3", "mine", '"When, and; how?"', "a.pdf", '"at\nnoon"'], ["# 4", "", "", "", ""]]
        text = "\r\n".join(separator.join(row) for row in rows)
        path = write(tmp_path, f"# first\r\n\r\n{text}\r\n", encoding="utf-8-sig")
        assert load_user_questions(path) == [
            UserQuestion("When, and; how?", "a.pdf", 3, "at\nnoon")
        ]

    def test_a_starter_whose_cells_are_all_quoted(self, tmp_path):
        rows = csv.reader(io.StringIO(STARTER))
        quoted = io.StringIO(newline="")
        csv.writer(quoted, quoting=csv.QUOTE_ALL).writerows(rows)
        assert len(load_user_questions(write(tmp_path, quoted.getvalue()))) == 2

    def test_json_lines_have_the_same_keys(self, tmp_path):
        line = '{"question": "When?", "document": "a.pdf", "page": 3, "answer": "noon"}\n\n'
        path = write(tmp_path, line, "q.jsonl")
        assert load_user_questions(path) == [UserQuestion("When?", "a.pdf", 3, answer="noon")]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "must name the columns; no question"),
            ("question,page\nq,1\n", "no document"),
            ("question,document,page\n", "no questions"),
            ("question,document,page\nq,a.pdf,1\nq,a.pdf,\n", "line 3: .*needs a page, a quote or"),
            ("# one\nquestion,document,page\nq,a.pdf,0\n", "line 3: .*page counts from 1, not 0"),
            ("question,document,page\nq,a.pdf,iv\n", "line 2: not a question"),
            ("question,document,page\n,a.pdf,1\n", "line 2: .*has no question"),
        ],
    )
    def test_a_line_that_is_none_is_named(self, tmp_path, text, message):
        with pytest.raises(ValueError, match=message):
            load_user_questions(write(tmp_path, text))


class TestPlaces:
    def test_every_place_word_for_word(self):
        places = find_text(PAGES, "THE FERRY")
        assert [(place.page, place.words) for place in places] == [(1, (0, 1)), (3, (0, 1))]
        assert all(place.is_exact and len(place.rects) == 1 for place in places)

    def test_boxes_are_those_of_the_lines(self):
        (place,) = find_text(PAGES, "twice a day in the harbor")
        boxes = PAGES[0].words.boxes[list(place.words)]
        assert len(place.rects) == 2
        assert min(rect[0] for rect in place.rects) == pytest.approx(boxes[:, 0].min())
        assert max(rect[3] for rect in place.rects) == pytest.approx(boxes[:, 3].max())

    def test_words_divided_at_the_end_of_a_line_and_numbers_by_value(self):
        page = make_page("Net debt was £ 1,180.0 mil- lion after the trans- action.")
        (place,) = find_text([page], "was £1180 million after the transaction.")
        assert place.words == tuple(range(2, 11))

    def test_nearly_the_same_words(self):
        """Words between those of the quote, and slips, but never another number."""
        page = make_page("Boat 7 of the harbor lies as ever in the old berth 109 by the quay.")
        (place,) = find_text([page], "Boat 7 of the harbour lies as ever in old berth 109")
        assert (place.is_exact, place.words) == (False, tuple(range(13)))
        assert find_text([page], "Boat 7 of the harbour lies as ever in old berth 108") == []
        assert find_text([page], "The ferry leaves the harbor at nine every day") == []

    @pytest.mark.parametrize("text", ["", "...", "a text longer than all pages " * 20])
    def test_nothing_stands_nowhere(self, text):
        assert find_text([*PAGES, make_page()], text) == []


@pytest.fixture
def index():
    store = MemoryStore()
    store.bind_encoder(ENCODER.name, ENCODER.dim)
    for name in ("/x/boats.pdf", "/y/<b>other</b>.pdf"):
        pages = PAGES if "boats" in name else [make_page("Nothing at all.")]
        records = map(prepare, pages, ENCODER.encode_pages(pages))
        store.write(DocumentRecord(name, name, "0" * 64, "test"), records)
    return RegionIndex(store, ENCODER)


def test_ranks_of_pages_and_answers(index):
    page = UserQuestion("boat 7 berth 109", "boats.pdf", 2)
    quote = UserQuestion("boat 7 berth 109", "boats.pdf", quote="lies in berth 109")
    second = UserQuestion("boat 7 berth 109", "/x/boats.pdf", answer="berth 110")
    missed = UserQuestion("boat 7 berth 109", "boats.pdf", 3, answer="noon")
    outcomes = ask(index, [page, quote, second, missed], k=2)
    ranks = [(outcome.page_rank, outcome.answer_rank) for outcome in outcomes]
    assert ranks == [(1, None), (1, 1), (1, 2), (None, None)]
    assert [outcome.is_miss for outcome in outcomes] == [False, False, False, True]
    assert outcomes[1].pages == (2,)
    assert len(outcomes[0].hits) == 2


def test_an_answer_may_stand_in_several_places_and_hits(index):
    """Any place will do; the words may come from several hits together."""
    twice = UserQuestion("the ferry returns at noon", "boats.pdf", answer="the ferry")
    across = UserQuestion("boat lies in berth", "boats.pdf", quote="in berth 109. Boat 8 lies in")
    outcomes = ask(index, [twice, across], k=4)
    assert (outcomes[0].answer_rank, outcomes[0].pages) == (1, (1, 3))
    assert outcomes[1].answer_rank == 2


def test_an_answer_may_stand_where_a_hit_goes_on(harbor):
    """The hit begins on page 1, and goes on on page 2."""
    asked = "wrote costs of the whole repair shared between the two"
    quote = "each of them paid nine hundred crowns in silver"
    questions = [UserQuestion(asked, "h", quote=quote), UserQuestion(asked, "h", 2)]
    outcomes = ask(harbor, [*questions, UserQuestion("ferries to the island", "h", 1)], k=1)
    assert [hit.page_number for hit in outcomes[0].hits] == [1]
    ranks = [(outcome.page_rank, outcome.answer_rank) for outcome in outcomes]
    assert ranks == [(1, 1), (1, None), (None, None)]
    (hit,) = outcomes[0].hits
    assert summarize(outcomes[:1])["tokens"] == estimate_tokens(hit.text)
    missed = replace(outcomes[0], answer_rank=None)
    html = outcomes_html(harbor, [missed], 1)
    assert "<b>1. h.pdf, pages 1-2</b>" in html
    assert quote in html.split("<pre>")[1]
    assert html.count("<figure>") == 1, "the hit is on the page that answers, too"


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (UserQuestion("q", "none.pdf", 1), "no document is called none.pdf"),
        (UserQuestion("q", "boats.pdf", 4), "boats.pdf has 3 pages, and no page 4"),
        (UserQuestion("q", "boats.pdf", 1, "noon"), "'noon' does not stand in boats.pdf, page 1"),
        (UserQuestion("q", "boats.pdf", answer="109 ferries"), "'109 ferries' does not stand in"),
    ],
)
def test_what_cannot_be_judged_is_said_and_not_counted(index, question, problem):
    good = UserQuestion("boat 7 berth 109", "boats.pdf", quote="lies in berth 109")
    outcomes = ask(index, [question, good])
    assert outcomes[0].problem.startswith(problem)
    summary = summarize(outcomes)
    assert (summary["questions"], summary["judged"], summary["answer_first"]) == (2, 1, 1.0)
    assert not outcomes[0].is_miss


def test_measures(index):
    found = UserQuestion("boat 7 berth 109", "boats.pdf", quote="lies in berth 109")
    page = UserQuestion("boat 7 berth 109", "boats.pdf", 2)
    missed = UserQuestion("boat 7 berth 109", "boats.pdf", 3, answer="noon")
    outcomes = ask(index, [found, page, missed], k=1)
    summary = summarize(outcomes)
    assert [summary[name] for name in ("page_first", "page_among")] == [0.6667, 0.6667]
    assert [summary[name] for name in ("answer_first", "answer_among")] == [0.5, 0.5]
    assert summary["placed"] == 2
    assert summary["tokens"] == 7
    report = outcomes_report(outcomes, 1)
    assert "3 of 3 questions judged, k = 1" in report
    assert "| the answer in the first hit |  0.50 | 0.50-0.50 |" in report
    assert "missed: boat 7 berth 109\n    boats.pdf, page 3; first hit: " in report
    assert to_dict(outcomes[0])["places"][0]["page"] == 2
    nothing = summarize(ask(index, [UserQuestion("q", "none.pdf", 1)]))
    assert (nothing["page_first"], nothing["intervals"], nothing["tokens"]) == (None, {}, None)


def test_html_shows_what_it_can_without_pictures(index):
    """Pages that cannot be drawn are said; names and texts are no markup."""
    questions = [
        UserQuestion("<script>berth</script> 109", "/y/<b>other</b>.pdf", 1),
        UserQuestion("boat", "none.pdf", 1),
    ]
    html = outcomes_html(index, ask(index, questions, k=2), 2)
    assert "<script>" not in html
    assert "<b>other" not in html
    assert "no document is called none.pdf" in html
    assert "there is no such file to draw it from" in html
    assert "http" not in html.replace("http-equiv", "")
