"""`RegionIndex.add_document(path, regions=...)`: from the file of another reader to hits."""

import io
import json

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from snappy_core import FormatError, ReadingOptions, RegionIndex, Source, Workers
from snappy_core.testing import FakeEncoder
from tests.formats.samples import (
    FRACTIONS,
    SAMPLES,
    bottom_left,
    docling_document,
    text_item,
    words_of,
)

LINES = {
    "Landings by port": (30, 46),
    "Five crews gave up their": (30, 95),
    "licences this year": (30, 120),
}
OUTSIDE = "Printed at Brae"


@pytest.fixture
def index():
    with RegionIndex(encoder=FakeEncoder()) as index:
        yield index


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """A PDF of the page that `samples` tell of, and a line that they do not."""
    path = tmp_path_factory.mktemp("paper") / "landings.pdf"
    canvas = Canvas(str(path), pagesize=(340, 500), invariant=1)
    canvas.setFont("Helvetica", 11)
    for text, (x, y) in {**LINES, OUTSIDE: (30, 470)}.items():
        canvas.drawString(x, 500 - y - 8, text)
    canvas.save()
    return path


def add(index, path, regions, executor=None):
    return index.add_document(
        path,
        regions=regions,
        reading=ReadingOptions(ocr="never"),
        executor=executor,
        progress=False,
    )


def stored(index, number=1):
    with index._store.read() as snapshot:
        (document,) = snapshot.documents()
        return snapshot.page(snapshot.page_ids(document.document_id)[number])


def region_of(text, box, page=1, **more):
    return {"page": page, "text": text, "bbox": box, **more}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_format_gives_hits_with_its_boxes(index, paper, name):
    add(index, paper, SAMPLES[name]).raise_failed()
    page = stored(index)
    np.testing.assert_allclose([region.box for region in page.regions], FRACTIONS, atol=2e-3)
    words = [[page.words.texts[word] for word in region.words] for region in page.regions]
    assert words == [
        [*"Landings by port".split()],
        "Five crews gave up their licences this year".split(),
        [],
    ]
    hit = index.search("licences", k=1)[0]
    assert (hit.region.label, hit.region.section) == ("paragraph", "Landings by port")
    assert hit.region.text == "Five crews gave up their licences this year"
    assert len(hit.rects) == 2
    assert set(OUTSIDE.split()) <= set(page.words.texts)  # counts for the page
    assert not any("Brae" in found.region.text for found in index.search("Brae", k=10))


def test_a_file_of_docling(index, paper, tmp_path):
    path = tmp_path / "landings.json"
    path.write_text(json.dumps(SAMPLES["docling"]))
    assert add(index, paper, path).added == (paper.as_posix(),)
    assert stored(index).regions[0].label == "heading"


def test_scans_get_their_words_from_the_regions(index, data):
    """No OCR here: hOCR brings words with confidences, a plain list texts to be spread."""
    scan = data / "image_only.pdf"
    words = words_of((40, 20, 200, 40), "salt pans closed")
    spans = "".join(
        f"<span class='ocrx_word' title='bbox {x0:.0f} 20 {x1:.0f} 40; x_wconf 80'>{word}</span>"
        for word, (x0, _, x1, _) in words
    )
    hocr = (
        "<div class='ocr_page' title='bbox 0 0 400 250'><p class='ocr_par' "
        f"title='bbox 40 20 200 40'>{spans}</p></div>"
    ).encode()
    add(index, scan, hocr).raise_failed()
    hit = index.search("salt pans", k=1)[0]
    assert hit.ocr_confidence == pytest.approx(0.8)
    assert hit.rects[0] == pytest.approx((0.1, 0.08, 0.4875, 0.16), abs=5e-3)
    add(index, scan, [region_of("salt pans closed", [0.1, 0.2, 0.3, 0.9])]).raise_failed()
    hit = index.search("salt pans", k=1)[0]
    assert (hit.ocr_confidence, hit.region.text) == (-1, "salt pans closed")
    x0, y0, x1, y1 = np.transpose(hit.rects)
    assert min(x0) == pytest.approx(0.1)
    assert max(x1) == pytest.approx(0.3)
    assert 0.2 < min(y0) < max(y1) < 0.9


def test_rotated_and_cropped_pages(index, data):
    """The page shows 500 x 400 points of one that was 600 x 800 and upright."""
    path = data / "crop_rotate_90.pdf"
    box = (440, 20, 475, 180)
    seen = docling_document([text_item(0, "text", bottom_left(box, 400), "")], sizes=[(500, 400)])
    add(index, path, seen).raise_failed()
    assert index.search("crop", k=1)[0].region.text == "INSIDE THE CROP"
    for size in [(400, 500), (600, 800), (800, 600)]:
        upright = docling_document(
            [text_item(0, "text", bottom_left((9, 9, 99, 40), size[1]), "x")], sizes=[size]
        )
        with pytest.raises(
            FormatError, match=r"page 1: .* for a page of .* 500 x 400 pt; .*turned or cropped"
        ):
            add(index, path, upright)
    assert (
        index.search("crop", k=1)[0].region.text == "INSIDE THE CROP"
    )  # what stood there still does


def test_pages_without_supplied_regions_keep_their_own(index, data):
    add(
        index, data / "many_pages.pdf", [region_of("oranges", [0.05, 0.1, 0.95, 0.2], 2)]
    ).raise_failed()
    assert stored(index, 1).regions[0].text == "Page 1 tells of the pilot's lantern."
    assert stored(index, 2).regions[0].text == "oranges"
    assert len(stored(index, 3).regions) == 1


def test_labels_that_are_given_stay(index, data):
    """Lines that repeat themselves at the head of pages are headers, unless somebody knows."""
    regions = [
        region_of("", [0.05, 0.1, 0.95, 0.119 + 0.03], n, label="heading") for n in (1, 2, 3)
    ]
    add(index, data / "many_pages.pdf", regions).raise_failed()
    assert [stored(index, n).regions[0].label for n in (1, 2, 3)] == ["heading"] * 3


def test_more_pages_than_the_document_has(index, data):
    with pytest.raises(
        FormatError, match=r"table\.pdf: the regions are for page 2, too, but it has 1 pages"
    ):
        add(index, data / "table.pdf", [region_of("x", [0, 0, 1, 1], 2)])
    assert index.documents() == []


def test_other_regions_read_the_document_again(index, data):
    path, one = data / "table.pdf", [region_of("one", [0.1, 0.1, 0.9, 0.5])]
    assert add(index, path, one).added
    assert add(index, path, json.dumps(one).encode()).unchanged
    assert "regions " in index.documents()[0].fingerprint
    assert add(index, path, [one[0] | {"text": "two"}]).added
    assert [region.text for region in stored(index).regions] == ["two"]
    assert add(index, path, None).added
    assert len(stored(index).regions) > 1


def test_regions_are_those_of_one_document(index, data):
    with pytest.raises(ValueError, match=r"holds \d+ documents"):
        add(index, data, [region_of("x", [0, 0, 1, 1])])
    with pytest.raises(ValueError, match="'plain' is given without regions"):
        index.add_document(data / "table.pdf", regions_format="plain")


def test_a_document_that_cannot_be_read_is_reported(index, data):
    report = add(index, data / "not_a_pdf.pdf", [region_of("x", [0, 0, 1, 1])])
    assert len(report.failed) == 1


def test_workers_do_the_same(data):
    path = data / "many_pages.pdf"
    regions = [region_of(f"page {n}", [0.05, 0.1, 0.9, 0.2], n) for n in range(1, 11)]
    found = []
    for executor in (None, Workers(2)):
        with RegionIndex(encoder=FakeEncoder()) as index:
            add(index, path, regions, executor).raise_failed()
            found.append(
                [[(r.text, r.box, r.words) for r in stored(index, n).regions] for n in range(1, 13)]
            )
    assert found[0] == found[1]
    sized = [region | {"page_width": 9, "page_height": 9} for region in regions]
    with (
        RegionIndex(encoder=FakeEncoder()) as index,
        pytest.raises(FormatError, match="for a page of 9 x 9"),
    ):
        add(index, path, sized, Workers(1))


async def test_async_twin(index, paper):
    report = await index.aadd_document(
        paper, regions=SAMPLES["plain, pixels"], regions_format="plain"
    )
    assert report.added
    assert stored(index).regions[0].text == "Landings by port"


def test_bytes_and_pictures(index):
    from PIL import Image

    file = io.BytesIO()
    Image.new("L", (300, 500), "white").save(file, "PNG")
    source = Source.from_bytes(file.getvalue(), "scan.png")
    add(
        index,
        source,
        [region_of("low water", [30, 50, 150, 250], unit="px", page_width=300, page_height=500)],
    )
    assert index.search("water", k=1)[0].region.box == pytest.approx((0.1, 0.1, 0.5, 0.5))


@pytest.mark.tesseract
@pytest.mark.parametrize("kind", ["hocr", "alto"])
def test_what_tesseract_writes(index, data, kind):
    import pytesseract

    from snappy_core import parsing

    scan = Source.from_path(data / "image_only.pdf")
    picture = parsing.render(scan, 1, 200)
    if kind == "hocr":
        written = pytesseract.image_to_pdf_or_hocr(picture, extension="hocr")
    else:
        written = pytesseract.image_to_alto_xml(picture)
    add(index, scan.path, written).raise_failed()
    supplied = stored(index)
    with RegionIndex(encoder=FakeEncoder()) as other:
        other.add(scan.path, reading=ReadingOptions(ocr="always")).raise_failed()
        ours = stored(other)
    assert set(supplied.words.texts) == set(ours.words.texts) != set()
    place = ours.words.texts.index(supplied.words.texts[0])
    np.testing.assert_allclose(supplied.words.boxes[0], ours.words.boxes[place], atol=5e-3)


class TestCommandLine:
    @pytest.fixture
    def snappy(self, capsys):
        from snappy_core.cli import main

        def run(*arguments):
            code = main([*map(str, arguments), "--workers", "0", "--ocr", "never"])
            return code, *capsys.readouterr()

        return run

    def test_index_with_regions(self, snappy, paper, tmp_path):
        (tmp_path / "page.xml").write_bytes(SAMPLES["alto, mm10"])
        to = tmp_path / "a.snappy"
        code, out, _ = snappy("index", paper, "--to", to, "--regions", tmp_path / "page.xml")
        assert (code, out.startswith("1 added, 0 unchanged")) == (0, True)
        with RegionIndex.open(to, create=False) as index:
            assert [region.label for region in stored(index).regions] == [
                "heading",
                "paragraph",
                "figure",
            ]
        named = ("--regions", tmp_path / "page.xml", "--regions-format", "alto")
        assert snappy("index", paper, "--to", to, *named)[1].startswith("0 added, 1 unchanged")

    def test_an_unknown_format_names_the_others(self, snappy, paper, tmp_path):
        path = tmp_path / "page.xml"
        path.write_bytes(SAMPLES["alto, mm10"])
        options = ("--to", tmp_path / "a", "--regions", path, "--regions-format", "pdf")
        code, _, error = snappy("index", paper, *options)
        assert (code, error.count("\n")) == (2, 1)
        assert "unknown regions format 'pdf'; use docling, hocr, alto" in error

    def test_errors_are_one_line(self, snappy, paper, tmp_path):
        (tmp_path / "page.xml").write_bytes(SAMPLES["alto, mm10"])
        to = tmp_path / "a.snappy"
        code, _, error = snappy(
            "index",
            paper,
            "--to",
            to,
            "--regions",
            tmp_path / "page.xml",
            "--regions-format",
            "hocr",
        )
        assert (code, error.count("\n")) == (1, 1)
        assert "no element of the class 'ocr_page'" in error
        code, _, error = snappy("index", paper, "--to", to, "--regions", tmp_path / "none.xml")
        assert (code, error.count("\n")) == (1, 1)
        code, _, _ = snappy(
            "index", paper, paper.parent / "x.pdf", "--to", to, "--regions", tmp_path / "page.xml"
        )
        assert code == 2
