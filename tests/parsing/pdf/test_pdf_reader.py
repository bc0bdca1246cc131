"""Words where they were drawn and where they are seen, whatever the page does to its frame."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from snappy_core import Source, UnreadableDocumentError
from snappy_core.boxes import enclose
from snappy_core.parsing import ReadingOptions, read


def pages_of(path, password=None):
    return list(read(Source.from_path(path, password)))


# The frame: boxes against the drawn points

# Where the ink of Helvetica's letters begins and ends, in thousandths of the font size; PDFium's
# own font is a little narrower in E.
BEGINS = {
    "A": 14, "B": 74, "C": 44, "D": 81, "E": 86, "G": 48, "I": 91, "N": 76, "O": 39, "S": 49,
    "T": 21, "U": 79, "l": 67, "r": 77, "w": 14,
}  # fmt: skip
ENDS = {"A": 654, "D": 674, "E": 600, "N": 646, "P": 622, "X": 648, "r": 332, "s": 464, "t": 257}
HEIGHT, DEPTH = 718, 220  # of capitals and ascenders, of descenders

BETA = (150, 60, 14, "BETA GAMMA DELTA")
ROTATED = [(30, 450, 18, "ALPHA"), BETA]
CROPPED = [(130, 600, 16, "INSIDE THE CROP")]
FILES = [
    ("rotate_0", (0, 0, 300, 500), 0, ROTATED),
    ("rotate_90", (0, 0, 300, 500), 90, ROTATED),
    ("rotate_180", (0, 0, 300, 500), 180, ROTATED),
    ("rotate_270", (0, 0, 300, 500), 270, ROTATED),
    ("rotate_inherited", (0, 0, 300, 500), 90, ROTATED),
    ("crop_box", (100, 150, 500, 650), 0, CROPPED),
    ("crop_rotate_90", (100, 150, 500, 650), 90, CROPPED),
    (
        "odd_media_box",
        (-50, -100, 350, 500),
        0,
        [(-20, 440, 16, "NEGATIVE ORIGIN"), (180, -60, 12, "lower right words")],
    ),
    ("upside_down_media_box", (0, 0, 612, 792), 0, [(72, 700, 16, "BOX UPSIDE DOWN")]),
    ("user_unit_2", (0, 0, 300, 200), 0, [(40, 150, 16, "DOUBLE SIZE")]),
]
BY_NAME = [pytest.param(*row, id=row[0]) for row in FILES]


def drawn_words(drawn):
    """Each word with the box of its ink in the page's own space, from where it was drawn."""
    for x, y, size, line in drawn:
        for word in line.split():
            start = x + stringWidth(line[: line.index(word)], "Helvetica", size)
            last = start + stringWidth(word[:-1], "Helvetica", size)
            yield (
                word,
                (
                    start + BEGINS[word[0]] * size / 1000,
                    y - (DEPTH if "g" in word else 0) * size / 1000,
                    last + ENDS[word[-1]] * size / 1000,
                    y + HEIGHT * size / 1000,
                ),
            )


def as_rendered(box, frame, rotation):
    """A box of the page's own space (y up) in fractions of the page as rendered (y down)."""
    left, bottom, right, top = frame
    x0, x1 = ((x - left) / (right - left) for x in (box[0], box[2]))
    y0, y1 = ((y - bottom) / (top - bottom) for y in (box[1], box[3]))
    return {
        0: (x0, 1 - y1, x1, 1 - y0),
        90: (y0, x0, y1, x1),
        180: (1 - x1, y0, 1 - x0, y1),
        270: (1 - y1, 1 - x1, 1 - y0, 1 - x0),
    }[rotation]


@pytest.mark.parametrize(("name", "frame", "rotation", "drawn"), BY_NAME)
def test_words_stand_where_they_were_drawn(data, name, frame, rotation, drawn):
    (page,) = pages_of(data / f"{name}.pdf")
    width, height = frame[2] - frame[0], frame[3] - frame[1]
    if rotation in (90, 270):
        width, height = height, width
    assert page.width / page.height == pytest.approx(width / height)
    expected = dict(drawn_words(drawn))
    assert sorted(page.words.texts) == sorted(expected)
    for word, box in zip(page.words.texts, page.words.boxes, strict=True):
        miss = (box - as_rendered(expected[word], frame, rotation)) * ([width, height] * 2)
        assert np.abs(miss).max() < 0.5, word  # points


@pytest.mark.parametrize(("name", "frame", "rotation", "drawn"), BY_NAME)
def test_words_stand_where_they_are_seen(data, name, frame, rotation, drawn):
    (page,) = pages_of(data / f"{name}.pdf")
    dpi = 288
    ink = np.asarray(page.render(dpi).convert("L")) < 128
    size = np.array([ink.shape[1], ink.shape[0]] * 2)
    point = dpi / 72
    assert size[:2] == pytest.approx(np.array([page.width, page.height]) * point, abs=1)
    assert ink_box(ink) / point == pytest.approx(enclose(page.words.boxes) * size / point, abs=0.5)
    for box in page.words.boxes * size:
        # a little more than the word, less than the space between words
        x0, y0, x1, y1 = np.rint(box + np.array([-1.5, -1.5, 1.5, 1.5]) * point).astype(int)
        seen = ink_box(ink[y0:y1, x0:x1]) + np.array([x0, y0, x0, y0])
        assert seen / point == pytest.approx(box / point, abs=0.5)


def ink_box(ink):
    (rows,), (columns,) = np.nonzero(ink.any(axis=1)), np.nonzero(ink.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


def test_a_word_that_fills_a_tiny_page(data):
    (page,) = pages_of(data / "tiny_page.pdf")
    assert page.words.texts == ("tiny",)
    x0, y0, x1, y1 = page.words.boxes[0].tolist()  # 0.4 pt at (0.1, 0.4), y of descending depth
    width = stringWidth("tiny", "Helvetica", 0.4)
    assert (x0, x1) == pytest.approx((0.1, 0.1 + width), abs=0.02)
    assert (y0, y1) == pytest.approx((0.6 - 0.4 * 0.72, 0.6 + 0.4 * 0.22), abs=0.02)


def test_what_lies_off_the_page_is_dropped(data):
    (page,) = pages_of(data / "off_page.pdf")
    lines = [
        (30, 420, "This line is inside the page."),
        (-36, 300, "This line begins beyond the left edge."),
        (200, 200, "This line runs over the right edge."),
    ]
    expected = []
    for x, _, line in lines:
        ends = x + np.cumsum([stringWidth(f"{word} ", "Helvetica", 12) for word in line.split()])
        starts = np.array([x, *ends[:-1]])
        middles = (starts + ends - stringWidth(" ", "Helvetica", 12)) / 2
        expected += [w for w, at in zip(line.split(), middles, strict=True) if 0 < at < 300]
    assert list(page.words.texts) == expected
    assert expected[6] == "begins"  # "This line" lies off to the left
    assert (page.words.boxes >= 0).all()
    assert (page.words.boxes <= 1).all()


# Characters


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("unicode.pdf", "Un café naïf à Zürich, 5 €."),
        ("ligatures.pdf", "The first flood was five feet deep."),
        ("duplicated_text.pdf", "Fake bold heading This one is painted twice too."),
        ("broken_xref.pdf", "Found without the index."),
        ("encrypted_owner_only.pdf", "Anyone may read this, none may copy it."),
    ],
)
def test_words(data, name, words):
    (page,) = pages_of(data / name)
    assert list(page.words.texts) == words.split()
    assert page.words.confidences is None


def test_words_carry_no_white_space(data):
    for page in pages_of(data / "two_columns.pdf"):
        assert all(word and not any(c.isspace() for c in word) for word in page.words.texts)


# Pages


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("rotate_0.pdf", (300, 500)),
        ("rotate_180.pdf", (300, 500)),
        ("rotate_270.pdf", (500, 300)),
        ("crop_box.pdf", (400, 500)),
        ("crop_rotate_90.pdf", (500, 400)),
        ("upside_down_media_box.pdf", (612, 792)),
        ("huge_page.pdf", (14400, 14400)),
        ("tiny_page.pdf", (1, 1)),
    ],
)
def test_pages_have_the_size_they_are_rendered_in(data, name, size):
    (page,) = pages_of(data / name)
    assert (page.width, page.height, page.unit) == (*size, "pt")


def test_pages_are_numbered_and_labelled(data):
    pages = pages_of(data / "page_labels.pdf")
    assert [(page.number, page.label) for page in pages] == [
        (1, "i"), (2, "ii"), (3, "1"), (4, "A-1"),
    ]  # fmt: skip


def test_without_labels_the_number_is_the_label(data):
    pages = pages_of(data / "many_pages.pdf")
    assert [page.label for page in pages] == [str(n) for n in range(1, 13)]
    for page in pages:
        assert page.words.texts[:2] == ("Page", page.label)


def test_a_bad_page_warns_and_the_others_are_read(data):
    first, second = pages_of(data / "bad_page.pdf")
    assert first.regions[0].text == "The first page is sound."
    assert first.warning == ""
    assert second.warning.startswith("cannot be loaded")
    assert (len(second.words), second.regions) == (0, ())
    with pytest.raises(UnreadableDocumentError, match="page 2"):
        second.render()


@pytest.mark.parametrize("name", ["blank_page.pdf", "image_only.pdf"])
def test_a_page_without_text_has_no_words(data, name):
    (page,) = read(Source.from_path(data / name), ReadingOptions(ocr="never"))
    assert (len(page.words), page.regions) == (0, ())
    darkest = np.asarray(page.render(72)).min()
    assert darkest == 255 if name == "blank_page.pdf" else darkest < 64


def test_a_blank_page_between_others(data):
    texts = [" ".join(page.words.texts) for page in pages_of(data / "mixed_blank.pdf")]
    assert texts == ["The first page has words.", "", "The third page has others."]


def test_words_of_a_huge_page_are_seen(data):
    (page,) = pages_of(data / "huge_page.pdf")
    assert " ".join(page.words.texts) == "A poster as wide as a room."
    assert page.words.boxes[0, 0] == pytest.approx(3000 / 14400, abs=0.001)
    assert page.words.boxes[0, 3] == pytest.approx(1 - 9000 / 14400, abs=0.001)


# One PDFium for the whole process


def test_documents_read_in_turns(data):
    together = zip(
        read(Source.from_path(data / "page_labels.pdf")),
        read(Source.from_path(data / "many_pages.pdf")),
        strict=False,
    )
    assert [(a.label, b.label) for a, b in together] == [
        ("i", "1"), ("ii", "2"), ("1", "3"), ("A-1", "4"),
    ]  # fmt: skip


def test_reading_may_stop_early(data):
    pages = read(Source.from_path(data / "many_pages.pdf"))
    first = next(pages)
    pages.close()
    assert first.render(36).size == (150, 250)


def test_threads_read_and_draw_at_once(data):
    names = ["rotate_90", "two_columns", "table", "many_pages", "crop_box", "white_on_white"]

    def read_and_draw(name):
        return [
            (page.words.texts, page.words.boxes.tobytes(), page.render(40).tobytes())
            for page in pages_of(data / f"{name}.pdf")
        ]

    alone = [read_and_draw(name) for name in names]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(read_and_draw, names * 3)) == alone * 3
