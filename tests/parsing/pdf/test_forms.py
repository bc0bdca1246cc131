"""What is filled in on a form is read where one sees it, with its label."""

import numpy as np
import pytest

from snappy_core import Source
from snappy_core.parsing import ReadingOptions, read
from tests.parsing.pdf.simple_pdf import box, line, pdf, stream

DRAWN_BOX = ".5 .5 9 9 re S"
CROSS = f"{DRAWN_BOX} 2 2 m 8 8 l S 2 8 m 8 2 l S"
TICK = f"{DRAWN_BOX} BT /Z 9 Tf 1 1 Td (4) Tj ET"  # in ZapfDingbats
DINGBATS = "<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>"


def read_pdf(data):
    return list(read(Source.from_bytes(data, "form.pdf"), ReadingOptions(ocr="never")))


def appearance(content, width, height):
    resources = f"/Resources<</Font<</F 3 0 R /Z {DINGBATS}>>>>"
    return stream(content, f"/Type/XObject/Subtype/Form /BBox[0 0 {width} {height}] {resources}")


def field(kind, name, where, entries):
    return (
        f"<</Type/Annot/Subtype/Widget /F 4 /FT/{kind} /T({name}) /DA(/F 10 Tf 0 g)"
        f" /Rect{box(*where)} {entries}>>"
    )


def form(content, *fields, others=(), entries="", page="", **options):
    """A PDF of one page with fields; `others` are the objects after them, numbered on."""
    numbers = " ".join(f"{10 + index} 0 R" for index in range(len(fields)))
    catalog = (
        f"/AcroForm<</Fields[{numbers}] /DR<</Font<</F 3 0 R>>>> /DA(/F 10 Tf 0 g) {entries}>>"
    )
    return pdf(content, objects=(*fields, *others), annotations=numbers, catalog=catalog, page=page)


def test_values_stand_behind_their_labels():
    options = "/Opt[(Ashmouth)(Quillhaven)]"
    data = form(
        line(40, 62, "Name of vessel:") + line(40, 102, "Port of registry:"),
        field("Tx", "vessel", (120, 50, 320, 68), "/V(Morning Heron) /AP<</N 12 0 R>>"),
        field("Ch", "port", (120, 90, 320, 108), f"/Ff 131072 {options} /V(Quillhaven)"),
        others=(appearance("BT /F 10 Tf 2 5 Td (Morning Heron) Tj ET", 200, 18),),
    )  # fmt: skip
    (page,) = read_pdf(data)
    assert [region.text for region in page.regions] == [
        "Name of vessel: Morning Heron",
        "Port of registry: Quillhaven",
    ]
    x0, y0, x1, y1 = page.words.boxes[page.words.texts.index("Heron")]
    assert 160 / 400 < x0 < x1 < 200 / 400
    assert 50 / 600 < y0 < y1 < 68 / 600


def test_values_are_drawn():
    """A field may come without an appearance, which a viewer makes from its value."""
    (page,) = read_pdf(form("", field("Tx", "a", (120, 50, 320, 68), "/V(Morning Heron)")))
    ink = np.asarray(page.render(72).convert("L")) < 128
    assert ink[50:68, 120:200].any()
    assert page.words.texts == ("Morning", "Heron")


@pytest.mark.parametrize(
    "turned", ["/Rotate 90", "/CropBox[30 30 350 590]", "/CropBox[-9 -9 380 590]"]
)
def test_values_of_turned_and_cropped_pages_stand_where_they_are_seen(turned):
    data = form("", field("Tx", "a", (-20, 50, 320, 68), "/Q 2 /V(Morning Heron)"), page=turned)
    (page,) = read_pdf(data)
    dark = np.asarray(page.render(144).convert("L")) < 128
    rows, columns = np.nonzero(dark)
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    read_box = np.hstack([page.words.boxes[:, :2].min(0), page.words.boxes[:, 2:].max(0)])
    assert read_box * np.tile(dark.shape[::-1], 2) == pytest.approx(seen, abs=3)


def test_buttons_say_whether_they_are_ticked():
    boxes = {"Fishing": "Yes", "Pilotage": "Off", "Salvage": "Yes"}
    content, fields = "", []
    for number, (label, state) in enumerate(boxes.items()):
        y = 100 + 40 * number
        content += line(60, y, f"{label} boats")
        on = 13 if label == "Fishing" else 14
        entries = f"/V/{state} /AS/{state} /AP<</N<</Yes {on} 0 R /Off 15 0 R>>>>"
        fields.append(field("Btn", label, (40, y - 9, 50, y + 1), entries))
    data = form(content, *fields, others=[appearance(c, 10, 10) for c in (TICK, CROSS, DRAWN_BOX)])
    (page,) = read_pdf(data)
    texts = " ".join(region.text for region in page.regions if region.parent is None)
    assert "☑ Fishing boats" in texts
    assert "☐ Pilotage boats" in texts
    assert "☑ Salvage boats" in texts
    where = page.words.boxes[page.words.texts.index("☐")] * [400, 600, 400, 600]
    assert where == pytest.approx([40, 131, 50, 141], abs=0.01)


def test_radio_buttons():
    kids = "/Ff 49152 /V/A /Kids[11 0 R 12 0 R]"
    data = pdf(
        line(60, 60, "Harbour at Ashmouth") + line(60, 80, "Harbour at Quillhaven"),
        objects=(
            f"<</FT/Btn /T(where) {kids}>>",
            f"<</Subtype/Widget /Parent 10 0 R /F 4 /AS/A /Rect{box(40, 51, 50, 61)}"
            " /AP<</N<</A 13 0 R /Off 14 0 R>>>>>>",
            f"<</Subtype/Widget /Parent 10 0 R /F 4 /AS/Off /Rect{box(40, 71, 50, 81)}"
            " /AP<</N<</B 13 0 R /Off 14 0 R>>>>>>",
            appearance(CROSS, 10, 10),
            appearance(DRAWN_BOX, 10, 10),
        ),
        annotations="11 0 R 12 0 R",
        catalog="/AcroForm<</Fields[10 0 R] /DA(/F 10 Tf 0 g)>>",
    )
    (page,) = read_pdf(data)
    assert page.words.texts == (
        "◉",
        "Harbour",
        "at",
        "Ashmouth",
        "○",
        "Harbour",
        "at",
        "Quillhaven",
    )


def test_hidden_fields_are_not_read():
    hidden = field("Tx", "a", (120, 50, 320, 68), "/V(secret)").replace("/F 4", "/F 2")
    (page,) = read_pdf(form(line(40, 62, "Open"), hidden))
    assert page.words.texts == ("Open",)


def test_the_cover_of_an_xfa_form_warns():
    wait = line(40, 60, "Please wait...")
    (page,) = read_pdf(form(wait, entries="/XFA[(template) 3 0 R]"))
    assert page.warning.startswith("is the cover of an XFA form")
    filled = form(
        wait, field("Tx", "a", (120, 90, 320, 108), "/V(Heron)"), entries="/XFA[(t) 3 0 R]"
    )
    (page,) = read_pdf(filled)
    assert page.warning == ""


def test_documents_inside_a_portfolio_are_named():
    def names(*files):
        tree = " ".join(
            f"({name}) <</Type/Filespec /F({name}) /UF({name}) /EF<</F 3 0 R>>>>" for name in files
        )
        return f"/Names<</EmbeddedFiles<</Names[{tree}]>>>> /Collection<</Type/Collection>>"

    pages = read_pdf(
        pdf(line(40, 60, "Open me"), line(40, 60, "Two"), catalog=names("Q3.PDF", "x.xml"))
    )
    assert [page.warning for page in pages] == [
        "has attached documents that are not read: Q3.PDF", "",
    ]  # fmt: skip
    pages = read_pdf(pdf(line(40, 60, "Invoice"), catalog=names("factur-x.xml")))
    assert pages[0].warning == ""
