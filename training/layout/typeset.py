"""Papers, theses and manuals in Typst, which typesets text like TeX and prints tagged PDF."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from training.layout.documents import draw_language
from training.layout.fonts import MONO, SANS, SERIF
from training.layout.style import Style, draw_style
from training.layout.text import LATIN, Writer
from training.layout.typeset_floats import figure, table

OWN_FONTS = ["New Computer Modern", "New Computer Modern", "Libertinus Serif"]  # of Typst itself
FORMULAS = [
    "sum_(i=1)^n x_i^2 = {n}", "a^2 + b^2 = c^2", "f(x) = integral_0^oo e^(-{n} t) dif t",
    "y_t = alpha + beta x_t + epsilon_t", "hat(theta) = op(\"arg min\")_theta L(theta)",
    "mat(1, {n}; 0, 1) vec(x, y) = vec(u, v)", "p(x | y) = (p(y | x) p(x)) / p(y)",
    "E = m c^2", "lim_(n -> oo) a_n / b_n = {n}", "nabla dot bold(B) = 0",
]  # fmt: skip
Element = Callable[[Writer, Style], str]


def quoted(plain: str) -> str:
    """Return plain text as an expression in Typst markup."""
    return "#" + json.dumps(plain, ensure_ascii=False)


@dataclass(frozen=True)
class Typescript:
    """A document in Typst: its preamble, and its elements in reading order."""

    opening: str
    elements: tuple[str, ...]

    def source(self, elements: int | None = None) -> str:
        """Return the document, with only its first `elements` if a number is given."""
        return "\n\n".join([self.opening, *self.elements[:elements]])


def draw_typescript(seed: int) -> Typescript:
    """Draw the document of a seed."""
    writer = Writer.seeded(seed)
    language = draw_language(writer)
    writer = Writer.seeded(seed, language if language in LATIN else "en")
    look = draw_style(writer, slides=False, most_columns=2)
    look = replace(look, body_font=writer.random.choice([*OWN_FONTS * 3, *SERIF, *SANS]))
    makers, weights = zip(*ELEMENTS.items(), strict=True)
    drawn = writer.random.choices(makers, weights, k=writer.number_of(14, 40))
    opening = _settings(writer, look) + _headings(writer, look) + _title(writer, look)
    closing = [_references(writer, look)] if writer.chance(0.4) else []
    return Typescript(opening, (*(maker(writer, look) for maker in drawn), *closing))


def _settings(writer: Writer, look: Style) -> str:
    top, right, bottom, left = look.paper.margins
    head = quoted(writer.title(2, 8)) + writer.pick("", f" #h(1fr) {quoted(writer.surname())}")
    number = writer.pick('"1"', '"1"', '"1 / 1"', '"- 1 -"', "none")
    gap = look.paragraph_gap if not look.paragraph_indent else 0
    leading = max(0.3, look.leading - 0.62)  # Typst's is the space between lines
    mark = writer.pick("[•]", "[•]", "[–]", "[∗]", "[‣]", "[◦]", "[▪]")
    rule = " #v(-.7em) #line(length: 100%, stroke: .4pt)" if writer.chance(0.3) else ""
    return "\n".join([
        f"#set page(width: {look.paper.width}mm, height: {look.paper.height}mm, margin: "
        f"(top: {top}mm, right: {right}mm, bottom: {bottom}mm, left: {left}mm), "
        f"columns: {look.columns}, numbering: {number}"
        + (f", header: [#text(.85em)[{head}]{rule}]" if writer.chance(0.6) else "")
        + ")",
        f"#set columns(gutter: {look.column_gap:.1f}mm)",
        f'#set text(font: ("{look.body_font}", "Noto Sans"), size: {look.size:.1f}pt, '
        f'lang: "{look.language}")',
        f"#set par(justify: {str(look.justified).lower()}, leading: {leading:.2f}em, "
        f"spacing: {leading + gap:.2f}em, first-line-indent: {look.paragraph_indent:.1f}em)",
        f"#set list(marker: {mark}, indent: {writer.pick('0em', '.5em', '1.2em')})",
        f"#set enum(indent: {writer.pick('0em', '.5em', '1.2em')}, numbering: "
        f"{writer.pick(*map(json.dumps, ('1.', '1.', '(a)', '(i)', '[1]', 'a)')))})",
        "#set math.equation(numbering: " + writer.pick("none", '"(1)"') + ")",
        f'#show raw: set text(font: "{writer.pick("DejaVu Sans Mono", *MONO)}")',
        "#set par.line(numbering: \"1\")" if writer.chance(0.05) else "",
        f"#show figure.caption: set text(size: {writer.between(0.8, 1):.2f}em)",
        f"#show figure.caption: set align({writer.pick('left', 'center')})",
        "#set figure.caption(position: top)" if writer.chance(0.3) else "",
        "#show figure.where(kind: table): set figure.caption(position: top)",
        f"#set figure(supplement: {quoted(writer.pick('Fig.', 'Figure', 'Table'))[1:]})"
        if writer.chance(0.2) else "",
    ])  # fmt: skip


def _headings(writer: Writer, look: Style) -> str:
    number = writer.pick("1.1", "1.1", "1.1.", "I.A.") if look.numbered_headings else ""
    rules = [f"#set heading(numbering: {json.dumps(number) if number else 'none'})"]
    for level, size in enumerate(look.heading_sizes, 1):
        plain = writer.chance(0.15)  # as large as the text and close to it
        below = writer.between(0.4, 0.7) if plain else writer.between(0.5, 1.2)
        weight = writer.pick("bold", "bold", "bold", "bold" if plain else "regular")
        slant = writer.pick("normal", "normal", "italic")
        shown = writer.pick("it", "it", "it", "it", "smallcaps(it)", "upper(it)", "underline(it)")
        rules.append(
            f"#show heading.where(level: {level}): set text(size: {1 if plain else size:.2f}em, "
            f'weight: "{weight}", style: "{slant}", fill: rgb("{look.accent}"), hyphenate: false)\n'
            f"#show heading.where(level: {level}): set block(above: {writer.between(0.9, 2):.2f}em,"
            f" below: {below:.2f}em)\n#show heading.where(level: {level}): it => {shown}"
        )
    rules.append(f"#show heading.where(level: 1): set align({writer.pick('left', 'center')})")
    return "\n" + "\n".join(rules) + "\n\n"


def _title(writer: Writer, look: Style) -> str:
    """Title, authors and abstract across all columns; or contents; or neither."""
    if writer.chance(0.2):
        return "#outline(title: [Contents])" if writer.chance(0.5) else ""
    authors = ", ".join(writer.name() for _ in range(writer.number_of(1, 5)))
    weight = writer.pick("regular", "bold")
    size, title = writer.between(1.4, 2.2), quoted(writer.title(4, 14))
    lines = [
        f'#text({size:.2f}em, weight: "{weight}")[{title}]',
        quoted(authors),
        f"#emph[{quoted(writer.company())}] \\ {quoted(writer.email())}",
    ]
    head = "#align(center)[" + "\n\n".join(lines) + "]"
    if writer.chance(0.7):
        name = "Abstract" if look.language == "en" else writer.title(1, 1)
        words = quoted(writer.sentences(writer.number_of(3, 8)))
        head += (
            f"\n\n#align(center)[#strong[{quoted(name)}]]\n\n#pad(x: 2em)[#par[{words}]]"
            if writer.chance(0.5)
            else f"\n\n#strong[{quoted(name)}{writer.pick('.', ' —')}] {words}"
        )
    if look.columns == 1:
        return head + "\n\n#v(1em)"
    place = '#place(top, scope: "parent", float: true, clearance: 1.5em)'
    return f"{place}[#set par(spacing: 1em)\n{head}]"


def _inline(writer: Writer, plain: str) -> str:
    words = quoted(plain)
    if writer.chance(0.1):
        words = f"#{writer.pick('strong', 'emph')}[{quoted(writer.title(1, 4) + '.')}] {words}"
    if writer.chance(0.06):
        words += f" ${writer.random.choice(FORMULAS).format(n=writer.number_of(2, 9))}$ "
        words += quoted(writer.sentence())
    if writer.chance(0.07):
        words += f"#footnote[{quoted(writer.sentences(writer.number_of(1, 2)))}]"
    return words


def _paragraph(writer: Writer, look: Style) -> str:
    return _inline(writer, writer.prose())


def _section(writer: Writer, look: Style) -> str:
    level = writer.random.choices([1, 2, 3], [0.4, 0.4, 0.2])[0]
    headings = f"#heading(level: {level})[{quoted(writer.title(1, 8))}]"
    if level < 3 and writer.chance(0.15):
        headings += f"\n#heading(level: {level + 1})[{quoted(writer.title(1, 6))}]"
    return f"{headings}\n\n{_paragraph(writer, look)}"


def _item(writer: Writer) -> str:
    length = writer.number_of(0, 3)
    words = _inline(writer, writer.sentences(length)) if length else quoted(writer.label(1, 6))
    if length > 1 and writer.chance(0.2):
        words += "\n\n" + quoted(writer.sentence())
    return f"[{words}]"


def _list(writer: Writer, look: Style) -> str:
    kind = writer.pick("list", "list", "enum")
    tight = str(writer.chance(0.6)).lower()
    items = [_item(writer) for _ in range(writer.number_of(2, 7))]
    if writer.chance(0.15):
        items[0] = items[0][:-1] + f"\n#{kind}({_item(writer)}, {_item(writer)})]"
    lead_in = quoted(writer.label(4, 14) + ":") + "\n" if writer.chance(0.6) else ""
    return f"{lead_in}#{kind}(tight: {tight}, {', '.join(items)})"


def _terms(writer: Writer, look: Style) -> str:
    items = []
    for _ in range(writer.number_of(2, 6)):
        term, meaning = writer.label(1, 3), writer.sentences(writer.number_of(1, 2))
        items.append(f"terms.item([{quoted(term)}], [{quoted(meaning)}])")
    indent, tight = writer.pick("1em", "2em", "3em"), str(writer.chance(0.5)).lower()
    return f"#terms(hanging-indent: {indent}, tight: {tight}, {', '.join(items)})"


def _formula(writer: Writer, look: Style) -> str:
    before = quoted(writer.sentence()) if writer.chance(0.5) else ""
    return f"{before}\n$ {writer.random.choice(FORMULAS).format(n=writer.number_of(2, 9))} $"


def _code(writer: Writer, look: Style) -> str:
    names = [writer.words(1, 1) for _ in range(4)]
    draw = writer.random.choice
    lines = [
        writer.pick("", "  ", "    ")
        + writer.pick(
            f"{draw(names)} = {draw(names)}({writer.number_of(0, 99)})",
            f"> {writer.words(1, 3)}", f"# {writer.words(2, 7)}", f"{writer.number('decimal')}    "
            f"{writer.number('decimal')}    {writer.number('integer')}", f"return {names[0]}",
        )
        for _ in range(writer.number_of(1, 14))
    ]  # fmt: skip
    raw = f"#raw(block: true, {json.dumps(chr(10).join(lines), ensure_ascii=False)})"
    if writer.chance(0.3):
        raw = f"#block(fill: luma(240), inset: 6pt, width: 100%)[{raw}]"
    return f"#pad(left: 1.5em)[{raw}]" if writer.chance(0.3) else raw


def _quotation(writer: Writer, look: Style) -> str:
    return f"#quote(block: true)[{quoted(writer.sentences(writer.number_of(1, 3)))}]"


def _theorem(writer: Writer, look: Style) -> str:
    name = writer.pick("Theorem", "Lemma", "Definition", "Proposition", "Remark", "Example")
    head = f"{name} {writer.number_of(1, 9)}.{writer.number_of(1, 9)}."
    statement = f"#strong[{quoted(head)}] #emph[{quoted(writer.sentences(writer.number_of(1, 2)))}]"
    proof = f"#emph[Proof.] {quoted(writer.sentences(writer.number_of(2, 4)))} #h(1fr) $square$"
    return statement + ("\n\n" + proof if writer.chance(0.6) else "")


def _references(writer: Writer, look: Style) -> str:
    entries = [
        f"{writer.surname()}, {writer.pick('A', 'J', 'M')}. ({writer.year()}). {writer.sentence()} "
        f"{writer.title(2, 4)}, {writer.number_of(1, 80)}, {writer.number('range')}."
        for _ in range(writer.number_of(5, 16))
    ]
    head = (
        f"#heading(level: 1, numbering: none)[{quoted(writer.pick('References', 'Bibliography'))}]"
    )
    if writer.chance(0.6):
        items = ", ".join(f"[{quoted(entry)}]" for entry in entries)
        return f'{head}\n#[#set text(.9em)\n#enum(numbering: "[1]", tight: true, {items})]'
    hanging = "\n\n".join(quoted(entry) for entry in entries)
    return f"{head}\n\n#[#set par(first-line-indent: 0em, hanging-indent: 1.5em)\n{hanging}]"


ELEMENTS: dict[Element, float] = {  # with their weights
    _paragraph: 6, _section: 3, _list: 1.5, _terms: 0.4, _formula: 1, _code: 0.5, _quotation: 0.2,
    _theorem: 0.5, figure: 0.8, table: 1,
}  # fmt: skip
