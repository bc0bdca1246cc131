"""PDFs of one page or a few, written by hand: content streams, fonts, annotations, fields."""

WIDTH, HEIGHT = 400, 600
HELVETICA = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(content, entries=""):
    """A stream object with some entries in its dictionary."""
    return f"<</Length {len(content.encode('latin-1'))} {entries}>>\nstream\n{content}\nendstream"


def line(x, y, text, size=10, font="F"):
    """The operators that write a text whose base line begins at (x, y), y from the top."""
    return f"BT /{font} {size} Tf 1 0 0 1 {x} {HEIGHT - y} Tm ({text}) Tj ET"


def box(x0, y0, x1, y1):
    """A box, y from the top, as PDF writes it."""
    return f"[{x0} {HEIGHT - y1} {x1} {HEIGHT - y0}]"


def pdf(
    *pages, objects=(), annotations="", fonts="", resources="", catalog="", page="", inherited=""
):
    """The bytes of a PDF with a content stream for each page, all with the same annotations.

    `objects` are numbered from 10 on; `fonts`, `resources`, `catalog` and `annotations` refer to
    them. `page` holds further entries of each page, `inherited` those of the node above them, with
    their media box. The font F is Helvetica.
    """
    bodies = [f"<</Type/Catalog /Pages 2 0 R {catalog}>>", "", HELVETICA, *["null"] * 6, *objects]
    kids, media_box = [], "" if inherited else f"/MediaBox[0 0 {WIDTH} {HEIGHT}]"
    for content in pages:
        bodies.append(stream(content))
        fonts_and_more = f"/Font<</F 3 0 R {fonts}>> {resources}"
        bodies.append(
            f"<</Type/Page /Parent 2 0 R {media_box} /Annots[{annotations}]"
            f" /Contents {len(bodies)} 0 R /Resources<<{fonts_and_more}>> {page}>>"
        )
        kids.append(f"{len(bodies)} 0 R")
    bodies[1] = f"<</Type/Pages /Kids[{' '.join(kids)}] /Count {len(kids)} {inherited}>>"
    return written(bodies)


def written(bodies):
    """The bytes of a PDF with these objects, numbered from 1; the first is the catalog."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer<</Size {len(bodies) + 1} /Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()
