"""Running text: paragraphs, headings, lists, quotations, notes, references, contents, code."""

from training.layout.emphasis import inline
from training.layout.markup import element, paragraph, text
from training.layout.style import Style
from training.layout.text import Writer

BULLETS = [
    "disc",
    "disc",
    "disc",
    "circle",
    "square",
    "'– '",
    "'— '",
    "'✓ '",
    "'• '",
    "'► '",
    "'■ '",
    "'» '",
    "none",
]
COUNTERS = ["decimal", "decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"]


def body_paragraph(writer: Writer, style: Style) -> str:
    """A paragraph of one to nine sentences; a few have another size or a run-in start."""
    words = inline(writer, writer.prose())
    if writer.chance(0.06):
        words = element(writer.pick("b", "b", "i"), text(writer.title(1, 5)) + ".") + " " + words
    css = f"font-size:{writer.between(0.8, 1.25):.2f}em" if writer.chance(0.05) else ""
    if writer.chance(0.03):
        css = f"font-size:{writer.between(1.15, 1.6):.2f}em;color:{style.accent}"
    return element("p", words, css=css)


def heading(writer: Writer, style: Style, level: int | None = None) -> str:
    """A heading of level 1 to 4, drawn at random if not given; some take two lines."""
    level = level or writer.random.choices([2, 3, 4], [0.55, 0.37, 0.08])[0]
    words = writer.title(8, 16) if writer.chance(0.08) else writer.title(1, 7)
    number = ""
    if style.numbered_headings:
        parts = [str(writer.number_of(1, 12)) for _ in range(level - 1)] or ["1"]
        number = ".".join(parts) + writer.pick("", ".") + writer.pick(" ", "  ", " ")
    return element(f"h{level}", text(number + words))


def section(writer: Writer, style: Style) -> str:
    """A heading followed by its text, sometimes after a second heading."""
    headings = heading(writer, style)
    if writer.chance(0.12):
        headings = heading(writer, style, 2) + heading(writer, style, 3)
    return headings + body_paragraph(writer, style)


def run_in_section(writer: Writer, style: Style) -> str:
    """Paragraphs that start with a heading in bold or italics on their first line."""
    tag, end = writer.pick("b", "i", "b"), writer.pick(".", ":", ". –", "")
    return "".join(
        element("p", element(tag, text(writer.title(1, 6) + end)), " ", text(writer.prose()))
        for _ in range(writer.number_of(2, 4))
    )


def _item(writer: Writer, length: str, depth: int) -> str:
    if length == "words":
        content = text(writer.label(1, 6))
    elif length == "paragraphs" and writer.chance(0.6):
        content = "".join(paragraph(writer.prose()) for _ in range(writer.number_of(1, 2)))
    else:
        content = inline(
            writer, writer.sentences(writer.number_of(1, 1 if length == "line" else 3))
        )
        if writer.chance(0.15):
            content = (
                element("b", text(writer.title(1, 3)) + writer.pick(".", ":", " –")) + " " + content
            )
    if depth < 2 and writer.chance(0.1):
        content += bare_list(writer, depth + 1)
    return element("li", content)


def bare_list(writer: Writer, depth: int = 0) -> str:
    """A list without lead-in; its items are short, or have a sentence, several, or paragraphs."""
    tag = writer.pick("ul", "ul", "ol")
    mark = writer.random.choice(BULLETS if tag == "ul" else COUNTERS)
    length = writer.random.choices(["words", "line", "long", "paragraphs"], [0.3, 0.4, 0.2, 0.1])[0]
    items = [_item(writer, length, depth) for _ in range(writer.number_of(2, 4 if depth else 9))]
    inside = writer.chance(0.25) and length != "paragraphs"
    css = f"list-style:{mark} {'inside' if inside else 'outside'};"
    if length == "words" and len(items) > 5 and not depth and writer.chance(0.15):
        css += f"columns:{writer.number_of(2, 3)};"
    return element(tag, *items, css=css)


def list_with_lead_in(writer: Writer, style: Style) -> str:
    """A list, usually after a sentence that ends with a colon."""
    if writer.chance(0.4):
        return bare_list(writer)
    space = writer.pick("0", ".2em", ".5em", f"{style.paragraph_gap:.2f}em")
    return paragraph(writer.label(4, 14) + ":", f"margin-bottom:{space}") + bare_list(writer)


def quotation(writer: Writer, style: Style) -> str:
    words = element("p", text(writer.sentences(writer.number_of(1, 3))), css="text-indent:0")
    return element("blockquote", words)


def footnotes(writer: Writer, style: Style) -> str:
    """Notes in small type below a short rule."""
    rule = element(
        "div", css=f"border-top:1px solid #000;width:{writer.number_of(15, 60)}%;margin-top:.9em"
    )
    first = writer.number_of(1, 20)
    mark = writer.pick("sup", "sup", "span")
    notes = [
        element(
            "p",
            element(mark, str(first + i)),
            " ",
            text(writer.sentences(writer.number_of(1, 2))),
            class_="note",
            css="margin:0",
        )
        for i in range(writer.number_of(1, 4))
    ]
    return rule + "".join(notes)


def references(writer: Writer, style: Style) -> str:
    """A bibliography, numbered or with hanging indents."""
    count, size = writer.number_of(5, 14), writer.between(0.78, 0.95)
    space = writer.pick("0", ".1em", ".35em")
    head = heading(writer, style, 2) if writer.chance(0.5) else element("h2", "References")

    def entry() -> str:
        authors = ", ".join(
            f"{writer.surname()} {writer.pick('A', 'B', 'J')}."
            for _ in range(writer.number_of(1, 4))
        )
        journal = element("i", text(writer.title(2, 4)))
        pages = f"{writer.number_of(1, 80)}({writer.number_of(1, 9)}), {writer.number('range')}"
        link = text(
            writer.pick(
                "",
                "",
                f" doi:10.{writer.number_of(1000, 9999)}/{writer.code()}",
                " " + writer.url(),
            )
        )
        title = text(writer.sentence())
        return f"{text(authors)} ({writer.year()}). {title} {journal}, {pages}.{link}"

    entries = [entry() for _ in range(count)]
    if writer.chance(0.6):
        marker = writer.pick("", "list-style:none;padding:0;")
        numbered = [f"[{i}] {e}" if marker else e for i, e in enumerate(entries, 1)]
        items = [element("li", e, css=f"margin-bottom:{space}") for e in numbered]
        return head + element("ol", *items, css=f"font-size:{size:.2f}em;line-height:1.25;{marker}")
    css = (
        f"font-size:{size:.2f}em;line-height:1.25;margin:0 0 {space};"
        "padding-inline-start:1.8em;text-indent:-1.8em"
    )
    return head + "".join(element("p", e, css=css) for e in entries)


def contents(writer: Writer, style: Style) -> str:
    """A table of contents: titles and page numbers with leaders of dots, or without."""
    leader = writer.pick(" ." * 150, "." * 300, "", "", "_" * 200)
    filler = element(
        "span", leader, css="flex:1;overflow:hidden;white-space:nowrap;height:1.2em;direction:rtl"
    )
    page, items, numbers = 1, [], [0, 0, 0]
    for _ in range(writer.number_of(6, 24)):
        level = writer.random.choices([0, 1, 2], [0.45, 0.4, 0.15])[0]
        numbers = [*numbers[:level], numbers[level] + 1, 0, 0][:3]
        page += writer.number_of(0, 9)
        number = (
            ".".join(str(max(n, 1)) for n in numbers[: level + 1]) + " "
            if style.numbered_headings
            else ""
        )
        css = (
            f"display:flex;margin:{writer.pick('0', '.2em')} 0;"
            f"padding-inline-start:{level * 1.3:.1f}em;"
        )
        if level == 0:
            css += f"font-weight:{writer.pick('bold', 'normal')};"
        name = element("span", text(number + writer.title(1, 6)), css="max-width:80%")
        items.append(element("li", name, filler, element("span", str(page)), css=css))
    head = element("h2", writer.pick("Contents", "Table of Contents", "CONTENTS", "Index"))
    return head + element(
        "ul", *items, css="list-style:none;padding:0;text-align:start;hyphens:manual"
    )


def glossary(writer: Writer, style: Style) -> str:
    """Terms and their meanings, with one paragraph per entry."""
    hanging = writer.chance(0.5)
    css = "padding-inline-start:2em;text-indent:-2em;" if hanging else "text-indent:0;"
    end = writer.pick(":", ".", " —", "<br>", "")
    return "".join(
        element(
            "p",
            element("b", text(writer.label(1, 3))),
            end,
            " ",
            text(writer.sentences(writer.number_of(1, 2))),
            css=css,
        )
        for _ in range(writer.number_of(4, 10))
    )


def index_entries(writer: Writer, style: Style) -> str:
    """An index in columns of small type: terms with page numbers."""
    entries = []
    for _ in range(writer.number_of(20, 60)):
        pages = ", ".join(str(writer.number_of(1, 400)) for _ in range(writer.number_of(1, 4)))
        indent = writer.random.choice([0, 0, 1])
        css = f"margin:0;padding-inline-start:{indent + 1}em;text-indent:-1em;"
        entries.append(paragraph(f"{writer.words(1, 3)}, {pages}", css))
    columns = writer.number_of(2, 3) if style.columns == 1 else 1
    css = (
        f"columns:{columns};font-size:{writer.between(0.7, 0.9):.2f}em;line-height:1.2;"
        "text-align:start"
    )
    return element("h2", "Index") + element("div", *entries, css=css)


def code(writer: Writer, style: Style) -> str:
    """Lines of a program, bare or on a tinted background."""
    lines, depth = [], 0
    for _ in range(writer.number_of(4, 14)):
        name = writer.words(1, 2).replace(" ", "_").replace("-", "_")
        line = writer.pick(
            f"{name} = {writer.words(1, 1)}({writer.number_of(0, 99)})",
            f"return {name}",
            f"if {name}:",
            f"for i in range({writer.number_of(1, 99)}):",
            f"# {writer.words(2, 6)}",
            f"print({name}, i)",
            "",
        )
        lines.append("    " * depth + line)
        depth = min(depth + 1, 3) if line.endswith(":") else max(0, depth - writer.number_of(0, 1))
    looks = f"background:{style.tint};padding:.6em;" if writer.chance(0.5) else ""
    looks += "border:1px solid #bbb;padding:.6em;" if writer.chance(0.25) else ""
    return element(
        "pre",
        text("\n".join(lines)),
        role="code",
        css=f"margin:.6em 0;white-space:pre-wrap;text-align:start;line-height:1.2;{looks}",
    )


def formula(writer: Writer, style: Style) -> str:
    """A displayed formula, usually with its number at the right."""
    pick = writer.pick
    left = f"<i>{pick(*'xyzfgLEQ')}</i>{pick('', '<sub>i</sub>', '(x)')}"
    terms = [
        f"{pick('', str(writer.number_of(2, 9)), 'α', 'β')}<i>{pick(*'abcxyz')}</i>"
        f"{pick('', '<sup>2</sup>', '<sub>1</sub>', '<sub>j</sub>')}"
        for _ in range(writer.number_of(2, 5))
    ]
    sign = pick(" + ", " − ", " · ", " + ")
    number = f"<span>({writer.number_of(1, 30)})</span>" if writer.chance(0.7) else "<span></span>"
    css = "display:flex;justify-content:space-between;text-indent:0;margin:.5em 0"
    return element(
        "p", "<span></span>", element("span", f"{left} = {sign.join(terms)}"), number, css=css
    )


def poem(writer: Writer, style: Style) -> str:
    """Stanzas of short lines, with one paragraph per stanza."""
    css = f"text-indent:0;margin:0 0 .9em {writer.number_of(0, 6)}em;text-align:start"
    return "".join(
        element(
            "p",
            "<br>".join(text(writer.label(3, 7)) + writer.pick("", ",", ";") for _ in range(4)),
            css=css,
        )
        for _ in range(writer.number_of(1, 4))
    )
