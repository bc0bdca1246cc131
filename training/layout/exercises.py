"""Rarer text: theorems, transcripts, tests, menus, first pages of pleadings and filings."""

from training.layout.markup import element, paragraph, text
from training.layout.panels import STILL
from training.layout.style import Style
from training.layout.text import Writer


def theorem(writer: Writer, style: Style) -> str:
    """A theorem in italics and its proof, as in papers."""
    name = writer.pick("Theorem", "Lemma", "Proposition", "Definition", "Corollary", "Remark")
    number = f"{writer.number_of(1, 6)}.{writer.number_of(1, 12)}"
    head = element("b", f"{name} {number}{writer.pick('.', ' (' + text(writer.surname()) + ').')}")
    words = element("p", head, " ", element("i", text(writer.sentences(writer.number_of(1, 2)))))
    if writer.chance(0.6):
        proof = text(writer.sentences(writer.number_of(2, 4)))
        words += element("p", element("i", "Proof."), " ", proof, " □")
    return words


def transcript(writer: Writer, style: Style) -> str:
    """What speakers said in turn, with each turn a paragraph that starts with a name."""
    names = [writer.surname().upper() for _ in range(writer.number_of(2, 3))]
    tag, end = writer.pick("b", "span", "i"), writer.pick(":", ".", " —")
    hanging = writer.chance(0.4)
    css = "padding-inline-start:5em;text-indent:-5em;" if hanging else ""
    return "".join(
        element(
            "p",
            element(tag, text(writer.random.choice(names) + end)),
            " ",
            text(writer.prose()),
            css=css,
        )
        for _ in range(writer.number_of(4, 9))
    )


def multiple_choice(writer: Writer, style: Style) -> str:
    """Questions of a test, each with answers one below another or in a row."""
    first, in_rows = writer.number_of(1, 30), writer.chance(0.4)
    mark = writer.pick("{}.", "({})", "{})", "○ {}")
    parts = []
    for number in range(first, first + writer.number_of(2, 5)):
        parts.append(
            paragraph(
                f"{number}. {writer.label(6, 18)}?", STILL + "margin-top:.7em;break-after:avoid"
            )
        )
        answers = [f"{mark.format(letter)} {writer.label(1, 5)}" for letter in "ABCD"]
        if in_rows:
            parts.append(
                paragraph("\u2003\u2003".join(answers), STILL + "padding-inline-start:1.5em")
            )
        else:
            items = [element("li", text(answer)) for answer in answers]
            parts.append(
                element(
                    "ul", *items, css="list-style:none;margin:.1em 0;padding-inline-start:1.5em"
                )
            )
    return "".join(parts)


def menu(writer: Writer, style: Style) -> str:
    """Names with prices at the right, with or without leaders, sometimes with a line of detail."""
    leader = writer.pick("." * 200, "", " ." * 100)
    filler = "flex:1;overflow:hidden;white-space:nowrap;height:1.25em;margin:0 .3em"
    parts = []
    for _ in range(writer.number_of(4, 10)):
        name = element("b", text(writer.title(1, 4)))
        dots = element("span", leader, css=filler)
        price = element("span", text(writer.number("money")))
        css = STILL + "display:flex;margin-top:.35em;text-align:start"
        parts.append(element("p", name, dots, price, css=css))
        if writer.chance(0.5):
            parts.append(paragraph(writer.label(4, 12), STILL + "font-size:.85em"))
    return element("h3", text(writer.title(1, 3))) + "".join(parts)


def court_caption(writer: Writer, style: Style) -> str:
    """The head of a pleading: the court, the parties at the left, the number at the right."""
    name = element("b", text(f"IN THE {writer.title(2, 5).upper()} COURT"))
    district = text(f"FOR THE DISTRICT OF {writer.place().upper()}")
    court = element("p", name, "<br>", district, css=STILL + "text-align:center")
    mark = writer.pick(")", "§", "|")
    lines = [
        f"{writer.name().upper()},",
        "Plaintiff,",
        "v.",
        f"{writer.company().upper()},",
        "Defendant.",
    ]
    left = "".join(
        paragraph(line, STILL + f"padding-inline-start:{i % 2 * 3}em;margin:.3em 0")
        for i, line in enumerate(lines)
    )
    case = "".join(
        paragraph(words, STILL + "margin:.4em 0")
        for words in (f"Case No. {writer.code()}", writer.title(2, 5).upper())
    )
    edge = "border-inline-end:1px solid #000;border-bottom:1px solid #000;padding:4px 10px 8px 0;"
    bars = element("p", "<br>".join([mark] * 6), css=STILL + "line-height:1.3")
    has_bars = mark != "|"
    middle = element("div", bars) if has_bars else ""
    tracks = "1fr auto 1fr" if has_bars else "1fr 1fr"
    grid = (
        f"display:grid;grid-template-columns:{tracks};gap:16px;align-items:center;margin:1em "
        "0;text-align:start"
    )
    sides = element("div", left, css="" if has_bars else edge), middle, element("div", case)
    title = element(
        "h1", text(writer.title(3, 8).upper()), css="text-align:center;font-size:1.15em"
    )
    return court + element("div", *sides, css=grid) + title


def filing_cover(writer: Writer, style: Style) -> str:
    """The first page of a filing: centered lines, marks, and values above their labels."""
    center = STILL + "text-align:center;"
    form = writer.pick("FORM 10-K", "FORM 10-Q", "FORM 8-K", "SCHEDULE 14A", "ANNUAL REPORT")
    parts = [
        paragraph("UNITED STATES", center + "font-weight:bold"),
        paragraph(
            f"{writer.title(2, 4).upper()} COMMISSION", center + "font-weight:bold;font-size:1.2em"
        ),
        paragraph(
            f"{writer.place()}, D.C. {writer.number_of(10000, 99999)}",
            center + "margin-bottom:.8em",
        ),
        element("h1", form, css="text-align:center"),
    ]
    for box in writer.random.sample(["☒", "☐"], 2):
        words = (
            f"{writer.pick('ANNUAL', 'QUARTERLY', 'TRANSITION')} REPORT PURSUANT TO SECTION "
            f"{writer.number_of(10, 15)} OR {writer.number_of(10, 19)}(d) {writer.label(2, 6)}"
        )
        parts.append(paragraph(f"{box}  {words}", STILL + "margin:.4em 0"))
    small = "font-size:.78em;display:block"

    def over_label(value: str, label: str, bold: bool = False) -> str:
        line = element("b" if bold else "span", text(value), css="display:block")
        return element(
            "p", line, element("span", f"({text(label)})", css=small), css=center + "margin:.5em 0"
        )

    parts.append(
        over_label(
            writer.company().upper(), "Exact name of registrant as specified in its charter", True
        )
    )
    pairs = [
        (writer.place(), "State of incorporation"),
        (writer.code(), "I.R.S. Employer Identification No."),
        (", ".join(writer.address()), "Address of principal executive offices"),
        (writer.phone(), "Telephone number"),
    ]
    cells = [over_label(*pair) for pair in pairs]
    parts.append(
        element("div", *cells, css="display:grid;grid-template-columns:1fr 1fr;gap:0 20px")
    )
    for _ in range(writer.number_of(1, 3)):
        answer = writer.pick("Yes ☒  No ☐", "Yes ☐  No ☒", "☐ Yes ☒ No")
        parts.append(
            paragraph(
                f"Indicate by check mark whether {writer.label(8, 24).lower()}. {answer}",
                STILL + "margin:.5em 0",
            )
        )
    return element(
        "div",
        *parts,
        css="break-after:page;line-height:1.25" if writer.chance(0.7) else "",
        class_="wide",
    )
