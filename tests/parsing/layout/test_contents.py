"""Leaders are no text, and what they lead through is the table of contents."""

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from snappy_core import Source
from snappy_core.parsing import ReadingOptions, read
from tests.parsing.pdf.simple_pdf import line, pdf

ENTRIES = (
    ("Preface", "iv"), ("1 Tides and moorings", "3"), ("1.1 The spring tide", "3"),
    ("1.2 Moorings of the eastern quay", "7"), ("2 Harbour dues", "12"),
    ("2.1 Boats under sail", "14"), ("2.2 Steamers", "21"), ("Index of vessels", "40"),
)  # fmt: skip


def read_pages(*contents):
    return list(read(Source.from_bytes(pdf(*contents), "page.pdf"), ReadingOptions(ocr="never")))


def regions_of(content):
    return read_pages(content)[0].regions


def entry(y, text, number, leader, x=40):
    return line(x, y, text) + line(x + 160, y, leader) + line(x + 260, y, number)


def listing(entries=ENTRIES, leader=". " * 16):
    return "".join(entry(60 + 18 * i, *e, leader) for i, e in enumerate(entries))


@pytest.mark.parametrize("leader", [". " * 16, "." * 34, ".. .. " * 5])
def test_entries_keep_their_page_numbers_and_lose_their_leaders(leader):
    (region,) = regions_of(listing(leader=leader))
    assert region.label == "contents"
    assert region.text.splitlines() == [f"{text} {number}" for text, number in ENTRIES]


def test_leaders_within_a_word():
    texts = [f"{text}{'.' * 40}{number}" for text, number in ENTRIES]
    content = "".join(
        line(340 - stringWidth(text, "Helvetica", 10), 60 + 18 * i, text)
        for i, text in enumerate(texts)
    )
    (page,) = read_pages(content)
    assert page.regions[0].text.splitlines() == [f"{text} {number}" for text, number in ENTRIES]
    boxes = dict(zip(page.words.texts, page.words.boxes.tolist(), strict=True))
    assert boxes["Preface"][2] < 230 / 400 < 320 / 400 < boxes["iv"][0]


def test_a_table_with_leaders_stays_a_table():
    values = ["4,120", "84", "3,377", "512", "90", "1,204"]
    names = ["Harbour dues", "Moorings", "Pilotage", "Cranes", "Water", "Ice"]
    content = line(40, 60, "Revenue by kind") + line(290, 60, "2024") + line(350, 60, "2023")
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        content += entry(80 + 16 * i, name, value, ". " * 14, 30) + line(350, 80 + 16 * i, value)
    regions = regions_of(content)
    assert "contents" not in {region.label for region in regions}
    text = "\n".join(region.text for region in regions)
    assert "Pilotage" in text
    assert ". ." not in text


def test_lines_of_a_form_that_begin_and_end_in_their_number_are_no_contents():
    lines = [(f"{n} Dues of boat {chr(60 + n)}", str(n)) for n in range(11, 19)]
    assert "contents" not in {region.label for region in regions_of(listing(lines))}


def test_page_numbers_that_go_back_are_none():
    lines = [
        (text, str(number))
        for (text, _), number in zip(ENTRIES, (9, 2, 7, 1, 8, 3, 6, 2), strict=True)
    ]
    assert "contents" not in {region.label for region in regions_of(listing(lines))}


def test_an_ellipsis_is_text():
    (page,) = read_pages(line(40, 60, "And so on . . . said the pilot ... and left"))
    assert " ".join(page.words.texts) == "And so on . . . said the pilot ... and left"


def test_a_page_of_nothing_but_leaders_has_no_words():
    (page,) = read_pages("".join(line(40, 60 + 18 * i, ". " * 30) for i in range(8)))
    assert (page.words.texts, page.regions) == ((), ())
