"""Write the awkward PDFs the tests read, and the README that says what each one breaks.

Run ``python tests/data/make.py``. Most files are assembled object by object, so that every key in
them is deliberate. Coordinates are points in the page's own space, origin at the bottom left.
"""

import io
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

HERE = Path(__file__).parent
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"

Files = Iterator[tuple[str, str, bytes]]  # name, what it breaks, bytes


# Assembling a PDF


@dataclass(frozen=True)
class Page:
    """One page: what it paints, its MediaBox, further keys, and a picture it may paint as /Im."""

    content: str
    box: str = "0 0 300 500"
    keys: str = ""
    picture: bytes | None = None


def assemble(objects: Sequence[bytes]) -> bytes:
    """Join objects 1, 2, 3... with a right cross-reference table; object 1 is the catalog."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def stream(data: bytes, keys: str = "") -> bytes:
    """A stream object."""
    head = f"<< {keys} /Length {len(data)} >>\nstream\n"
    return head.encode() + data + b"\nendstream"


def document(
    *pages: Page, tree: str = "", catalog: str = "", font: bytes = FONT, more: Sequence[bytes] = ()
) -> bytes:
    """A PDF of pages; tree and catalog add keys to those two, more adds objects from 4 on."""
    objects = [b"", b"", font, *more]
    kids = []
    for page in pages:
        resources = "/Font << /F1 3 0 R >>"
        if page.picture is not None:
            objects.append(page.picture)
            resources += f" /XObject << /Im {len(objects)} 0 R >>"
        objects.append(stream(page.content.encode("cp1252")))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{page.box}] {page.keys}\n"
            f"/Resources << {resources} >> /Contents {len(objects)} 0 R >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode()
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} {tree} >>".encode()
    return assemble(objects)


# Painting


def text(
    x: float,
    y: float,
    words: str,
    size: float = 12,
    *,
    mode: int = 0,
    gray: float = 0,
    upward: bool = False,
    stretch: float = 100,
) -> str:
    """Paint words with their baseline starting at x, y; upward turns the line up the page."""
    words = re.sub(r"([\\()])", r"\\\1", words)
    turn = "0 1 -1 0" if upward else "1 0 0 1"
    state = f"/F1 {size} Tf {mode} Tr {gray} g {stretch:.2f} Tz"
    return f"BT {state} {turn} {x:g} {y:g} Tm ({words}) Tj ET\n"


def lines(x: float, y: float, rows: Iterable[str], size: float = 12, leading: float = 15) -> str:
    """Paint rows one under the other, the first with its baseline at y."""
    return "".join(text(x, y - i * leading, row, size) for i, row in enumerate(rows))


# The files


def geometry() -> Files:
    """Boxes, rotations and units."""
    words = text(30, 450, "ALPHA", 18) + text(150, 60, "BETA GAMMA DELTA", 14)
    where = "300 x 500; ALPHA 18 pt at (30, 450), BETA GAMMA DELTA 14 pt at (150, 60)"
    for angle in (0, 90, 180, 270):
        made = document(Page(words, keys=f"/Rotate {angle}"))
        yield f"rotate_{angle}.pdf", f"/Rotate {angle} on the page; {where}", made
    made = document(Page(words), tree="/Rotate 90")
    yield "rotate_inherited.pdf", "/Rotate 90 inherited from the page tree; as rotate_90", made

    words = text(130, 600, "INSIDE THE CROP", 16) + text(20, 60, "OUTSIDE TEXT", 16)
    crop = "/CropBox [100 150 500 650]"
    where = "INSIDE THE CROP 16 pt at (130, 600), OUTSIDE TEXT 16 pt at (20, 60)"
    made = document(Page(words, "0 0 600 800", crop))
    yield "crop_box.pdf", f"CropBox [100 150 500 650] in a 600 x 800 page; {where}", made
    made = document(Page(words, "0 0 600 800", f"{crop} /Rotate 90"))
    yield "crop_rotate_90.pdf", "the same with /Rotate 90", made

    words = text(-20, 440, "NEGATIVE ORIGIN", 16) + text(180, -60, "lower right words")
    where = "NEGATIVE ORIGIN 16 pt at (-20, 440), lower right words 12 pt at (180, -60)"
    made = document(Page(words, "-50 -100 350 500"))
    yield "odd_media_box.pdf", f"MediaBox [-50 -100 350 500], origin inside; {where}", made
    words = text(72, 700, "BOX UPSIDE DOWN", 16)
    made = document(Page(words, "0 792 612 0"))
    where = "BOX UPSIDE DOWN 16 pt at (72, 700)"
    yield "upside_down_media_box.pdf", f"MediaBox [0 792 612 0], corners swapped; {where}", made
    made = document(Page(text(40, 150, "DOUBLE SIZE", 16), "0 0 300 200", "/UserUnit 2"))
    where = "DOUBLE SIZE 16 units at (40, 150)"
    yield "user_unit_2.pdf", f"UserUnit 2, a page of 300 x 200 units; {where}", made

    words = (
        text(30, 420, "This line is inside the page.")
        + text(-36, 300, "This line begins beyond the left edge.")
        + text(200, 200, "This line runs over the right edge.")
        + text(700, 350, "FAR RIGHT")
        + text(40, -80, "FAR BELOW")
        + text(40, 900, "FAR ABOVE")
        + text(-400, 250, "FAR LEFT")
    )
    made = document(Page(words))
    yield "off_page.pdf", "text inside, partly off (left, right) and wholly off (FAR ...)", made
    made = document(Page(text(3000, 9000, "A poster as wide as a room.", 300), "0 0 14400 14400"))
    yield "huge_page.pdf", "the largest page a PDF may have, 14400 x 14400", made
    made = document(Page(text(0.1, 0.4, "tiny", 0.4), "0 0 1 1"))
    yield "tiny_page.pdf", "a page of 1 x 1 pt with a word in it", made


def hidden_text() -> Files:
    """Text that is in the file but not on the paper, and text that is there twice."""
    seen = text(30, 450, "The ferry leaves at nine.", 14)
    made = document(Page(seen + text(30, 300, "HIDDEN BY MODE THREE", 14, mode=3)))
    yield "invisible_mode3.pdf", "a visible line, and text in render mode 3 on blank paper", made
    made = document(Page(seen + text(30, 300, "WHITE ON WHITE", 14, gray=1)))
    yield "white_on_white.pdf", "a visible line, and white text on white paper", made
    patch = "1 g 20 290 200 30 re f\n"
    made = document(Page(seen + text(30, 300, "COVERED BY A PATCH", 14) + patch))
    yield "covered.pdf", "a visible line, and text under an opaque white rectangle", made
    twice = (
        text(30, 450, "Fake bold heading", 16) * 2
        + text(30, 420, "This one is painted twice too.") * 2
    )
    yield "duplicated_text.pdf", "each run painted twice at the same place", document(Page(twice))


def scans() -> Files:
    """Pages that are pictures, and pages with nothing on them."""
    width, height, scale = 400, 250, 3
    rows = [(40, 200, "Harbour dues rose to"), (70, 160, "forty-two crowns a ton.")]
    picture = Image.new("1", (width * scale, height * scale), 1)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(22 * scale)
    layer = ""
    for x, y, row in rows:
        draw.text((x * scale, (height - y) * scale), row, fill=0, font=font, anchor="ls")
        fit = draw.textlength(row, font=font) / scale / stringWidth(row, "Helvetica", 22)
        layer += text(x, y, row, 22, mode=3, stretch=100 * fit)
    keys = (
        f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height}"
        " /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode"
    )
    image = stream(zlib.compress(picture.tobytes(), 9), keys)
    paint = f"q {width} 0 0 {height} 0 0 cm /Im Do Q\n"
    box = f"0 0 {width} {height}"
    made = document(Page(paint + layer, box, picture=image))
    yield "scan_with_text_layer.pdf", "a scan with a mode 3 text layer over it (to be kept)", made
    made = document(Page(paint, box, picture=image))
    yield "image_only.pdf", "the same scan with no text layer", made
    yield "blank_page.pdf", "one empty page", document(Page(""))
    first = Page(text(40, 430, "The first page has words."))
    third = Page(text(40, 430, "The third page has others."))
    yield "mixed_blank.pdf", "three pages, the second blank", document(first, Page(""), third)


def reading() -> Files:
    """Paragraphs whose order or direction must be worked out."""
    ledger = (
        "The lock keeper writes down every boat that",
        "passes, its name and draught, and the hour by",
        "the chapel clock. At the end of the month the",
        "ledger goes to the canal office, where a clerk",
        "adds up the tolls.",
    )
    words = "".join(text(80 + 15 * i, 60, row, upward=True) for i, row in enumerate(ledger))
    made = document(Page(words))
    yield "sideways_text.pdf", "a paragraph running up a portrait page, no /Rotate", made
    stamp = text(26, 120, "tidal:2501.04217v2 [physics.ao-ph] 7 Jan 2025", 10, upward=True)
    made = document(Page(lines(45, 440, ledger, 11, 14) + stamp))
    yield "margin_stamp.pdf", "a paragraph, and a stamp running up the left margin", made

    left = (
        (
            "Salt was made here from|the twelfth century, when|monks boiled sea water in|"
            "lead pans over peat fires."
        ),
        "By 1700 coal had replaced|the peat, and eleven pans|stood along the shore.",
        "Each pan gave two bushels|a day in dry weather.",
    )
    right = (
        (
            "The trade ended in 1823,|when the duty on rock salt|was lifted and the mines of|"
            "Cheshire undersold the pans."
        ),
        "Two of the pan houses still|stand. One is a chapel, the|other a store for nets.",
        "The museum opens on|Sundays from May.",
    )
    words = text(30, 450, "The Salt Pans of the Eastern Shore", 17)
    for x, column in ((30, left), (215, right)):
        y = 410
        for paragraph in column:
            rows = paragraph.split("|")
            words += lines(x, y, rows, 11, 14)
            y -= 14 * len(rows) + 12
    made = document(Page(words, "0 0 400 500"))
    yield "two_columns.pdf", "a heading over two columns of three paragraphs each", made

    broken_words = (
        "The breakwater took a consid-",
        "erable battering, and the engi-",
        "neers now mean to raise it by",
        "one metre with a well-known",
        "kind of interlocking block.",
    )
    made = document(Page(lines(40, 430, broken_words)))
    yield "hyphens.pdf", "words broken by hyphens at line ends, and one real hyphen", made


def shapes() -> Files:
    """Lists and tables."""
    bullets = (
        "A chart of the inner harbour.",
        "Two anchors, one of which must hold|the boat on its own in a full gale.",
        "A lamp that burns for ten hours.",
        "Water for every person on board,|four litres a day for three days.",
        "A bell or a horn.",
    )
    steps = ("Ring the harbour office.", "Wait for the green light.", "Enter at four knots.")
    words, y = "", 450
    for lead, marker, items in (
        ("Every boat that stays overnight must carry:", "\u2022", bullets),
        ("To come in after dark:", "", steps),
    ):
        words += text(30, y, lead)
        y -= 25
        for number, item in enumerate(items, 1):
            rows = item.split("|")
            words += text(40, y, marker or f"{number}.") + lines(56, y, rows)
            y -= 15 * len(rows) + 5
        y -= 10
    made = document(Page(words))
    yield "list_items.pdf", "a lead-in, five bullets (two of two lines), three numbered items", made

    table = (
        ("Port", "Boats", "Landed (t)", "Value"),
        ("Ardwick", "14", "312", "\u00a3408,000"),
        ("Brae", "9", "187", "\u00a3251,500"),
        ("Corran", "22", "640", "\u00a3799,200"),
        ("Dunmore", "5", "96", "\u00a3133,700"),
    )
    words = lines(30, 450, ("Five crews gave up their licences this year, and", "landings fell."))
    for i, cells in enumerate(table):
        for x, cell in zip((30, 115, 175, 250), cells, strict=True):
            words += text(x, 395 - 20 * i, cell, 11)
    after = ("Weights are of gutted fish, taken at the quay by", "the harbour master's own scale.")
    made = document(Page(words + lines(30, 275, after), "0 0 340 500"))
    yield "table.pdf", "a paragraph, a table of 5 x 4 cells without rules, a paragraph", made


def letters() -> Files:
    """Characters beyond ASCII, and glyphs that stand for several of them."""
    made = document(Page(text(40, 430, "Un caf\u00e9 na\u00eff \u00e0 Z\u00fcrich, 5 \u20ac.")))
    yield "unicode.pdf", "accented letters and a euro sign by WinAnsiEncoding", made
    # Code 1 is mapped to the one character U+FB01, code 2 to the two characters f and l.
    pairs = "<01> <FB01>\n<02> <0066006C>\n"
    pairs += "".join(f"<{code:02X}> <{code:04X}>\n" for code in range(32, 127))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /Ligatures def /CMapType 2 def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"97 beginbfchar\n{pairs}endbfchar\nendcmap end end"
    )
    font = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /ToUnicode 4 0 R /Encoding"
        b" << /BaseEncoding /WinAnsiEncoding /Differences [1 /fi /fl] >> >>"
    )
    words = text(40, 430, "The \x01rst \x02ood was \x01ve feet deep.", 14)
    made = document(Page(words), font=font, more=[stream(cmap.encode())])
    yield "ligatures.pdf", "fi and fl as single glyphs, by /Differences and /ToUnicode", made


def documents() -> Files:
    """Names, labels and numbers of pages."""
    sheet = ["front matter", "more front matter", "the first chapter", "an appendix"]
    labels = "/PageLabels << /Nums [0 << /S /r >> 2 << /S /D >> 3 << /S /D /P (A-) >>] >>"
    made = document(*(Page(text(40, 430, f"This is {s}.")) for s in sheet), catalog=labels)
    yield "page_labels.pdf", "four pages labelled i, ii, 1, A-1", made
    subjects = (
        "the pilot's lantern",
        "a cargo of oranges",
        "the drowned orchard",
        "seven iron mooring rings",
        "a quarrel over herring",
        "the rope walk",
        "an unpaid toll",
        "the fog signal",
        "a whale in the dry dock",
        "the tide clock",
        "the last paddle steamer",
        "the keeper's vegetable garden",
    )
    tales = (f"Page {n} tells of {subject}." for n, subject in enumerate(subjects, 1))
    made = document(*(Page(text(40, 430, tale)) for tale in tales))
    yield "many_pages.pdf", "twelve pages of one sentence each", made
    made = document(Page(text(40, 430, "The file has an awkward name.")))
    yield "name with space & \u00fc.pdf", "a plain page under an awkward name", made


def encrypted(words: str, password: str) -> bytes:
    """A page of words that opens with password (empty: opens for anyone)."""
    out = io.BytesIO()
    lock = StandardEncryption(password, ownerPassword="harbour", canCopy=0, strength=128)
    canvas = Canvas(out, pagesize=(300, 500), invariant=1, encrypt=lock)
    canvas.drawString(40, 430, words)
    canvas.save()
    return out.getvalue()


def broken() -> Files:
    """Files that should not open, or open in part."""
    made = encrypted("Only the harbour master may read this.", "tide")
    yield "encrypted.pdf", "needs the user password: tide", made
    made = encrypted("Anyone may read this, none may copy it.", "")
    yield "encrypted_owner_only.pdf", "encrypted with an empty user password: opens", made
    yield "empty.pdf", "no bytes at all", b""
    yield "not_a_pdf.pdf", "plain text under a PDF's name", b"Low water at six, high at noon.\n"
    whole = document(*(Page(text(40, 430, f"Page {n} of the log.")) for n in (1, 2, 3)))
    yield "truncated.pdf", "the first 60 % of a good file", whole[: len(whole) * 6 // 10]
    yield "no_pages.pdf", "a valid file with no page in it", document()
    made = document(Page(text(40, 430, "Found without the index.")))
    made = re.sub(rb"\d{10}(?= 00000 n)", b"0000000007", made)
    made = re.sub(rb"startxref\n\d+", b"startxref\n99999", made)
    yield "broken_xref.pdf", "every xref offset wrong: PDFium repairs it", made
    good = document(Page(text(40, 430, "The first page is sound.")))
    made = good.replace(b"/Kids [5 0 R] /Count 1", b"/Kids [5 0 R 9 0 R] /Count 2")
    yield "bad_page.pdf", "two pages, the second an object that is not there", made


def main() -> None:
    """Write every file, and a README with a line for each."""
    listing = []
    for group in (geometry, hidden_text, scans, reading, shapes, letters, documents, broken):
        title = (group.__doc__ or "").rstrip(".")
        listing.append(f"\n## {title}\n")
        for name, breaks, data in group():
            (HERE / name).write_bytes(data)
            listing.append(f"- `{name}`: {breaks}.")
    head = (
        "# Awkward PDFs\n\nWritten by `make.py`, which also writes this list; do not edit by hand."
    )
    head += "\nPositions are baseline starts in points from the page space's origin."
    (HERE / "README.md").write_text("\n".join([head, *listing, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
