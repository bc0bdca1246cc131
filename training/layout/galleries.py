"""Pictures with words around or on them: people, products, features, covers, bands."""

from training.layout.diagrams import icon
from training.layout.figures import caption
from training.layout.layouts import BARE
from training.layout.markup import element, paragraph, text
from training.layout.panels import STILL
from training.layout.pictures import data_uri, photograph
from training.layout.style import Style
from training.layout.svg import drawing
from training.layout.text import Writer


def _grid(across: int, parts: list[str], gap: float, css: str = "") -> str:
    tracks = f"display:grid;grid-template-columns:repeat({across},minmax(0,1fr));gap:{gap:.0f}px;"
    return element("div", *parts, css=tracks + "margin:.6em 0;" + css)


def people(writer: Writer, style: Style) -> str:
    """Portraits with names and positions below or next to them."""
    across = writer.number_of(2, 5) if style.columns == 1 else 2
    beside, round_ = across < 4 and writer.chance(0.4), writer.pick("", "border-radius:50%;")
    parts = []
    for _ in range(across * writer.number_of(1, 2)):
        picture = photograph(writer, "100%", 1 if round_ else 0.85, round_)
        name = element("b", text(writer.name()))
        words = element("p", name, "<br>", text(writer.job()), css=STILL + "font-size:.9em")
        layout = "display:grid;grid-template-columns:1fr 2fr;gap:8px;align-items:center;"
        parts.append(
            element("div", picture, words, css="break-inside:avoid;" + (layout if beside else ""))
        )
    align = writer.pick("start", "center")
    return _grid(across, parts, writer.between(8, 20), f"text-align:{align};line-height:1.2;")


def products(writer: Writer, style: Style) -> str:
    """Pictures of articles, each with a name, a few words and a price."""
    across = writer.number_of(2, 4) if style.columns == 1 else 2
    framed = writer.pick(
        "border:1px solid #ccc;padding:6px;", f"background:{style.tint};padding:6px;", ""
    )
    parts = []
    for _ in range(across * writer.number_of(1, 2)):
        name = element("h4", text(writer.title(1, 4)), css=BARE + "margin:.3em 0 .1em")
        words = paragraph(writer.sentence(), STILL + "font-size:.88em")
        price = paragraph(writer.number("money"), STILL + "font-weight:bold")
        parts.append(
            element("div", photograph(writer, "100%", 1.3), name, words, price, css=framed)
        )
    return _grid(
        across,
        parts,
        writer.between(8, 18),
        "text-align:start;line-height:1.25;break-inside:avoid;",
    )


def features(writer: Writer, style: Style) -> str:
    """Icons to the left of short texts, one below another or in two columns."""
    size = writer.number_of(20, 40)
    across = 2 if style.columns == 1 and writer.chance(0.4) else 1
    parts = []
    for _ in range(writer.number_of(2, 4) * across):
        sign = drawing(
            size, size, icon(writer, style, 1, 1, size - 2), "sans-serif", writer.label(1, 2)
        )
        name = element("b", text(writer.label(1, 4)))
        words = element("p", name, "<br>", text(writer.sentence()), css=STILL)
        css = (
            "display:grid;grid-template-columns:auto 1fr;gap:8px;align-items:start;text-align:start"
        )
        parts.append(element("div", element("div", sign), words, css=css))
    return _grid(across, parts, 12)


def picture_diagram(writer: Writer, style: Style) -> str:
    """A figure of many small pictures with a word below each."""
    across, rows = writer.number_of(3, 5), writer.number_of(1, 3)
    size = writer.between(0.65, 0.85)
    parts = []
    for _ in range(across * rows):
        name = paragraph(writer.label(1, 3), STILL + f"font-size:{size:.2f}em;text-align:center")
        parts.append(
            element("div", photograph(writer, "100%", writer.random.choice([1.0, 1.4])), name)
        )
    inside = _grid(across, parts, writer.between(4, 14), "line-height:1.15;")
    words = caption(writer) if writer.chance(0.75) else ""
    return element("figure", inside, words, css="break-inside:avoid", class_="wide")


def full_page_picture(writer: Writer, style: Style) -> str:
    """A picture that fills a page to its edges, with or without a title on it."""
    paper = style.paper
    title = element(
        "h1",
        text(writer.title(2, 6)),
        css=BARE + f"margin:0;font-size:{writer.between(1.8, 3):.1f}em",
    )
    lines = [
        paragraph(words, STILL)
        for words in (writer.title(2, 6), writer.date())[: writer.number_of(0, 2)]
    ]
    shade = writer.pick("rgba(0,0,0,.4)", style.accent, "none")
    box = (
        f"background:{shade};color:#fff;padding:8mm;text-align:start;"
        f"max-width:{writer.number_of(50, 90)}%"
    )
    words = element("div", title, *lines, css=box) if writer.chance(0.8) else ""
    over = (
        "position:absolute;inset:0;padding:14mm;display:flex;"
        f"align-items:{writer.pick('start', 'center', 'end')}"
    )
    picture = photograph(
        writer,
        "100%",
        paper.width / paper.height,
        "position:absolute;inset:0;height:100%;aspect-ratio:auto;",
    )
    page = (
        f"page:bare;position:relative;width:{paper.width}mm;height:{paper.height - 0.5}mm;"
        "overflow:hidden;"
    )
    css = page + "break-before:page;break-after:page"
    return element("div", picture, element("div", words, css=over), css=css, class_="wide")


def title_band(writer: Writer, style: Style) -> str:
    """A title on a colored band across the width of the text, with a line or picture in it."""
    title = element("h1", text(writer.title(1, 6)), css=BARE + "margin:0")
    line = paragraph(writer.label(3, 9), STILL + "margin-top:.3em") if writer.chance(0.7) else ""
    dark = writer.chance(0.7)
    looks = f"background:{style.accent};color:#fff;" if dark else f"background:{style.tint};"
    looks += f"padding:{writer.number_of(8, 28)}px;margin:0 0 1em;text-align:start;"
    inside = element("div", title, line)
    if writer.chance(0.25):
        picture = element(
            "div",
            element(
                "img",
                css="width:34mm;height:20mm;object-fit:cover",
                src=data_uri(writer, 1.7),
                alt="picture",
            ),
        )
        inside += picture
        looks += "display:flex;justify-content:space-between;align-items:center;gap:6mm;"
    return element("div", inside, css=looks, class_="wide")
