"""PDFs whose structure is hostile: page trees, objects, streams, actions."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial

from tests.data.make import FONT, Page, assemble, document, stream, text

Make = Callable[[], bytes]
WORDS = text(40, 430, "The ferry leaves at nine.")
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 500] /Contents 4 0 R " \
    b"/Resources << /Font << /F1 3 0 R >> >> >>"  # fmt: skip


def tree(*objects: bytes, pages: bytes, catalog: bytes = b"") -> bytes:
    """Return a PDF with a page tree of one's own: object 2 is `pages`, 5 a page, then `objects`."""
    root = b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog
    return assemble([root, pages, FONT, stream(WORDS.encode()), PAGE, *objects])


def pages_node(kids: str, count: int | str, keys: str = "") -> bytes:
    return f"<< /Type /Pages /Kids [{kids}] /Count {count} {keys} >>".encode()


def flat(count: int) -> bytes:
    """Return a tree of many pages, each an object."""
    page = PAGE.replace(b"/Type /Page ", b"/Type/Page ")
    kids = " ".join(f"{number} 0 R" for number in range(6, 6 + count))
    return tree(*[page] * count, pages=pages_node(kids, count))


def deep(levels: int) -> bytes:
    """Return a tree of one page under many nodes, each of which has the next for its only child."""
    nodes = [
        pages_node(f"{7 + level} 0 R", 1, f"/Parent {5 + level} 0 R") for level in range(levels)
    ]
    nodes[-1] = pages_node("5 0 R", 1)
    return tree(*nodes, pages=pages_node("6 0 R", 1))


def linked(keys: str, *objects: bytes) -> bytes:
    """Return a page whose dictionary holds further keys; objects count from 6."""
    page = PAGE[:-3] + keys.encode() + b" >>"
    root = b"<< /Type /Catalog /Pages 2 0 R >>"
    return assemble([root, pages_node("5 0 R", 1), FONT, stream(WORDS.encode()), page, *objects])


def bomb(size: int, layers: int = 1, filler: bytes = b" ") -> bytes:
    """Return a page whose content stream unpacks to `size` bytes after the words."""
    packed = zlib.compressobj(9)
    block = filler * (1_000_000 // len(filler))
    data = packed.compress(WORDS.encode())
    data += b"".join(packed.compress(block) for _ in range(size // 1_000_000)) + packed.flush()
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    filters = " ".join(["/FlateDecode"] * layers)
    content = stream(data, f"/Filter [{filters}]")
    return assemble(
        [b"<< /Type /Catalog /Pages 2 0 R >>", pages_node("5 0 R", 1), FONT, content, PAGE]
    )


def predicted(columns: int, colors: int = 1, bits: int = 8) -> bytes:
    """Return a page whose content stream goes through a predictor of a senseless width."""
    keys = (
        f"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns {columns} "
        f"/Colors {colors} /BitsPerComponent {bits} >>"
    )
    content = stream(zlib.compress(b"\0" + WORDS.encode()), keys)
    return assemble(
        [b"<< /Type /Catalog /Pages 2 0 R >>", pages_node("5 0 R", 1), FONT, content, PAGE]
    )


def nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    """Return a PDF with an object of deep brackets, which the catalog refers to."""
    return tree(
        opening * depth + closing * depth, pages=pages_node("5 0 R", 1), catalog=b"/Names 6 0 R"
    )


def with_catalog(keys: str, *objects: bytes) -> bytes:
    return document(Page(WORDS), catalog=keys, more=objects)


def raw(head: str, *parts: bytes) -> bytes:
    return head.encode() + b"".join(parts)


def object_stream(first: int, count: int, inside: bytes) -> bytes:
    """Return a PDF whose page tree is said to lie in an object stream."""
    packed = stream(
        zlib.compress(inside), f"/Type /ObjStm /N {count} /First {first} /Filter /FlateDecode"
    )
    return tree(packed, pages=pages_node("5 0 R", 1)).replace(b"2 0 obj", b"9 0 obj")


def labels(count: int) -> bytes:
    nums = " ".join(f"{n} << /S /r /St {2**31 - 1 - n} /P (\\000\\n../) >>" for n in range(count))
    return with_catalog(f"/PageLabels << /Nums [{nums}] >>")


def label_tree_loop() -> bytes:
    return with_catalog("/PageLabels 4 0 R", b"<< /Kids [4 0 R 4 0 R] /Limits [0 0] >>")


SCRIPT = "app.launchURL('http://127.0.0.1:9/'); while (true) {}"


def cases() -> Iterator[tuple[str, Make]]:
    """Yield (name, how to make it)."""
    file = b"<< /Type /Filespec /F (../../evil.exe) /EF << /F 5 0 R >> >>"
    attached = stream(b"MZ" + bytes(1000), "/Type /EmbeddedFile /Params << /Size 1000000000 >>")
    made: dict[str, Make] = {
        "kids: itself": partial(tree, pages=pages_node("2 0 R", 1)),
        "kids: itself and a page": partial(tree, pages=pages_node("2 0 R 5 0 R", 2)),
        "kids: two nodes hold each other": partial(
            tree, pages_node("7 0 R", 5), pages_node("6 0 R", 5), pages=pages_node("6 0 R", 5)
        ),
        "kids: the same page 5000 times": partial(tree, pages=pages_node("5 0 R " * 5000, 5000)),
        "kids: the catalog": partial(tree, pages=pages_node("1 0 R", 1)),
        "kids: a number": partial(tree, pages=pages_node("5", 1)),
        "kids: none, count 7": partial(tree, pages=pages_node("", 7)),
        "kids: no array": partial(tree, pages=b"<< /Type /Pages /Kids 5 0 R /Count 1 >>"),
        "count: a million": partial(tree, pages=pages_node("5 0 R", 1_000_000)),
        "count: 2147483647": partial(tree, pages=pages_node("5 0 R", 2**31 - 1)),
        "count: -1": partial(tree, pages=pages_node("5 0 R", -1)),
        "count: NaN": partial(tree, pages=pages_node("5 0 R", "NaN")),
        "count: itself": partial(tree, pages=pages_node("5 0 R", "2 0 R")),
        "pages: 100000": partial(flat, 100_000),
        "pages: a tree 10000 deep": partial(deep, 10_000),
        "pages: a tree 500 deep": partial(deep, 500),
        "pages: the page is its own parent": lambda: tree(pages=pages_node("5 0 R", 1)).replace(
            b"/Parent 2 0 R", b"/Parent 5 0 R"
        ),
        "pages: none in the catalog": lambda: assemble([b"<< /Type /Catalog >>"]),
        "pages: the catalog is a number": lambda: assemble([b"7"]),
        "pages: the tree is the catalog": lambda: assemble([b"<< /Type /Catalog /Pages 1 0 R >>"]),
        "contents: itself": lambda: linked("").replace(b"/Contents 4 0 R", b"/Contents 5 0 R"),
        "contents: the same stream 3000 times": lambda: linked("").replace(
            b"/Contents 4 0 R", b"/Contents [" + b"4 0 R " * 3000 + b"]"
        ),
        "contents: an array in itself": lambda: linked("", b"[6 0 R 6 0 R 4 0 R]").replace(
            b"/Contents 4 0 R", b"/Contents 6 0 R"
        ),
        "length: its own object": lambda: linked("").replace(b"/Length ", b"/Length 4 0 R%"),
        "length: a loop": lambda: linked("", b"7 0 R", b"6 0 R").replace(
            b"/Length ", b"/Length 6 0 R%"
        ),
        "length: huge": lambda: linked("").replace(b"/Length ", b"/Length 99999999"),
        "length: negative": lambda: linked("").replace(b"/Length ", b"/Length -1%"),
        "filters: the same 60 times": lambda: linked("").replace(
            b"<<  /Length", b"<< /Filter [" + b"/ASCIIHexDecode " * 60 + b"] /Length"
        ),
        "filters: unknown": lambda: linked("").replace(
            b"<<  /Length", b"<< /Filter /Crypt /DecodeParms [null] /Length"
        ),
        "flate: 50 MB of spaces": partial(bomb, 50_000_000),
        "flate: 50 MB of spaces, packed 3 times": partial(bomb, 50_000_000, 3),
        "flate: 200 MB of spaces": partial(bomb, 200_000_000),
        "flate: 30 MB of operators": partial(bomb, 30_000_000, 1, b"q Q "),
        "flate: 10 MB of saved states": partial(bomb, 10_000_000, 1, b"q "),
        "flate: 3 MB of paths": partial(bomb, 3_000_000, 1, b"0 0 m 9 9 l S "),
        "flate: 10 MB of brackets": partial(bomb, 10_000_000, 1, b"[<<("),
        "predictor: a billion columns": partial(predicted, 1_000_000_000),
        "predictor: no columns": partial(predicted, 0),
        "predictor: overflow": partial(predicted, 2**31 - 1, 2**31 - 1, 16),
        "nesting: arrays": partial(nested, b"[", b"]", 100_000),
        "nesting: dictionaries": partial(nested, b"<</A ", b">>", 100_000),
        "nesting: strings": partial(nested, b"(", b")", 100_000),
        "objects: stream of itself": partial(
            object_stream, 4, 1, b"2 0 << /Type /Pages /Kids [5 0 R] /Count 1 >>"
        ),
        "objects: stream of a billion": partial(object_stream, 2**31 - 1, 10**9, b"2 0 <<>>"),
        "xref: previous is itself": lambda: document(Page(WORDS)).replace(
            b"/Root 1 0 R", b"/Root 1 0 R /Prev 9"
        ),
        "xref: size of a billion": lambda: document(Page(WORDS)).replace(
            b"/Size ", b"/Size 100000000"
        ),
        "xref: a billion entries": lambda: document(Page(WORDS)).replace(
            b"xref\n0 ", b"xref\n0 100000000"
        ),
        "encrypt: nonsense": lambda: document(Page(WORDS)).replace(
            b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Standard /V 9 /R 9 /O () /U () >>"
        ),
        "encrypt: itself": lambda: document(Page(WORDS)).replace(
            b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 1 0 R"
        ),
        "labels: senseless": partial(labels, 3),
        "labels: 50000": partial(labels, 50_000),
        "labels: a loop": label_tree_loop,
        "labels: of a thousand letters": lambda: with_catalog(
            f"/PageLabels << /Nums [0 << /S /A /St 2147483647 /P ({'x' * 1000}) >>] >>"
        ),
        "outline: a loop": partial(
            with_catalog,
            "/Outlines 4 0 R",
            b"<< /First 5 0 R /Last 5 0 R /Count 9 >>",
            b"<< /Title (a) /Next 5 0 R /First 5 0 R /Parent 5 0 R >>",
        ),
        "runs: JavaScript on opening": partial(
            with_catalog, f"/OpenAction << /S /JavaScript /JS ({SCRIPT}) >>"
        ),
        "runs: JavaScript by name": partial(
            with_catalog, f"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS ({SCRIPT}"
            ") >>] >> >>"
        ),
        "runs: launch": partial(
            with_catalog, "/OpenAction << /S /Launch /F (/bin/sh) /Win << /F (cmd.exe) >> >>"
        ),
        "runs: on the page": partial(
            linked, f"/AA << /O << /S /JavaScript /JS ({SCRIPT}) >> /C << /S /Launch /F (x) >> >>"
        ),
        "runs: fetches": partial(
            with_catalog, "/OpenAction << /S /URI /URI (http://127.0.0.1:9/) >> "
            "/URI << /Base (http://127.0.0.1:9/) >>"
        ),
        "runs: submits a form": partial(
            with_catalog, "/OpenAction << /S /SubmitForm /F (http://127.0.0.1:9/) >>"
        ),
        "runs: a page from elsewhere": partial(
            linked, "/Annots [<< /Subtype /Link /A << /S /GoToR /F (/etc/passwd) /D [0 /Fit] >> >>]"
        ),
        "runs: XFA": partial(
            with_catalog, "/AcroForm << /XFA 4 0 R /Fields [] >> /NeedsRendering true",
            stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><!ENTITY a SYSTEM 'file:///'>"),
        ),
        "contents: a file elsewhere": lambda: linked("").replace(
            b"<<  /Length", b"<< /F (/etc/passwd) /FFilter /FlateDecode /Length"
        ),
        "embedded file": partial(
            with_catalog, "/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>", file, attached
        ),
        "embedded file as a page": partial(linked, "/Annots [6 0 R]", file, attached),
        "portfolio": partial(
            with_catalog, "/Collection << /View /D >> /Names << /EmbeddedFiles 4 0 R >>",
            b"<< /Kids [4 0 R] >>",
        ),
        "annotations: 50000": partial(
            linked, "/Annots [" + "6 0 R " * 50_000 + "]",
            b"<< /Type /Annot /Subtype /Square /Rect [0 0 99 99] >>",
        ),
        "annotation: draws itself": partial(
            linked, "/Annots [6 0 R]",
            b"<< /Type /Annot /Subtype /Stamp /Rect [0 0 99 99] /AP << /N 7 0 R >> >>",
            stream(b"/X Do", "/Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 7 0 R >>"
                   " >>"),
        ),
        "form fields: a loop": partial(
            with_catalog, "/AcroForm << /Fields [4 0 R] >>", b"<< /Kids [4 0 R] /Parent 4 0 R >>"
        ),
        "structure: a loop": partial(
            with_catalog, "/StructTreeRoot 4 0 R /MarkInfo << /Marked true >>",
            b"<< /Type /StructTreeRoot /K [4 0 R] /ParentTree 4 0 R >>",
        ),
        "only a head": partial(raw, "%PDF-1.7\n"),
        "only an end": partial(raw, "%PDF-1.7\nstartxref\n0\n%%EOF\n"),
        "head after junk": lambda: bytes(1000) + document(Page(WORDS)),
        "head after much junk": lambda: b"junk" * 100_000 + document(Page(WORDS)),
        "ends with junk": lambda: document(Page(WORDS)) + bytes(3_000_000),
        "two files": lambda: document(Page(WORDS)) + document(Page(WORDS), Page(WORDS)),
        "nothing but brackets": partial(raw, "%PDF-1.7\n1 0 obj\n", b"<<" * 500_000),
        "nothing but objects": partial(raw, "%PDF-1.7\n", b"1 0 obj\n<<>>\nendobj\n" * 100_000),
        "zeros": lambda: bytes(1_000_000),
        "a ZIP": partial(raw, "PK\x03\x04", bytes(5000)),
        "HTML": partial(raw, "<html><body>%PDF-1.4</body></html>"),
    }  # fmt: skip
    for name, make in made.items():
        yield f"trees/{name}", make
