"""Parts of contracts, minutes, resumes and lists of questions."""

from training.layout.emphasis import inline
from training.layout.markup import element, paragraph, text
from training.layout.style import Style
from training.layout.text import Writer


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


def labeled_list(writer: Writer, style: Style) -> str:
    """A list with labels typed by hand, in forms that no list style has, hanging or not."""
    first = writer.number_of(1, 9)
    form = writer.pick(
        "{0}.{1}:", "{0}.{1})", "Step {1}:", "{0}.{1}.1", "R{0}.{1}", "Q{1}:", "#{1}"
    )
    width = writer.between(2.5, 4.5)
    hangs, gap = writer.chance(0.6), writer.random.choice([0, 0.2, 0.5, 1])
    css = f"margin:0 0 {gap}em;" + (f"text-indent:-{width:.1f}em" if hangs else "text-indent:0")
    tab = f"display:inline-block;text-indent:0;min-width:{width:.1f}em" if hangs else ""
    items = []
    for number in range(1, writer.number_of(3, 8)):
        label = element("span", form.format(first, number), css=tab)
        words = writer.sentences(writer.number_of(1, 3))
        items.append(element("li", label, " ", inline(writer, words), css=css))
    indent = width if hangs else writer.between(0, 2)
    css = f"list-style:none;padding-inline-start:{indent:.1f}em"
    return element("ul", *items, css=css)


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
    """A job with place and dates at the right, and a description of the work."""
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
                css=(
                    "display:flex;justify-content:space-between;gap:1em;text-indent:0;"
                    "margin:.4em 0 .1em;break-after:avoid"
                ),
            )
        )
        items = [element("li", text(writer.sentence())) for _ in range(writer.number_of(2, 4))]
        entry.append(element("ul", *items))
    return element(
        "h2", text(writer.pick("Experience", "Education", "Employment", "Projects", "Publications"))
    ) + "".join(entry)


def agenda(writer: Writer, style: Style) -> str:
    """Numbered items of a meeting, with their speakers."""
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


def motion(writer: Writer, style: Style) -> str:
    """An item of the minutes: heading, discussion, decision."""
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
