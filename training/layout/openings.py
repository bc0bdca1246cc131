"""How papers, reports and resumes begin."""

from training.layout.markup import element, paragraph, text
from training.layout.style import Style
from training.layout.text import Writer


def paper_head(writer: Writer, style: Style) -> str:
    """Title, authors with affiliations, abstract and keywords of a paper, across all columns."""
    center = "text-align:center;text-indent:0;"
    title = element("h1", text(writer.title(5, 14)), css=writer.pick("text-align:center", ""))
    count = writer.number_of(1, 4)
    if writer.chance(0.5):
        blocks = [
            element(
                "p",
                text(writer.name()),
                "<br>",
                element("i", text(writer.company())),
                "<br>",
                text(writer.email()),
                css=center + "margin:0",
            )
            for _ in range(count)
        ]
        authors = element(
            "div",
            *blocks,
            css=(
                f"display:grid;grid-template-columns:repeat({min(count, 3)},1fr);gap:8px;"
                "margin:.6em 0 1em;line-height:1.25"
            ),
        )
    else:
        names = ", ".join(text(writer.name()) + element("sup", str(i + 1)) for i in range(count))
        places = "<br>".join(
            element("sup", str(i + 1)) + " " + text(f"{writer.company()}, {writer.place()}")
            for i in range(count)
        )
        authors = element("p", names, css=center) + element(
            "p", places, css=center + "font-size:.88em;line-height:1.25"
        )
    margin = writer.random.choice([0, 0, 2.5, 4])
    words = text(writer.sentences(writer.number_of(4, 9)))
    box = f"margin:.6em {margin}em 1em;font-size:{writer.between(0.85, 1):.2f}em;text-indent:0"
    if writer.chance(0.5):
        abstract = element(
            writer.pick("h2", "h3"), "Abstract", css=f"text-align:{writer.pick('center', 'start')}"
        ) + element("p", words, css=box)
    else:
        abstract = element(
            "p", element("b", writer.pick("Abstract. ", "Abstract— ", "Summary: ")), words, css=box
        )
    keywords = (
        element(
            "p",
            element("i", "Keywords: "),
            text(", ".join(writer.words(1, 2) for _ in range(5))),
            css=box,
        )
        if writer.chance(0.5)
        else ""
    )
    return element(
        "div", title, authors, abstract, keywords, class_="wide" if writer.chance(0.85) else None
    )


def title_block(writer: Writer, style: Style) -> str:
    """A title with lines below it: subtitle, author, date."""
    title = element("h1", text(writer.title(2, 9)))
    lines = []
    if writer.chance(0.4):
        lines.append(
            paragraph(
                writer.title(3, 8),
                f"text-indent:0;font-size:1.25em;color:{writer.pick('#555', style.accent)}",
            )
        )
    if writer.chance(0.4):
        lines.append(
            element(
                "p",
                text(writer.name()),
                writer.pick("<br>", ", ", " | "),
                text(writer.date()),
                css="text-indent:0",
            )
        )
    return element(
        "div",
        title,
        *lines,
        css=f"text-align:{writer.pick('start', 'start', 'center')};margin-bottom:1em",
        class_="wide",
    )


def cover(writer: Writer, style: Style) -> str:
    """A page with only a title and a few lines."""
    lines = [
        paragraph(line, "text-indent:0;margin:.4em 0")
        for line in (writer.title(3, 8), writer.company(), writer.date())[: writer.number_of(1, 3)]
    ]
    title = element("h1", text(writer.title(2, 8)), css=f"font-size:{writer.between(2, 3.2):.1f}em")
    css = (
        f"height:{style.paper.body_height * 0.9:.0f}mm;display:flex;flex-direction:column;"
        "break-after:page;"
    )
    css += (
        f"justify-content:{writer.pick('center', 'end', 'flex-start')};"
        f"text-align:{writer.pick('start', 'center')};"
    )
    return element("div", title, *lines, css=css, class_="wide")


def resume_head(writer: Writer, style: Style) -> str:
    """A name in large type and a line of contacts."""
    joint = writer.pick(" | ", " · ", "<br>")
    contacts = joint.join(
        text(part) for part in (writer.address()[0], writer.phone(), writer.email())
    )
    align = f"text-align:{writer.pick('start', 'center')};"
    return element("h1", text(writer.name()), css=align) + element(
        "p", contacts, css=align + "text-indent:0"
    )


def minutes_head(writer: Writer, style: Style) -> str:
    """Title of a meeting, its place and date, and the attendees."""
    present = ", ".join(writer.name() for _ in range(writer.number_of(3, 8)))
    lines = [
        ("Date", writer.date()),
        ("Place", writer.place()),
        ("Present", present),
        ("Absent", writer.name()),
    ]
    rows = [
        element("p", element("b", name + ": "), text(value), css="text-indent:0;margin:.15em 0")
        for name, value in lines
    ]
    return element("h1", text("Minutes of the " + writer.title(2, 4))) + "".join(rows)
