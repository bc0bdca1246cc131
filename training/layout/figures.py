"""Figures: charts, diagrams and photographs with captions, frames, sources and labels."""

from collections.abc import Callable

from training.layout import diagrams, svg, technical
from training.layout.charts import chart
from training.layout.diagrams import Drawing, icon
from training.layout.markup import element, paragraph, text
from training.layout.pictures import data_uri, photograph
from training.layout.style import Style
from training.layout.svg import drawing
from training.layout.text import Writer

Element = Callable[[Writer, Style], str]

DIAGRAMS: dict[Callable[[Writer, Style], Drawing], float] = {  # with their weights
    diagrams.flow_chart: 3,
    diagrams.organization: 1.5,
    diagrams.timeline: 1,
    diagrams.circles: 0.8,
    diagrams.network: 1,
    diagrams.region_map: 1,
    diagrams.pictograms: 1,
    technical.numbered_parts: 0.8,
    technical.floor_plan: 0.4,
    technical.tree: 0.5,
    technical.small_plots: 1,
}


def diagram(writer: Writer, style: Style) -> str:
    """A diagram of any kind, without caption."""
    maker = writer.random.choices(list(DIAGRAMS), list(DIAGRAMS.values()))[0]
    width, height, content = maker(writer, style)
    name, font = writer.title(2, 5), f"'{style.heading_font}'"
    return svg.drawing(width, height, content, font, name, style.drawing_scale)


def caption(writer: Writer) -> str:
    """The caption of a figure, a number and a title or sentence, as <figcaption>."""
    name = (
        f"{writer.pick('Figure', 'Fig.', 'FIGURE', 'Chart', 'Figure', 'Exhibit')} "
        f"{writer.number_of(1, 20)}{writer.pick('.', ':', '', ' |')}"
    )
    words = writer.sentences(writer.number_of(1, 3)) if writer.chance(0.55) else writer.title(3, 9)
    head = (
        "" if writer.chance(0.2) else element("b", text(name)) if writer.chance(0.5) else text(name)
    )
    return element("figcaption", head, " ", text(words))


def _frame(writer: Writer, style: Style) -> str:
    """CSS of the background of a figure; empty if it has none."""
    if writer.chance(0.6):
        return ""
    return writer.pick(
        "border:1px solid #999;padding:8px;",
        f"background:{style.tint};padding:10px;",
        f"border-top:3px solid {style.accent};padding:6px 0;",
        "border:1px solid #ccc;padding:4px;background:#fafafa;",
    )


def compose(writer: Writer, style: Style, inside: str) -> str:
    """Join a drawing with a caption above, below or next to it, a title and a source line."""
    framed = _frame(writer, style)
    align = writer.pick("start", "center")
    title = ""
    if writer.chance(0.2):
        title = element(
            "p", element("b", text(writer.title(2, 8))), css="margin:0 0 .3em;text-indent:0"
        )
    source = (
        paragraph(
            writer.pick("Source: ", "Source: ", "Note: ", "") + writer.label(2, 9) + ".",
            class_="note",
        )
        if writer.chance(0.2)
        else ""
    )
    side = writer.random.choices(["below", "above", "none", "beside"], [0.5, 0.2, 0.22, 0.08])[0]
    words = caption(writer) if side != "none" else ""
    css = f"text-align:{align};break-inside:avoid;"
    if side == "beside" and style.columns == 1:
        grid = "display:grid;grid-template-columns:auto 1fr;gap:14px;align-items:center;"
        return element("figure", element("div", inside), words, css=css + grid + framed)
    whole_frame = writer.chance(0.5)
    if framed and not whole_frame:
        inside = element("div", title, inside, source, css=framed)
        title = source = ""
    parts = [
        title,
        words if side == "above" else "",
        inside,
        words if side in ("below", "beside") else "",
        source,
    ]
    return element("figure", *parts, css=css + (framed if whole_frame else ""))


def chart_figure(writer: Writer, style: Style) -> str:
    return compose(writer, style, chart(writer, style))


def diagram_figure(writer: Writer, style: Style) -> str:
    return compose(writer, style, diagram(writer, style))


def photo_figure(writer: Writer, style: Style) -> str:
    width = writer.pick("100%", "100%", "70%", "45%")
    return compose(writer, style, photograph(writer, width, writer.between(0.9, 2.6)))


def _pair(parts: list[str], gap: int) -> str:
    """Blocks of equal width side by side."""
    columns = f"grid-template-columns:repeat({len(parts)},minmax(0,1fr));"
    return element(
        "div",
        *parts,
        css=f"display:grid;{columns}gap:{gap}px;align-items:start;break-inside:avoid;margin:.6em 0",
    )


def figure_row(writer: Writer, style: Style) -> str:
    """Two or three figures side by side, each with a caption or one for all."""
    count, makers = writer.number_of(2, 3), [chart, chart, diagram]
    maker, common = writer.random.choice(makers), writer.chance(0.4)
    if common:
        parts = [
            element(
                "div",
                maker(writer, style),
                paragraph(f"({'abc'[i]})", "text-align:center;text-indent:0;margin:0")
                if writer.chance(0.6)
                else "",
            )
            for i in range(count)
        ]
        return element(
            "figure", _pair(parts, 12), caption(writer), class_="wide", css="break-inside:avoid"
        )
    if writer.chance(0.4):
        parts = [
            element("figure", photograph(writer, "100%", 1.4), caption(writer), css="margin:0")
            for _ in range(count)
        ]
    else:
        parts = [
            element("figure", maker(writer, style), caption(writer), css="margin:0")
            for _ in range(count)
        ]
    return element("div", _pair(parts, 14), class_="wide")


def figure_beside_text(writer: Writer, style: Style) -> str:
    """A figure in one half, paragraphs in the other."""
    inside = (
        photograph(writer, "100%", writer.between(0.8, 1.6))
        if writer.chance(0.4)
        else chart(writer, style)
    )
    figure = element(
        "figure", inside, caption(writer) if writer.chance(0.6) else "", css="margin:0"
    )
    words = element("div", *(paragraph(writer.prose()) for _ in range(writer.number_of(1, 3))))
    parts = [figure, words] if writer.chance(0.5) else [words, figure]
    return element("div", _pair(parts, writer.number_of(12, 28)), class_="wide")


def floating_figure(writer: Writer, style: Style) -> str:
    """A picture on one side with paragraphs that flow around it."""
    side, width = writer.pick("left", "right"), writer.number_of(28, 48)
    inside = (
        photograph(writer, "100%", writer.between(0.7, 1.6))
        if writer.chance(0.6)
        else chart(writer, style)
    )
    figure = element(
        "figure",
        inside,
        caption(writer) if writer.chance(0.6) else "",
        css=(
            f"float:{side};width:{width}%;margin:.2em "
            f"{'1em .5em 0' if side == 'left' else '0 .5em 1em'}"
        ),
    )
    return (
        figure
        + "".join(paragraph(writer.sentences(5)) for _ in range(2))
        + '<div style="clear:both"></div>'
    )


def photo_with_words(writer: Writer, style: Style) -> str:
    """A photograph with a title printed over it, from a strip to most of a page."""
    height = style.paper.body_height * writer.random.choice([0.25, 0.4, 0.6, 0.95])
    shade = writer.pick("rgba(0,0,0,.45)", "rgba(0,0,0,.2)", f"{style.accent}")
    spot = writer.pick("start", "center", "end")
    box = (
        f"background:{shade};color:#fff;padding:.6em 1em;"
        f"max-width:{writer.number_of(40, 80)}%;text-align:start"
    )
    plain = "color:#fff;background:none;border:0;margin:0"
    title = element("h1", text(writer.title(2, 6)), css=plain)
    below = "margin:.3em 0 0;text-indent:0"
    words = paragraph(writer.sentence(), below) if writer.chance(0.6) else ""
    image = element(
        "img",
        css="position:absolute;inset:0;width:100%;height:100%;object-fit:cover",
        src=data_uri(writer, 1.3),
        alt=writer.label(2, 4),
    )
    inside = f"min-height:{height:.0f}mm;box-sizing:border-box;padding:6mm;display:flex;"
    inside += f"flex-direction:column;justify-content:{spot};"
    inside += f"align-items:{writer.pick('start', 'center', 'end')};position:relative"
    over = element("div", element("div", title, words, css=box), css=inside)
    frame = "position:relative;overflow:hidden;break-inside:avoid;margin:0 0 .8em"
    return element("div", image, over, class_="wide", css=frame)


def icon_row(writer: Writer, style: Style) -> str:
    """Icons side by side, each with a label and sometimes a line of text below."""
    count, size = writer.number_of(3, 5 if style.columns == 1 else 3), writer.number_of(26, 52)
    words = writer.chance(0.4)
    parts = []
    for _ in range(count):
        sign = drawing(
            size, size, icon(writer, style, 2, 2, size - 4), "sans-serif", writer.label(1, 2)
        )
        label = element(
            "p", element("b", text(writer.label(1, 3))), css="margin:.2em 0;text-indent:0"
        )
        parts.append(
            element(
                "div",
                element("div", sign),
                label,
                paragraph(writer.sentence(), "margin:0;font-size:.85em;text-indent:0")
                if words
                else "",
                css="text-align:center",
            )
        )
    return _pair(parts, 14)


def logo(writer: Writer, style: Style) -> str:
    """A logo at the top of a letter or leaflet."""
    size = writer.number_of(28, 60)
    sign = drawing(size, size, icon(writer, style, 2, 2, size - 4), "sans-serif", "logo")
    return element(
        "figure", sign, css=f"margin:0 0 .5em;text-align:{writer.pick('start', 'end', 'center')}"
    )


def screenshot(writer: Writer, style: Style) -> str:
    """A picture of a program window with words in it, drawn as one image."""
    width, height, size = float(writer.number_of(260, 420)), float(writer.number_of(160, 260)), 8.0
    parts = [
        svg.rectangle(0.5, 0.5, width - 1, height - 1, "#f6f6f8", stroke="#888"),
        svg.rectangle(1, 1, width - 2, 16, "#d0d4dc"),
    ]
    parts += [svg.label(8, 12, svg.fit(writer.title(1, 4), size, width - 60), size)]
    parts += [svg.circle((width - 10 - 12 * i, 9), 3.5, "#fff") for i in range(3)]
    for row in range(int((height - 60) / 17)):
        y = 34 + row * 17
        parts.append(svg.label(10, y, svg.fit(writer.label(1, 3), size, 80), size))
        parts.append(svg.rectangle(100, y - 9, width - 120, 12, "#fff", stroke="#bbb"))
        if writer.chance(0.6):
            parts.append(svg.label(104, y, svg.fit(writer.label(1, 5), size, width - 130), size))
    parts.append(svg.rectangle(width - 80, height - 22, 60, 15, style.accent))
    parts.append(
        svg.label(
            width - 50,
            height - 11,
            writer.pick("OK", "Save", "Next", "Cancel"),
            size,
            "middle",
            fill="#fff",
        )
    )
    return compose(
        writer,
        style,
        svg.drawing(width, height, "".join(parts), f"'{style.heading_font}'", "screenshot"),
    )
