"""The text that is read is the text one sees: once, in its layer, raised digits apart."""

import pytest

from snappy_core import Source
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.pdf.document import PDFIUM, load_page, open_pdf
from snappy_core.parsing.pdf.text_layer import read_text_layer
from tests.parsing.pdf.simple_pdf import line, pdf, stream


def read_pdf(data):
    (page,) = read(Source.from_bytes(data, "page.pdf"), ReadingOptions(ocr="never"))
    assert page.warning == ""
    return page


def words_of(*arguments, **options):
    return " ".join(read_pdf(pdf(*arguments, **options)).words.texts)


def raised(x, y, before, digits, after="", turn="1 0 0 1"):
    """A line with raised digits in it, set as TeX and word processors do."""
    x, y = x, 600 - y
    return (
        f"BT /F 10 Tf {turn} {x} {y} Tm ({before}) Tj /F 6 Tf 3.5 Ts ({digits}) Tj"
        f" /F 10 Tf 0 Ts ({after}) Tj ET "
    )


@pytest.mark.parametrize(
    ("turn", "rotation"), [("1 0 0 1", 0), ("0 1 -1 0", 90), ("-1 0 0 -1", 180), ("0 -1 1 0", 270)]
)
def test_raised_digits_stand_apart(turn, rotation):
    content = raised(200, 300, "24.91", "2", " rose", turn)
    assert words_of(content, page=f"/Rotate {rotation}") == "24.91 ² rose"


def test_powers_and_marks():
    assert words_of(raised(40, 60, "about 10", "12", "m")) == "about 10 ¹² m"
    assert words_of(raised(40, 60, "dredger", "3", " rose")) == "dredger ³ rose"


def test_a_mark_before_its_note():
    assert words_of(raised(40, 60, "", "2", "growing")) == "² growing"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (line(40, 54, "Harbour") + line(40, 66, "dues") + line(80, 60, "1,234"), "1,234"),
        (line(40, 54, "Harbour") + line(40, 66, "dues") + line(65, 60, "1234"), "1234"),
        (line(40, 80, "85%", 40) + line(125, 60, "2023"), "2023"),
        (line(40, 60, "12") + line(51, 66, "Harbour"), "12"),
    ],
)
def test_digits_centered_beside_other_cells_are_not_raised(content, text):
    assert text in words_of(content).split()


def test_raised_digits_of_the_font_are_as_large_as_its_letters():
    """Some fonts draw them small; here they are small since they are drawn flat."""
    content = "BT /F 10 Tf 1 0 0 1 40 540 Tm (about 10) Tj 1 0 0 .6 87 544 Tm (12) Tj ET"
    assert words_of(content) == "about 10 ¹²"


@pytest.mark.parametrize("text", ["5g", "10gp", "24.91", "x1y2", "3rd", "A4", "1,000"])
def test_digits_on_the_line_stay_in_their_word(text):
    assert words_of(line(40, 60, f"about {text} of it")) == f"about {text} of it"


def test_lowered_letters_and_digits_stay_in_their_word():
    content = "BT /F 10 Tf 40 500 Td (H) Tj /F 6 Tf -2 Ts (2) Tj /F 10 Tf 0 Ts (O and 4) Tj"
    assert words_of(f"{content} /F 6 Tf -2 Ts (n) Tj ET") == "H2O and 4n"


def test_text_drawn_twice_is_read_once():
    again = "".join(line(40 + shift, 60 - shift, "the boat and the crew") for shift in (0, 0.24, 1))
    assert words_of(again) == "the boat and the crew"


def test_equal_words_close_to_each_other_are_all_read():
    assert words_of(line(40, 60, "1 1 1 l l l") + line(40, 66, "1 1", 6)) == "1 1 1 l l l 1 1"


LAYERS = {
    "objects": ("<</Type/OCG /Name(English)>>", "<</Type/OCG /Name(French)>>"),
    "resources": "/Properties<</EN 10 0 R /FR 11 0 R>>",
    "catalog": "/OCProperties<</OCGs[10 0 R 11 0 R] /D<</ON[10 0 R] /OFF[11 0 R]>>>>",
}


def in_layer(name, content):
    return f"/OC /{name} BDC {content} EMC "


def test_layers_that_are_switched_off_are_not_read():
    """They would pass for visible, since they stand on the ink of another language."""
    content = in_layer("EN", line(40, 60, "port dues")) + in_layer("FR", line(40, 60, "droits"))
    assert words_of(content + line(40, 90, "1998"), **LAYERS) == "port dues 1998"


def test_a_layer_inside_one_that_is_shown():
    content = in_layer("EN", line(40, 60, "port") + in_layer("FR", line(40, 60, "havre")))
    assert words_of(content, **LAYERS) == "port"


def form(content, entries="", resources="/Font<</F 3 0 R>>"):
    entries = f"/Type/XObject/Subtype/Form /BBox[0 0 400 600] /Resources<<{resources}>> {entries}"
    return stream(content, entries)


@pytest.mark.parametrize(
    ("french", "draw"),
    [
        (form(line(40, 60, "droits"), "/OC 11 0 R"), "/Fr Do "),
        (form(line(40, 60, "droits")), in_layer("FR", "/Fr Do ")),
        (
            form(
                in_layer("FR", line(40, 60, "droits")),
                resources=f"/Font<</F 3 0 R>> {LAYERS['resources']}",
            ),
            "/Fr Do ",
        ),
    ],
    ids=["the form", "around the form", "inside the form"],
)
def test_forms_in_layers_that_are_switched_off_are_not_read(french, draw):
    english = form(line(40, 60, "port dues"), "/OC 10 0 R")
    more = LAYERS | {
        "objects": (*LAYERS["objects"], english, french),
        "resources": LAYERS["resources"] + "/XObject<</En 12 0 R /Fr 13 0 R>>",
    }
    assert words_of("/En Do " + draw + line(40, 90, "1998"), **more) == "port dues 1998"


def test_white_text_and_text_without_ink_in_a_form_are_kept():
    """Both leave white paper white; the one stands on a dark bar, the other below a scan."""
    bar = "0 g 0 500 400 60 re f 1 g " + line(40, 60, "port dues") + " 0 g"
    inkless = "3 Tr " + line(40, 190, "1998") + " 0 Tr"
    more = {"objects": (form(bar), form(inkless)), "resources": "/XObject<</A 10 0 R /B 11 0 R>>"}
    source = Source.from_bytes(pdf("/A Do /B Do", **more), "page.pdf")
    with PDFIUM, open_pdf(source) as document:
        layer, _ = read_text_layer(load_page(document, 1, source))
    assert layer.texts == ("port", "dues", "1998")


def symbol_font(code):
    cmap = f"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <B7> <{code}> endbfchar
endcmap end end"""
    font = "<</Type/Font/Subtype/Type1/BaseFont/Symbol /ToUnicode 10 0 R>>"
    return {"objects": (stream(cmap), font), "fonts": "/S 11 0 R"}


def test_bullets_of_private_use_open_list_items():
    papers = (
        "A list of the crew and of all others on board.",
        "A bill of health from the last port.",
        "A receipt for the dues of the harbour.",
    )
    content = line(40, 50, "The harbour master asks for:")
    for number, text in enumerate(papers):
        y = 70 + 14 * number
        content += line(48, y, "\\267", font="S") + line(62, y, text)
    page = read_pdf(pdf(content, **symbol_font("F0B7")))
    items = [region.text.splitlines()[-1] for region in page.regions if region.label == "list_item"]
    assert items == [f"• {text}" for text in papers]


@pytest.mark.parametrize(
    ("code", "seen"), [("F0FE", "☑"), ("F078", "☒"), ("F0A8", "☐"), ("F0FC", "✓")]
)
def test_boxes_of_wingdings(code, seen):
    content = line(48, 60, "\\267", font="S") + line(62, 60, "paid")
    assert words_of(content, **symbol_font(code)) == f"{seen} paid"


def test_a_watermark_is_no_title():
    mark = "BT /F 60 Tf .7 .7 -.7 .7 90 150 Tm (COPY ONLY) Tj ET "
    dues = "The dues of the harbour rise in March again."
    text = "".join(line(40, 60 + 14 * number, dues) for number in range(9))
    page = read_pdf(pdf(mark + text))
    labels = {region.label for region in page.regions if "COPY" in region.text}
    assert labels == {"other"}
    assert any(region.label == "paragraph" for region in page.regions)


LAM_ALEF = """/CIDInit /ProcSet findresource begin begincmap
1 begincodespacerange <00> <FF> endcodespacerange
3 beginbfchar <61> <0645> <62> <06440627> <63> <0633> endbfchar endcmap"""


def test_a_glyph_for_lam_and_alef_is_read_in_the_order_of_arabic():
    """PDFium turns the letters of the glyph round with those of the line."""
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica /ToUnicode 10 0 R>>"
    document = pdf(
        line(100, 100, "abc", font="A"), objects=[stream(LAM_ALEF), font], fonts="/A 11 0 R"
    )
    (page,) = read(Source.from_bytes(document, "greeting.pdf"), ReadingOptions(ocr="never"))
    assert page.words.texts == ("\u0633\u0644\u0627\u0645",)
