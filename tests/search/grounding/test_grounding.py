"""Which claims are verified, which are not, and where they stand."""

import json

import numpy as np
import pytest

from snappy_core import RegionIndex, ground
from snappy_core.boxes import as_boxes, coverage
from snappy_core.search.grounding.grounding import claims_of
from snappy_core.search.grounding.passages import GroundingSource, passages_of_text
from snappy_core.testing import FakeEncoder

BOND = (
    "In May we issued a green bond of £40 million. It carries a coupon of 4.85 per cent, matures "
    "in 2033, and may be spent on Skerry Narrows alone. Net debt stood at £118.3 million."
)
RISKS = (
    "Insurance did not: the premium doubled to £3.2 million. Penhallow Race did best. "
    "Carrow Firth lost five points to its broken cable. No injury cost a day's work. "
    "Profit rose to £9.1 million in 2025 and to £7.7 million in 2024."
)
TABLE = (
    "| £ million | Q1 | Q2 | Q3 |\n| --- | --- | --- | --- |\n"
    "| Power sales | 7.4 | 6.6 | 6.1 |\n| Grid services | 1.6 | 1.8 | 2.7 |"
)
LINES = ((0.1, 0.1, 0.9, 0.12), (0.1, 0.13, 0.9, 0.15))
SOURCES = [
    GroundingSource(text, f"d#p1r{i}", "d", "d.pdf", 1, "1", LINES, "Northwind")
    for i, text in enumerate([BOND, RISKS, TABLE])
]


def check(answer):
    [claim] = ground(answer, SOURCES)
    return claim


@pytest.mark.parametrize(
    "answer",
    [
        "Net debt stood at £118.3 million.",
        "Northwind's net debt was £118,300,000.",  # the name stands in the heading
        "The green bond carries a coupon of 4.85%.",  # of which the next sentence speaks
        "It matures in 2033 and may be spent on Skerry Narrows alone.",
        "Carrow Firth lost five points.",
        "Carrow Firth lost 5 points to its broken cable.",
        "Insurance did not.",
        "No injury cost a day's work.",
        "Grid services: £2.7 million in the third quarter.",
        "Q3 power sales reached 6.1 million pounds.",
    ],
)
def test_verified(answer):
    claim = check(answer)
    assert (claim.verdict, claim.missing_numbers) == ("verified", ())
    assert claim.place.source == "d.pdf"


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("Net debt stood at £118.4 million.", ("118.4 million",)),
        ("Net debt stood at £118.3 billion.", ("118.3 billion",)),
        ("Net debt stood at $118.3 million.", ("118.3 million",)),
        ("The green bond carries a coupon of 4.58%.", ("4.58",)),
        ("Carrow Firth lost six points to its broken cable.", ("six",)),
        ("Skerry Narrows lost five points to its broken cable.", ()),  # another name
        ("Penhallow Race lost five points to its broken cable.", ()),  # from the sentence before
        ("Insurance did: the premium doubled to £3.2 million.", ()),  # without the negation
        ("Net debt never stood at £118.3 million.", ()),
        ("An injury cost a day's work.", ()),
        ("Net debt fell to £118.3 million.", ()),  # another verb
        ("Profit rose to £7.7 million in 2025 and to £9.1 million in 2024.", ()),  # swapped
        ("Profit rose to £7.7 million in 2024.", ()),  # true, but another profit stands between
        ("Grid services: £1.8 million in Q3.", ("1.8 million",)),  # the cell of another column
        ("Power sales: £2.7 million in Q3.", ("2.7 million",)),  # of another row
    ],
)
def test_never_verified(answer, missing):
    claim = check(answer)
    assert (claim.verdict, claim.missing_numbers) == ("partial", missing)
    assert claim.place is not None


def test_absent():
    claim = check("The sea is blue and has 7 colors.")
    assert (claim.verdict, claim.score, claim.place) == ("absent", 0.0, None)
    assert claim.missing_numbers == ("7",)
    assert ground("Anything at all.", [])[0].verdict == "absent"


def test_a_quotation_stands_word_for_word():
    grounding = ground('It says: "the premium doubled to £3.2 million".', SOURCES)
    sentence, quote = grounding
    assert (sentence.kind, quote.kind) == ("sentence", "quote")
    assert (quote.verdict, quote.text) == ("verified", "the premium doubled to £3.2 million")
    for text in ("the premium doubled to £3.3 million", "premium the doubled to £3.2 million"):
        assert ground(f'It says: "{text}".', SOURCES)[1].verdict != "verified"


def test_a_quotation_of_function_words_alone():
    source = [GroundingSource("The clerk said that it is what it is, and went home.")]
    [_, quote] = ground('He told us: "it is what it is".', source)
    assert (quote.text, quote.verdict) == ("it is what it is", "verified")
    assert ground('He told us: "it is what he is".', source)[1].verdict != "verified"


def test_claims_have_their_place_in_the_answer():
    answer = '# Debt\n\n- Net debt rose [d#p1r0].\n2. He said "no one came at all" [1].'
    claims = claims_of(answer)
    assert [answer[claim.start : claim.end] for claim in claims] == [claim.text for claim in claims]
    assert [claim.text for claim in claims] == [
        "Debt",
        "Net debt rose",
        'He said "no one came at all"',
        "no one came at all",
    ]


def test_numbers_of_citations_may_begin_lines():
    claims = claims_of("[1] Revenue rose 5 %\n[2] Costs fell 3 % [3]\n [4, 5]\n[d#p1r2] It grew.")
    assert [claim.text for claim in claims] == ["Revenue rose 5 %", "Costs fell 3 %", "It grew."]


def test_names_of_documents_in_citations_may_have_brackets():
    claims = claims_of("It rose [[2024] Prices.pdf#p1r1]. It fell [a [b] c [d].pdf#p2h4-7] [1].")
    assert [claim.text for claim in claims] == ["It rose", "It fell"]
    for rest in (" [[a] b#p1" * 1_000, " " * 10_000):  # soon read
        [claim] = claims_of(f"It rose [1] [sic] in{rest} May")
        assert claim.text == f"It rose     [sic] in{rest} May"


def test_empty_rows_and_cells_are_no_passages():
    table = "| |  |  |\n| --- | --- | --- |\n|  | 5 |  |\n|  |  |  |\n| Boats | 7 | |"
    source = GroundingSource(table, "d#p1r0", "d", "d.pdf", 1, "1", LINES)
    words = [" ".join(passage.words) for passage in passages_of_text(source)]
    assert words == ["5", "5", "Boats 7", "Boats 7", "Boats"]
    assert ground("Boats: 7.", [source]).is_verified
    with RegionIndex(encoder=FakeEncoder()) as index:
        assert index.ground("Boats: 7.", [source]).is_verified


def test_references_to_literature_are_part_of_a_claim():
    source = [
        GroundingSource("The system draws portraits [TL07].", "d#p1r0", "d", "d.pdf", 1, "1", LINES)
    ]
    assert ground("The system draws portraits [TL07].", source).is_verified
    assert not ground("The system draws portraits [TL03].", source).is_verified
    assert [claim.text for claim in claims_of("It rose [1, 2.3]. It fell [q3.pdf#p4r2].")] == [
        "It rose",
        "It fell",
    ]


def test_the_answer_with_citations():
    answer = "Carrow Firth lost five points. The sea is blue. Net debt stood at £118.3 million."
    grounding = ground(answer, SOURCES)
    assert grounding.cited() == (
        "Carrow Firth lost five points. [1] The sea is blue. Net debt stood at £118.3 million. [2]"
    )
    assert [place.region_id for place in grounding.places] == ["d#p1r1", "d#p1r0"]
    assert not grounding.is_verified
    assert ground("Carrow Firth lost five points.", SOURCES).is_verified
    assert json.loads(json.dumps(grounding.to_dict()))["claims"][1]["verdict"] == "absent"


def test_lines_of_a_source_without_its_page():
    first = check("In May we issued a green bond of £40 million.")
    last = check("Net debt stood at £118.3 million.")
    assert np.allclose([first.place.rects, last.place.rects], [LINES[:1], LINES[1:]])


def test_words_divided_at_the_end_of_a_line(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "hyphens.pdf").raise_failed()
        [hit, *_] = index.search("the")
        sentence = hit.region.text.split(". ")[0]
        [claim, *_] = index.ground(sentence, [hit])
    assert claim.verdict == "verified"


def test_an_index_gives_the_boxes_of_words(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "table.pdf").raise_failed()
        [claim] = index.ground("Brae: 9 boats.")
        [hit] = index.search("boats at Brae", k=1)
        assert claim.verdict == "verified"
        assert claim.place.region_id.startswith(hit.document_id)
        boxes = as_boxes(claim.place.rects)
        assert coverage(as_boxes([hit.region.box]), boxes) == pytest.approx(1.0)
        assert sum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])) < 0.02
        assert index.ground("Brae: 5 boats.")[0].verdict == "partial"
        given = index.ground("Brae: 9 boats.", [hit])
        assert given[0].verdict == "verified"
        # A text that is not in the index is compared as it stands.
        [elsewhere] = index.ground("Net debt stood at £118.3 million.", SOURCES)
        assert np.allclose(elsewhere.place.rects, LINES[1:])


async def test_async(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "table.pdf").raise_failed()
        assert await index.aground("Brae: 9 boats.") == index.ground("Brae: 9 boats.")


def test_a_paraphrase_is_partial():
    words = "A vessel was late"
    assert (
        ground(words, [GroundingSource("The vessels came behind time once more")])[0].verdict
        == "absent"
    )
    [claim] = ground(words, [GroundingSource("Late vessel here is")], encoder=FakeEncoder())
    assert claim.verdict == "partial"
