"""Parts of letters, memos, invoices and press releases."""

from training.layout.figures import logo
from training.layout.markup import element, paragraph, text
from training.layout.panels import STILL, address
from training.layout.style import Style
from training.layout.text import Writer


def _spread(*parts: str, gap: str = "2em") -> str:
    return element(
        "div",
        *(element("div", part, css="min-width:0") for part in parts),
        css=(
            f"display:flex;justify-content:space-between;gap:{gap};line-height:1.3;"
            "text-align:start;margin:0 0 1em"
        ),
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
            css=(
                f"text-align:{'center' if layout == 'center' else 'start'};margin:0 0 1.5em;"
                "line-height:1.3"
            ),
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
    sign = logo(writer, style) if writer.chance(0.25) else ""
    return sign + head + rule + date + addressee + subject + greeting


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
