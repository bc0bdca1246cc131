"""Parts of letters, invoices, forms, legal texts, resumes and minutes."""

from training.layout.markup import element, paragraph, text
from training.layout.panels import STILL, address
from training.layout.style import Style
from training.layout.text import Writer


def _spread(*parts: str, gap: str = "2em") -> str:
    return element(
        "div",
        *(element("div", part, css="min-width:0") for part in parts),
        css=f"display:flex;justify-content:space-between;gap:{gap};line-height:1.3;text-align:start;margin:0 0 1em",
    )


def letter_head(writer: Writer, style: Style) -> str:
    """The sender's name and address, the date and the addressee."""
    name = element(
        "p",
        element("b", text(writer.company())),
        css=STILL + f"font-size:{writer.between(1.1, 2):.1f}em;color:{style.accent}",
    )
    sender = element(
        "p",
        writer.pick("<br>", " · ", " | ").join(
            text(line) for line in [*writer.address(), writer.phone(), writer.url()]
        ),
        css=STILL + "font-size:.8em",
    )
    layout = writer.pick("stacked", "spread", "center")
    head = (
        _spread(name, sender)
        if layout == "spread"
        else element(
            "div",
            name,
            sender,
            css=f"text-align:{'center' if layout == 'center' else 'start'};margin:0 0 1.5em;line-height:1.3",
        )
    )
    rule = "<hr>" if writer.chance(0.4) else ""
    date = paragraph(
        writer.date(), f"text-indent:0;margin:1em 0;text-align:{writer.pick('start', 'end')}"
    )
    addressee = element(
        "div", address(writer, style), css="line-height:1.3;margin:0 0 1.2em;text-align:start"
    )
    subject = (
        element(
            "p",
            element("b", text(writer.pick("Re: ", "Subject: ", "RE: ", "") + writer.title(3, 9))),
            css="text-indent:0",
        )
        if writer.chance(0.6)
        else ""
    )
    greeting = paragraph(
        writer.pick(
            f"Dear {writer.name()}:",
            "Dear Sir or Madam,",
            f"Dear Ms. {writer.surname()},",
            "To whom it may concern:",
        ),
        "text-indent:0",
    )
    return head + rule + date + addressee + subject + greeting


def letter_close(writer: Writer, style: Style) -> str:
    """Greeting, signature and enclosures."""
    close = paragraph(
        writer.pick("Sincerely,", "Yours faithfully,", "Best regards,", "Respectfully submitted,"),
        "text-indent:0;margin:1em 0 2.2em",
    )
    signed = element(
        "p",
        "<br>".join(text(line) for line in (writer.name(), writer.job(), writer.company())),
        css=STILL,
    )
    copies = (
        paragraph(
            f"{writer.pick('cc:', 'Enclosures:', 'Encl.')} {writer.name()}, {writer.name()}",
            "text-indent:0;margin:1.2em 0 0",
        )
        if writer.chance(0.5)
        else ""
    )
    return close + signed + copies


def memo_head(writer: Writer, style: Style) -> str:
    """MEMORANDUM with lines of TO, FROM, DATE and SUBJECT."""
    lines = [
        ("TO", writer.name()),
        ("FROM", f"{writer.name()}, {writer.job()}"),
        ("DATE", writer.date()),
        ("SUBJECT", writer.title(3, 9)),
    ]
    rows = [
        element(
            "p",
            element("span", element("b", name + ":"), css="flex:0 0 6em"),
            element("span", text(value)),
            css="display:flex;text-indent:0;margin:0 0 .3em",
        )
        for name, value in lines
    ]
    return (
        element("h1", writer.pick("MEMORANDUM", "Memorandum", "Interoffice Memo"))
        + element("div", *rows, css="text-align:start")
        + "<hr>"
    )


def invoice_head(writer: Writer, style: Style) -> str:
    """Sender, addressee and the numbers and dates of an invoice."""
    fields = [
        ("Invoice No.", writer.code()),
        ("Date", writer.date()),
        ("Due date", writer.date()),
        ("Customer", writer.code()),
        ("P.O.", writer.code()),
    ]
    lines = "".join(
        element("p", element("b", name + ":"), " ", text(value), css=STILL)
        for name, value in writer.random.sample(fields, writer.number_of(2, 5))
    )
    title = element(
        "h1", writer.pick("INVOICE", "Invoice", "Statement", "Quotation", "Purchase Order")
    )
    billed = element(
        "p", element("b", writer.pick("Bill to:", "Sold to", "Ship to:")), css=STILL
    ) + address(writer, style)
    return _spread(address(writer, style), title) + _spread(billed, lines)


def press_head(writer: Writer, style: Style) -> str:
    """The top of a press release."""
    contact = element(
        "p",
        "<br>".join(
            [
                element("b", "Media contact:"),
                text(writer.name()),
                text(writer.phone()),
                text(writer.email()),
            ]
        ),
        css=STILL,
    )
    title = element("h1", text(writer.title(6, 14)))
    sub = (
        element("p", element("i", text(writer.sentence())), css="text-indent:0;text-align:center")
        if writer.chance(0.5)
        else ""
    )
    return (
        paragraph("FOR IMMEDIATE RELEASE", "text-indent:0;font-weight:bold")
        + contact
        + title
        + sub
        + element(
            "p",
            element("b", text(f"{writer.place().upper()}, {writer.date()}")),
            " – ",
            text(writer.prose()),
        )
    )


def paper_head(writer: Writer, style: Style) -> str:
    """Title, authors with their places, abstract and keywords of a paper, over all columns."""
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
            css=f"display:grid;grid-template-columns:repeat({min(count, 3)},1fr);gap:8px;margin:.6em 0 1em;line-height:1.25",
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
    """A page with a title and a few lines alone."""
    lines = [
        paragraph(line, "text-indent:0;margin:.4em 0")
        for line in (writer.title(3, 8), writer.company(), writer.date())[: writer.number_of(1, 3)]
    ]
    title = element("h1", text(writer.title(2, 8)), css=f"font-size:{writer.between(2, 3.2):.1f}em")
    css = f"height:{style.paper.body_height * 0.9:.0f}mm;display:flex;flex-direction:column;break-after:page;"
    css += f"justify-content:{writer.pick('center', 'end', 'flex-start')};text-align:{writer.pick('start', 'center')};"
    return element("div", title, *lines, css=css, class_="wide")


def clauses(writer: Writer, style: Style) -> str:
    """Numbered clauses of a contract with parts (a), (i), each a paragraph with its number."""
    first, parts = writer.number_of(1, 20), []
    hanging = writer.chance(0.5)

    def line(number: str, words: str, level: int) -> str:
        if hanging:
            css = f"text-indent:-2.6em;margin-inline-start:{2.6 + level * 2.2:.1f}em"
            return element(
                "p",
                element("span", number, css="display:inline-block;width:2.6em;text-indent:0"),
                text(words),
                css=css,
            )
        return element(
            "p", f"{number}&emsp;", text(words), css=f"margin-inline-start:{level * 2:.0f}em"
        )

    for number in range(first, first + writer.number_of(1, 3)):
        title = writer.title(1, 5)
        parts.append(
            element("h3", f"{writer.pick('', 'Section ', 'Article ')}{number}. {text(title)}")
            if writer.chance(0.6)
            else ""
        )
        for clause in range(1, writer.number_of(2, 4)):
            parts.append(line(f"{number}.{clause}", writer.sentences(writer.number_of(1, 2)), 0))
            for letter in "abcd"[: writer.random.choice([0, 0, 2, 3, 4])]:
                parts.append(line(f"({letter})", writer.sentence(), 1))
                if writer.chance(0.15):
                    parts += [
                        line(f"({roman})", writer.sentence(), 2) for roman in ("i", "ii", "iii")
                    ]
    return "".join(parts)


def questions(writer: Writer, style: Style) -> str:
    """Questions and answers, each a paragraph."""
    lead = writer.random.choice(
        [("Q: ", "A: "), ("Q. ", "A. "), ("", ""), ("Question: ", "Answer: ")]
    )
    parts = []
    for _ in range(writer.number_of(2, 5)):
        asked = element("b", text(lead[0] + writer.label(5, 14) + "?"))
        parts.append(element("p", asked, css="margin-bottom:.1em;break-after:avoid"))
        parts.append(paragraph(lead[1] + writer.sentences(writer.number_of(1, 3))))
    return "".join(parts)


def resume_entry(writer: Writer, style: Style) -> str:
    """A post with place and dates at the right, and what was done there."""
    entry = []
    for _ in range(writer.number_of(1, 3)):
        post, dates = (
            element("b", text(writer.job())),
            text(f"{writer.year()} – {writer.pick(writer.year(), 'present')}"),
        )
        entry.append(
            element(
                "p",
                element("span", post, ", ", text(writer.company())),
                element("span", dates),
                css="display:flex;justify-content:space-between;gap:1em;text-indent:0;margin:.4em 0 .1em;break-after:avoid",
            )
        )
        items = [element("li", text(writer.sentence())) for _ in range(writer.number_of(2, 4))]
        entry.append(element("ul", *items))
    return element(
        "h2", text(writer.pick("Experience", "Education", "Employment", "Projects", "Publications"))
    ) + "".join(entry)


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


def agenda(writer: Writer, style: Style) -> str:
    """Numbered points of a meeting, with who speaks."""
    items = [
        element(
            "li",
            element("b", text(writer.title(2, 6))),
            f" ({text(writer.name())})" if writer.chance(0.4) else "",
            f"<br>{text(writer.sentence())}" if writer.chance(0.4) else "",
        )
        for _ in range(writer.number_of(4, 9))
    ]
    return element(
        "h2", writer.pick("Agenda", "Order of business", "Items for discussion")
    ) + element("ol", *items)


def minutes_head(writer: Writer, style: Style) -> str:
    """Title of a meeting, its place and date, and who was there."""
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


def motion(writer: Writer, style: Style) -> str:
    """A point of the minutes: heading, what was said, what was decided."""
    decided = element(
        "p",
        element("b", writer.pick("RESOLVED: ", "Motion: ", "Action: ")),
        text(writer.sentence()),
    )
    return (
        element("h3", f"{writer.number_of(1, 12)}. {text(writer.title(2, 6))}")
        + paragraph(writer.prose())
        + decided
    )
