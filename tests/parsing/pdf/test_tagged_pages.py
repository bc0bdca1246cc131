"""Pages with tags: regions by them where they agree with what is seen, else as without them."""

import pytest

from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.source import Source
from tests.parsing.pdf.tagged_pdf import Tag, tagged_pdf

# 15 words a line, as text that was broken into lines.
PROSE = [
    "The pilot boat meets every ship that draws more than nine feet of water there",
    "and leads it past the bar, where the sand moves with each gale from the",
    "north and no chart is right for long. A lamp is lit on the old",
    "tower at dusk, and a bell is rung in fog once every two minutes or",
    "so. Ships that wait for the tide lie at anchor in the bay below the",
]
LAST = "church, but for those with cattle on board, which have a berth of their own."


def lines(y, count, x=30, step=13):
    texts = [*(PROSE[n % len(PROSE)] for n in range(count - 1)), LAST]
    return [(x, y + step * n, text) for n, text in enumerate(texts)]


def page_of(*tags, **other):
    source = Source.from_bytes(tagged_pdf(*tags, **other), "tagged.pdf")
    return next(read(source, ReadingOptions(ocr="never")))


HEADINGS = [Tag("H1", [(30, 60, "Harbors")]), Tag("H2", [(30, 300, "Dues")])]
PARAGRAPHS = [Tag("P", lines(90, 5)), Tag("P", lines(180, 5)), Tag("P", lines(330, 5))]
GOOD = [HEADINGS[0], *PARAGRAPHS[:2], HEADINGS[1], PARAGRAPHS[2]]
LINES = [item for tag in GOOD for item in tag.kids]


def test_tags_that_agree_make_the_regions():
    page = page_of(*GOOD)
    assert [(r.label, r.level, r.origin) for r in page.regions] == [
        ("heading", 1, "tagged"), ("paragraph", 0, "tagged"), ("paragraph", 0, "tagged"),
        ("heading", 2, "tagged"), ("paragraph", 0, "tagged"),
    ]  # fmt: skip
    assert page.regions[-1].section == "Harbors > Dues"


def test_regions_by_tags_have_the_language_that_their_author_named():
    german = Tag("P", lines(180, 5), language="de")
    page = page_of(HEADINGS[0], PARAGRAPHS[0], german, *GOOD[3:], language="en-GB")
    languages = [region.language for region in page.regions]
    assert languages == ["en-GB", "en-GB", "de", "en-GB", "en-GB"]


def test_regions_without_tags_have_no_language():
    page = page_of(Tag("P", LINES), language="en-GB")
    assert {(region.origin, region.language) for region in page.regions} == {("learned", "")}


def test_a_paragraph_ends_where_its_tag_ends():
    # Nothing that is seen parts them.
    paragraphs = [Tag("P", lines(90, 6)), Tag("P", lines(90 + 6 * 13, 6))]
    page = page_of(*paragraphs, Tag("P", lines(400, 9)))
    assert [len(r.words) for r in page.regions] == [90, 90, 135]


@pytest.mark.parametrize(
    "tags",
    [
        [Tag("P", [line]) for line in LINES],
        [Tag("P", LINES)],
        [Tag("Table", [Tag("TR", [Tag("TD", LINES)])])],
        [Tag("Table", [Tag("TR", [Tag("TD", tag.kids)]) for tag in GOOD])],
        [Tag("Span", LINES)],
    ],
    ids=["a paragraph a line", "a paragraph a page", "a frame", "a column", "no blocks"],
)
def test_bad_tags_are_left_alone(tags):
    page, untagged = page_of(*tags), page_of(untagged=LINES)
    assert {r.origin for r in page.regions} == {"learned"}
    assert [(r.box, r.label) for r in page.regions] == [(r.box, r.label) for r in untagged.regions]


def test_rows_and_cells_of_a_table():
    cells = [[(30, "Port"), (150, "Boats")], [(30, "Ardwick"), (150, "14")], [(30, "Brae")]]
    rows = [
        Tag("TR", [Tag("TD", [(x, 200 + 30 * n, text)]) for x, text in row])
        for n, row in enumerate(cells)
    ]
    # The last row is a line of text to the eye.
    rows[2].kids.append(Tag("TD", [(150, 260, "9"), (150, 271, "and more")]))
    page = page_of(Tag("P", lines(60, 5)), Tag("Table", rows))
    table = page.regions[1]
    assert (table.label, table.origin) == ("table", "tagged")
    parts = [region for region in page.regions if region.parent == 1]
    assert [region.text.splitlines()[-1] for region in parts][1:] == [
        "| Ardwick | 14 |", "| Brae | 9 and more |",
    ]  # fmt: skip
    assert {region.origin for region in parts} == {"tagged"}


def test_the_order_is_that_of_the_tags():
    rows = [(120, "Name of the ship", "Alder"), (180, "Port it sails to", "Brae")]
    cells = [cell for y, name, value in rows for cell in ((30, y, name), (250, y, value))]
    pairs = [Tag("P", [cell]) for cell in cells]
    page = page_of(*pairs, Tag("P", lines(300, 5)))
    assert [region.text for region in page.regions][:4] == [tag.kids[0][2] for tag in pairs]


def test_an_alternative_text_is_text_of_its_figure():
    chart = Tag("Figure", [(30, 300, 300, 450)], alt="Herring landed by year")
    caption = Tag("Caption", [(30, 465, "Figure 1: landings")])
    page = page_of(Tag("P", lines(60, 8)), chart, caption, Tag("P", lines(500, 5)))
    figures = [region for region in page.regions if region.label == "figure"]
    assert [figure.text for figure in figures] == [
        "Figure 1: landings\n(alternative text) Herring landed by year",
        "(alternative text) Herring landed by year",
    ]
    for figure in figures:
        words = [page.words.texts[word] for word in figure.words]
        assert words[-4:] == ["Herring", "landed", "by", "year"]
    x0, y0, x1, y1 = figures[1].box
    for word in figures[1].words:
        left, top, right, bottom = page.words.boxes[word].tolist()
        assert x0 <= left < right <= x1 + 1e-6
        assert y0 <= top < bottom <= y1 + 1e-6


@pytest.mark.parametrize(
    "name", ["image001.png", "C:\\\\Temp\\\\a picture", "http://a.b/c d", "P324#yIS1", " "]
)
def test_the_name_of_a_file_is_no_alternative_text(name):
    page = page_of(Tag("P", lines(60, 8)), Tag("Figure", [(30, 300, 300, 450)], alt=name))
    (figure,) = (region for region in page.regions if region.label == "figure")
    assert (figure.origin, "alternative" in figure.text) == ("tagged", False)
