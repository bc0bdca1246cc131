"""What is wrong on a page is said of that page, and nothing of it keeps others from being read."""

import pytest

from snappy_core import Source
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.pdf import reader as pdf_reader
from tests.parsing.drawing import sheet
from tests.parsing.drawing import source as picture_source
from tests.parsing.pdf.simple_pdf import line, pdf, stream

CMAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Own-UTF8-H def /CMapType 1 def
3 begincodespacerange <00> <7F> <C080> <DFBF> <E08080> <EFBFBF> endcodespacerange
2 begincidchar <42> 34 <E0A0A0> 843 endcidchar
endcmap end end"""


def read_pdf(data):
    return list(read(Source.from_bytes(data, "page.pdf"), ReadingOptions(ocr="never")))


def test_codes_beyond_unicode_are_left_out():
    """A code of a font whose map is named after UTF-8 is taken for a character."""
    cid_font = (
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Mincho /DW 1000 /CIDSystemInfo"
        "<</Registry(Adobe)/Ordering(Japan1)/Supplement 6>> /FontDescriptor<</Type/FontDescriptor"
        "/FontName/Mincho /Flags 4 /FontBBox[0 -200 1000 900] /ItalicAngle 0 /Ascent 900"
        " /Descent -200 /CapHeight 700 /StemV 80>>>>"
    )
    font = (
        "<</Type/Font/Subtype/Type0/BaseFont/Mincho /Encoding 10 0 R"
        f" /DescendantFonts[{cid_font}]>>"
    )
    cmap = stream(CMAP, "/Type/CMap /CMapName/Own-UTF8-H")
    odd = "BT /G 10 Tf 40 400 Td <42E0A0A042> Tj ET"
    (page,) = read_pdf(
        pdf(line(40, 60, "Harbour dues") + odd, objects=(cmap, font), fonts="/G 11 0 R")
    )
    assert page.warning == ""
    assert page.words.texts[:2] == ("Harbour", "dues")


def test_half_a_surrogate_pair_in_a_page_label():
    labels = "/PageLabels<</Nums[0 <</P <FEFFD83D>>> 1 <</S/D /St 7>>]>>"
    pages = read_pdf(pdf(line(40, 60, "One"), line(40, 60, "Two"), catalog=labels))
    assert [page.label for page in pages] == ["1", "7"]
    assert [page.words.texts for page in pages] == [("One",), ("Two",)]


@pytest.mark.parametrize("step", ["read_text_layer", "find_regions"])
def test_an_unexpected_error_is_one_page(monkeypatch, step):
    work, calls = getattr(pdf_reader, step), []

    def fail_once(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise TypeError("out of tune")
        return work(*arguments)

    monkeypatch.setattr(pdf_reader, step, fail_once)
    pages = read_pdf(pdf(*(line(40, 60, text) for text in ("One", "Two", "Three"))))
    assert [page.words.texts for page in pages] == [("One",), (), ("Three",)]
    warnings = [page.warning for page in pages]
    assert warnings == ["", "cannot be read (TypeError: out of tune)", ""]
    assert pages[1].render(36).size == (200, 300)  # it can still be shown


def test_an_unexpected_error_is_one_frame_of_a_tiff(monkeypatch):
    def fail(*arguments):
        raise TypeError("out of tune")

    monkeypatch.setattr("snappy_core.parsing.images.find_regions", fail)
    frames = {"save_all": True, "append_images": [sheet()]}
    pages = list(read(picture_source(sheet(), "TIFF", **frames), ReadingOptions(ocr="never")))
    assert [page.warning for page in pages] == ["cannot be read (TypeError: out of tune)"] * 2
