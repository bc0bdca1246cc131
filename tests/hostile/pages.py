"""PDFs whose pages are hostile: sizes, words, fonts, forms, pictures, patterns."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial

from tests.data.make import FONT, assemble, stream, text

Make = Callable[[], bytes]
WORDS = text(40, 430, "The ferry leaves at nine.")


def one(content: bytes | str, box: str = "0 0 300 500", keys: str = "", font: bytes = FONT,
        resources: str = "", *more: bytes) -> bytes:  # fmt: skip
    """Return a page whose content is packed; more objects count from 6."""
    data = content.encode("latin-1") if isinstance(content, str) else content
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            font,
            stream(zlib.compress(data, 6), "/Filter /FlateDecode"),
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] {keys} /Contents 4 0 R "
            f"/Resources << /Font << /F1 3 0 R >> {resources} >> >>".encode(),
            *more,
        ]
    )


# Words


def word_grid(count: int, columns: int, box: str = "0 0 1000 1000", side: float = 1000) -> bytes:
    """Return a page of short words in a grid without lines of text."""
    rows = -(-count // columns)
    dx, dy = side / columns, side / rows
    size = max(min(dx / 3, dy * 0.8), 0.1)
    shown = (
        f"1 0 0 1 {i % columns * dx:.2f} {side - (i // columns + 1) * dy:.2f} Tm (w{i % 97}) Tj"
        for i in range(count)
    )
    return one(f"BT /F1 {size:.2f} Tf {' '.join(shown)} ET", box)


def word_pile(count: int, size: float = 12) -> bytes:
    """Return a page with all words at one place."""
    return one(f"BT /F1 {size} Tf {'1 0 0 1 100 100 Tm (pile) Tj ' * count} ET")


def word_stairs(count: int) -> bytes:
    """Return words each a little lower and further to the right: no lane cuts them well."""
    shown = (f"1 0 0 1 {i * 900 / count:.3f} {990 - i * 900 / count:.3f} Tm (stair) Tj"
             for i in range(count))  # fmt: skip
    return one(f"BT /F1 1 Tf {' '.join(shown)} ET", "0 0 1000 1000")


def word_zigzag(count: int, size: float) -> bytes:
    """Return words in turn at the left and the right, of any size: each becomes a line."""
    shown = (f"1 0 0 1 {i % 2 * 500 + i % 7} {i * 997 % 1000} Tm (zig) Tj" for i in range(count))
    return one(f"BT /F1 {size} Tf {' '.join(shown)} ET", "0 0 1000 1000")


def word_turns(count: int) -> bytes:
    """Return words in all four directions, one over the other."""
    ways = ("1 0 0 1", "0 1 -1 0", "-1 0 0 -1", "0 -1 1 0", "0.7 0.7 -0.7 0.7")
    shown = (f"{ways[i % 5]} {i * 31 % 300} {i * 17 % 500} Tm (turn) Tj" for i in range(count))
    return one(f"BT /F1 6 Tf {' '.join(shown)} ET")


def tables(count: int) -> bytes:
    """Return many little tables side by side and one below the other."""
    shown = (
        f"1 0 0 1 {i % 40 * 25} {990 - i // 40 * 5 - i // 200 * 3} Tm ({i % 9}) Tj"
        for i in range(count)
    )
    return one(f"BT /F1 3 Tf {' '.join(shown)} ET", "0 0 1000 1000")


def long_line(words: int) -> bytes:
    return one(f"BT /F1 0.01 Tf 1 0 0 1 1 1 Tm ({'word ' * words}) Tj ET")


def paragraphs(words: int) -> bytes:
    """Return a page of ordinary lines in tiny print."""
    lines = words // 20
    shown = (f"1 0 0 1 10 {990 - i * 980 / lines:.3f} Tm ({'print ' * 20}) Tj"
             for i in range(lines))  # fmt: skip
    return one(f"BT /F1 {900 / lines:.3f} Tf {' '.join(shown)} ET", "0 0 1000 1000")


# Forms and patterns


def form(content: str, names: str, kind: str = "/Subtype /Form /BBox [0 0 300 500]") -> bytes:
    return stream(content.encode(), f"/Type /XObject {kind} /Resources << /XObject << {names} >> "
                  "/Font << /F1 3 0 R >> >>")  # fmt: skip


def forms(*made: bytes) -> bytes:
    """Return a page that paints the form of object 6."""
    return one(WORDS + "/X Do", "0 0 300 500", "", FONT, "/XObject << /X 6 0 R >>", *made)


def fan(levels: int, width: int) -> bytes:
    """Return forms each of which paints the next `width` times: width ** levels words."""
    made = [form("/X Do " * width, f"/X {7 + level} 0 R") for level in range(levels)]
    return forms(*made, form("BT /F1 9 Tf 40 40 Td (fan) Tj ET", ""))


def pattern(step: str, box: str = "0 0 1 1", content: str = "0 0 1 1 re f") -> bytes:
    made = stream(content.encode(), "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 "
                  f"/BBox [{box}] {step} /Resources << /Pattern << /P 6 0 R >> >>")  # fmt: skip
    paint = WORDS + "/Pattern cs /P scn 0 0 300 500 re f"
    return one(paint, "0 0 300 500", "", FONT, "/Pattern << /P 6 0 R >>", made)


def shading(keys: str, *more: bytes) -> bytes:
    made = f"<< /ColorSpace /DeviceRGB {keys} >>".encode()
    return one(WORDS + "/S sh", "0 0 300 500", "", FONT, "/Shading << /S 6 0 R >>", made, *more)


def soft_mask_loop() -> bytes:
    state = b"<< /SMask << /S /Luminosity /G 7 0 R >> >>"
    group = stream(b"/G gs 0 0 99 99 re f", "/Subtype /Form /BBox [0 0 99 99] /Group << /S "
                   "/Transparency >> /Resources << /ExtGState << /G 6 0 R >> >>")  # fmt: skip
    content = "/G gs " + WORDS
    return one(content, "0 0 300 500", "", FONT, "/ExtGState << /G 6 0 R >>", state, group)


# Pictures


def image(keys: str, data: bytes = b"\0" * 100, paint: str = "/Im Do") -> bytes:
    made = stream(data, f"/Type /XObject /Subtype /Image {keys}")
    content = WORDS + f"q 300 0 0 300 0 0 cm {paint} Q"
    return one(content, "0 0 300 500", "", FONT, "/XObject << /Im 6 0 R >>", made)


def flat_image(side: int, bits: int = 8, space: str = "/DeviceGray") -> bytes:
    """Return a page with a picture that is as large as it says, all white."""
    packed = zlib.compressobj(1)
    row = b"\xff" * (side * bits // 8)
    data = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    return image(f"/Width {side} /Height {side} /BitsPerComponent {bits} /ColorSpace {space} "
                 "/Filter /FlateDecode", data)  # fmt: skip


def sized(width: str, height: str, more: str = "") -> bytes:
    return image(f"/Width {width} /Height {height} /BitsPerComponent 8 /ColorSpace /DeviceGray "
                 f"{more}")  # fmt: skip


# Fonts


def font(made: str, *more: bytes, content: str = WORDS) -> bytes:
    return one(content, "0 0 300 500", "", made.encode(), "", *more)


def to_unicode(pairs: str, content: str = WORDS) -> bytes:
    """Return a page whose letters mean what a broken table says."""
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange\n{pairs}\nendcmap end end"
    )
    made = FONT.decode().replace(">>", "/ToUnicode 6 0 R >>")
    return font(made, stream(cmap.encode()), content=content)


def meaning(code: str) -> bytes:
    """Return a page on which every letter e is the given UTF-16 code."""
    return to_unicode(f"1 beginbfchar <65> <{code}> endbfchar")


BOXES = (
    "0 0 0 0", "0 0 1000000000 1000000000", "0 0 1000000000 1", "0 0 1 1000000000", "0 0 1e-9 1e-9",
    "NaN NaN NaN NaN", "inf -inf inf -inf", "0 0 -300 -500", "-1e38 -1e38 1e38 1e38",
    "0 0 300", "", "(a) (b) (c) (d)", "1 0 R 1 0 R 1 0 R 1 0 R", "0 0 99999999999999999999 500",
    "1000000000 1000000000 1000000300 1000000500", "0 0 0.001 0.001", "0 0 100000 1",
    "0 0 300 500 600 700", "300 500 300 500",
)  # fmt: skip

LETTERS = {
    "NUL": "0000", "control": "0007", "escape": "001B", "high surrogate": "D83D",
    "low surrogate": "DE00", "pair": "D83DDE00", "swapped pair": "DE00D83D",
    "right to left": "202E", "not a character": "FFFF", "private": "E000", "line separator": "2028",
    "zero width": "200B", "combining": "0301", "many": "0061" * 200, "soft hyphen": "00AD",
    "byte order": "FEFF", "tag": "DB40DC41", "odd digits": "041", "none": "", "Arabic": "FDFA",
}  # fmt: skip

STATES = {
    "font size 0": "/F1 0 Tf", "font size 1e9": "/F1 1000000000 Tf", "font size -12": "/F1 -12 Tf",
    "font size NaN": "/F1 NaN Tf", "font size 1e38": "/F1 1e38 Tf",
    "font size digits": f"/F1 {'9' * 60} Tf", "no such font": "/F9 12 Tf",
    "matrix of zeros": "0 0 0 0 0 0 Tm", "matrix flat": "1 0 0 0 40 40 Tm",
    "matrix huge": "99999999 0 0 99999999 1 1 Tm", "matrix far off": "1 0 0 1 1e30 -1e30 Tm",
    "matrix sheared": "1 99999 99999 1 0 0 Tm", "spacing huge": "99999999 Tc 99999999 Tw",
    "stretch 0": "0 Tz", "stretch huge": "1000000 Tz", "rise huge": "1e20 Ts", "mode 99": "99 Tr",
    "leading NaN": "NaN TL T*",
}  # fmt: skip


def cases() -> Iterator[tuple[str, Make]]:
    """Yield (name, how to make it)."""
    mesh = "/Subtype /Form /BBox [0 0 1e9 1e9] /Matrix [1e9 0 0 1e-9 0 0]"
    made: dict[str, Make] = {
        "words: 100000 in a grid": partial(word_grid, 100_000, 300),
        "words: 20000 in a grid": partial(word_grid, 20_000, 140),
        "words: 300000 in a grid": partial(word_grid, 300_000, 600),
        "words: 19000 in one column": partial(word_grid, 19_000, 1),
        "words: 19000 in one row": partial(word_grid, 19_000, 19_000),
        "words: 3500 in one row": partial(word_grid, 3_500, 3_500),
        "words: 100000 in a pile": partial(word_pile, 100_000),
        "words: 15000 in a pile": partial(word_pile, 15_000),
        "words: 15000 on stairs": partial(word_stairs, 15_000),
        "words: 15000 to and fro": partial(word_zigzag, 15_000, 3),
        "words: 4000 to and fro, large": partial(word_zigzag, 4_000, 400),
        "words: 15000 turned": partial(word_turns, 15_000),
        "words: 18000 in tables": partial(tables, 18_000),
        "words: a line of 300000": partial(long_line, 300_000),
        "words: 60000 in paragraphs": partial(paragraphs, 60_000),
        "words: 18000 in paragraphs": partial(paragraphs, 18_000),
        "words: one of a million letters": lambda: one(
            f"BT /F1 0.001 Tf 1 1 Td ({'a' * 1_000_000}) Tj ET"
        ),
        "words: one of a million underscores": lambda: one(
            f"BT /F1 0.001 Tf 1 1 Td ({'_' * 1_000_000}) Tj ET"
        ),
        "words: three million letters": lambda: one(
            f"BT /F1 0.001 Tf 1 1 Td ({'ab ' * 1_000_000}) Tj ET"
        ),
        "words: hyphens only": lambda: one(f"BT /F1 9 Tf 9 99 Td ({'- ' * 20_000}) Tj ET"),
        "words: 14000 on a page of 1e9": partial(
            word_grid, 14_000, 120, "0 0 1000000000 1000000000", 1e9
        ),
        "words: 2000 of huge letters": lambda: one(
            "BT /F1 5000 Tf " + "1 0 0 1 0 0 Tm (X) Tj 1 0 0 1 3 3 Tm (Y) Tj " * 1000 + "ET",
            "0 0 14400 14400",
        ),
        "forms: calls itself": lambda: forms(form("/X Do /X Do", "/X 6 0 R")),
        "forms: call each other": lambda: forms(
            form("/X Do " * 9, "/X 7 0 R"), form("/X Do " * 9, "/X 6 0 R")
        ),
        "forms: fan of 10 ** 4": partial(fan, 4, 10),
        "forms: fan of 2 ** 40": partial(fan, 40, 2),
        "forms: fan of 10 ** 9": partial(fan, 9, 10),
        "forms: 3000 deep": lambda: forms(
            *[form("/X Do", f"/X {7 + level} 0 R") for level in range(3000)], form(WORDS, "")
        ),
        "forms: senseless matrix": lambda: forms(form(WORDS, "", mesh)),
        "pattern: tiny steps": partial(pattern, "/XStep 0.0001 /YStep 0.0001"),
        "pattern: steps of 0": partial(pattern, "/XStep 0 /YStep 0"),
        "pattern: huge steps": partial(pattern, "/XStep 1e30 /YStep 1e30", "0 0 1e30 1e30"),
        "pattern: of itself": partial(
            pattern, "/XStep 1 /YStep 1", "0 0 9 9", "/Pattern cs /P scn 0 0 9 9 re f"
        ),
        "shading: no function": partial(shading, "/ShadingType 2 /Coords [0 0 300 500]"),
        "shading: NaN": partial(shading, "/ShadingType 3 /Coords [NaN 0 0 1e38 inf -1]"),
        "shading: function of itself": partial(
            shading, "/ShadingType 2 /Coords [0 0 300 500] /Function 7 0 R",
            b"<< /FunctionType 3 /Domain [0 1] /Functions [7 0 R 7 0 R] /Bounds [.5] "
            b"/Encode [0 1 0 1] >>",
        ),
        "soft mask: of itself": soft_mask_loop,
        "dashes: tiny": lambda: one(
            WORDS + "[0.00001 0.00001] 0 d 1 w 0 0 m 300 500 l 0 500 l 300 0 l S"
        ),
        "dashes: tiny, far": lambda: one(WORDS + "[0.001] 0 d 1 w -1e9 -1e9 m 1e9 1e9 l S"),
        "dashes: zeros": lambda: one(WORDS + "[0 0] 0 d 0 0 m 300 500 l S"),
        "paths: 30000 curves": lambda: one(
            WORDS + "0 0 m " + "1 9 8 2 300 500 c " * 30_000 + "S"
        ),
        "paths: a million rectangles": lambda: one(WORDS + "1 1 9 9 re " * 1_000_000 + "f"),
        "clips: 20000": lambda: one(WORDS + "q 0 0 99 99 re W n " * 20_000),
        "inline pictures: 20000": lambda: one(
            WORDS + "BI /W 1 /H 1 /BPC 8 /CS /G ID x EI " * 20_000
        ),
        "inline picture: claims 1e9": lambda: one(
            "BI /W 31623 /H 31623 /BPC 8 /CS /G ID x EI " + WORDS
        ),
        "pictures: 20000 times the same": partial(
            image, "/Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray", b"\0",
            "/Im Do " * 20_000,
        ),
        "picture: 100 million pixels": partial(flat_image, 10_000),
        "picture: 400 million pixels": partial(flat_image, 20_000, 1),
        "picture: 1e9 pixels claimed": partial(sized, "31623", "31623"),
        "picture: 1e18 pixels claimed": partial(sized, "1000000000", "1000000000"),
        "picture: 2147483647 wide": partial(sized, "2147483647", "1"),
        "picture: negative": partial(sized, "-5", "-5"),
        "picture: no size": partial(sized, "0", "0"),
        "picture: NaN": partial(sized, "NaN", "NaN"),
        "picture: its own mask": partial(sized, "5", "5", "/SMask 6 0 R /Mask 6 0 R"),
        "picture: bad JPEG": partial(sized, "99", "99", "/Filter /DCTDecode"),
        "picture: bad JPEG 2000": partial(sized, "99", "99", "/Filter /JPXDecode"),
        "picture: bad JBIG2": partial(sized, "99", "99", "/Filter /JBIG2Decode"),
        "picture: huge fax": partial(
            sized, "60000", "60000",
            "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 60000 /Rows 60000 >>",
        ),
        "picture: 32 bits": partial(image, "/Width 5 /Height 5 /BitsPerComponent 32 /ColorSpace 6"),
        "picture: space of itself": partial(
            image, "/Width 5 /Height 5 /BitsPerComponent 8 /ColorSpace [/Indexed 6 0 R 255 6 0 R]"
        ),
        "page: user unit 1e9": lambda: one(WORDS, keys="/UserUnit 1000000000"),
        "page: user unit NaN": lambda: one(WORDS, keys="/UserUnit NaN"),
        "page: user unit -1": lambda: one(WORDS, keys="/UserUnit -1"),
        "page: user unit 0": lambda: one(WORDS, keys="/UserUnit 0"),
        "page: no resources": lambda: one(WORDS).replace(b"/Resources", b"/Nothing"),
        "page: resources of itself": lambda: one(WORDS).replace(
            b"/Resources << ", b"/Resources 5 0 R /Nothing << "
        ),
        "font: missing": partial(font, "null"),
        "font: a number": partial(font, "7"),
        "font: empty": partial(font, "<< >>"),
        "font: of itself": partial(
            font, "<< /Type /Font /Subtype /Type0 /DescendantFonts [3 0 R] /BaseFont /A >>"
        ),
        "font: wrong widths": lambda: font(
            "<< /Type /Font /Subtype /TrueType /BaseFont /A /FirstChar 0 /LastChar 255 "
            f"/Widths [{'-99999 1e30 NaN 0 ' * 64}] >>"
        ),
        "font: no widths": partial(
            font, "<< /Type /Font /Subtype /TrueType /BaseFont /A /FirstChar 255 /LastChar 0 >>"
        ),
        "font: bad encoding": partial(
            font, "<< /Type /Font /Subtype /Type1 /BaseFont /A /Encoding << /Differences "
            "[-1 /a 999999999 /b /c (d) 2 0 R] /BaseEncoding /Nonsense >> >>"
        ),
        "font: broken file": partial(
            font, "<< /Type /Font /Subtype /TrueType /BaseFont /A /FontDescriptor << /FontFile2 "
            "6 0 R /FontBBox [0 0 0 0] /Flags 4294967295 >> >>", stream(b"\0\1\0\0" + bytes(200)),
        ),
        "font: drawn by itself": partial(
            font, "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 0 0] /FontMatrix [0 0 0 0 0 0] "
            "/CharProcs << /a 6 0 R >> /Encoding << /Differences [32 /a 101 /a 104 /a] >> "
            "/FirstChar 32 /LastChar 104 /Widths [1 2 3] /Resources << /Font << /F1 3 0 R >> >> >>",
            stream(b"1 0 d0 BT /F1 1 Tf (he) Tj ET"),
        ),
        "font: CID without maps": partial(
            font, "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H "
            "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /W [0 [NaN] 5 1 1e9] "
            "/DW -1e9 >>] >>"
        ),
        "font: map of itself": partial(
            font, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
            stream(b"/A usecmap 1 begincodespacerange <> <> endcodespacerange", "/UseCMap 6 0 R"),
        ),
        "font: name with control characters": partial(
            font, "<< /Type /Font /Subtype /Type1 /BaseFont /#00#0a#ff#fe" + "A" * 5000 + " >>"
        ),
        "meaning: range of 4 billion": partial(
            to_unicode, "1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange"
        ),
        "meaning: range backwards": partial(
            to_unicode, "1 beginbfrange <FF> <00> [<0041>] endbfrange"
        ),
        "meaning: garbage": partial(to_unicode, "9 beginbfchar <zz> <\\> 5 (a) [ endbfchar"),
    }  # fmt: skip
    for box in BOXES:
        made[f"page: MediaBox [{box}]"] = partial(one, WORDS, box)
        made[f"page: CropBox [{box}]"] = partial(one, WORDS, keys=f"/CropBox [{box}]")
    for turn in ("45", "-90", "2147483647", "90.5", "NaN", "5 0 R", "(90)"):
        made[f"page: Rotate {turn}"] = partial(one, WORDS, keys=f"/Rotate {turn}")
    for name, code in LETTERS.items():
        made[f"meaning: {name}"] = partial(meaning, code)
    for name, state in STATES.items():
        made[f"text: {name}"] = partial(
            one, f"BT /F1 12 Tf 40 430 Td {state} (The ferry) Tj ( leaves) Tj ET" + WORDS
        )
    for name, make in made.items():
        yield f"pages/{name}", make
