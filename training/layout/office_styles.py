"""Styles of an OpenDocument text: pages, paragraphs, headings, lists, from a Style."""

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from training.layout.markup import text
from training.layout.style import Style
from training.layout.text import Writer

Properties = Mapping[str, str]  # attribute -> value
NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing",
        "fo": "xsl-fo-compatible", "svg": "svg-compatible",
    }.items()
)  # fmt: skip
BULLETS = {"disc": "•", "circle": "◦", "square": "▪", "none": ""}
NUMBERS = {
    "decimal": "1",
    "lower-alpha": "a",
    "upper-alpha": "A",
    "lower-roman": "i",
    "upper-roman": "I",
}


def attributes(values: Properties) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items() if value)


def style(
    name: str,
    paragraph: Properties | None = None,
    words: Properties | None = None,
    family: str = "paragraph",
    parent: str = "",
) -> str:
    """Return a style of paragraphs, or of the text in them."""
    heir = f' style:parent-style-name="{parent}"' if parent else ""
    inside = f"<style:paragraph-properties{attributes(paragraph)}/>" if paragraph else ""
    inside += f"<style:text-properties{attributes(words)}/>" if words else ""
    return f'<style:style style:name="{name}" style:family="{family}"{heir}>{inside}</style:style>'


def _letters(size: float, font: str, more: Properties | None = None) -> Properties:
    """Text properties for all scripts."""
    values = {}
    for script in ("", "-asian", "-complex"):
        values[f"fo:font-size{script}" if not script else f"style:font-size{script}"] = (
            f"{size:.1f}pt"
        )
        values[f"fo:font-family{script}" if not script else f"style:font-family{script}"] = font
    return {**values, **(more or {})}


def named_styles(writer: Writer, look: Style) -> str:
    """The styles that text refers to by name."""
    gap, size = look.paragraph_gap * look.size, look.size
    align = "justify" if look.justified else "start"
    line = f"{look.leading * 100 / 1.17:.0f}%"  # fonts' line height is 117 % on average
    tight = {"fo:margin-top": "0pt", "fo:margin-bottom": "0pt", "fo:text-indent": "0pt"}
    body = {
        "fo:line-height": line, "fo:margin-bottom": f"{gap:.1f}pt", "fo:text-align": align,
        "fo:text-indent": f"{look.paragraph_indent * size:.1f}pt", "fo:margin-top": "0pt",
        "fo:orphans": "2", "fo:widows": "2",
    }  # fmt: skip
    small = writer.between(0.75, 0.95) * size
    note = {**tight, "fo:margin-bottom": "3pt", "fo:margin-top": "2pt"}
    caption = {**tight, "fo:margin-top": "4pt", "fo:margin-bottom": "5pt",
               "fo:text-align": writer.pick("start", "center")}  # fmt: skip
    slant = {"fo:font-style": writer.pick("normal", "italic")}
    parts = [
        style(
            "Standard",
            {"style:writing-mode": "rl-tb" if look.direction == "rtl" else "lr-tb"},
            _letters(size, look.body_font),
        ),
        style("Body", body, parent="Standard"),
        style(
            "Quotations",
            {**body, "fo:margin-left": "24pt", "fo:margin-right": "24pt"},
            slant,
            parent="Standard",
        ),
        style(
            "Code",
            {**tight, "fo:margin-bottom": "6pt"},
            _letters(size * 0.88, look.mono_font),
            parent="Standard",
        ),
        style(
            "Item",
            {
                **body,
                "fo:text-indent": "0pt",
                "fo:margin-bottom": f"{writer.random.choice([0, 0, 2, 5])}pt",
            },
            parent="Standard",
        ),
        style("Cell", tight, parent="Standard"),
        style("Caption", caption, {**_letters(small, look.body_font), **slant}, parent="Standard"),
        style("Note", note, _letters(small, look.body_font), parent="Standard"),
        style("Footnote", tight, _letters(small, look.body_font), parent="Standard"),
        style("Header", tight, _letters(small, look.body_font), parent="Standard"),
        style("Footer", tight, _letters(small, look.body_font), parent="Standard"),
    ]
    side, bold = writer.pick("start", "start", "center"), writer.pick("bold", "bold", "normal")
    for level, factor in enumerate((*look.heading_sizes, 1.0), 1):
        space = {
            "fo:keep-with-next": "always",
            "fo:text-align": side,
            "fo:margin-top": f"{writer.between(4, 14):.0f}pt",
            "fo:margin-bottom": f"{writer.between(1, 8):.0f}pt",
        }
        looks = _letters(
            size * factor, look.heading_font, {"fo:color": look.accent, "fo:font-weight": bold}
        )
        parts.append(
            f'<style:style style:name="Heading_20_{level}" style:display-name="Heading {level}" '
            'style:family="paragraph" style:parent-style-name="Standard" '
            f'style:default-outline-level="{level}">'
            f"<style:paragraph-properties{attributes(space)}/>"
            f"<style:text-properties{attributes(looks)}/></style:style>"
        )
    return "".join(parts)


def page_layout(writer: Writer, look: Style) -> tuple[str, str]:
    """The automatic style of the page, and its master page with running head and foot."""
    paper = look.paper
    margins = dict(zip(("top", "right", "bottom", "left"), paper.margins, strict=True))
    values = {f"fo:margin-{side}": f"{value * 0.8:.1f}mm" for side, value in margins.items()}
    values |= {"fo:page-width": f"{paper.width}mm", "fo:page-height": f"{paper.height}mm"}
    edges = "".join(
        (
            f'<style:{name}-style><style:header-footer-properties fo:min-height="5mm" '
            f'fo:margin-{side}="4mm"/></style:{name}-style>'
        )
        for name, side in (("header", "bottom"), ("footer", "top"))
    )
    layout = (
        f'<style:page-layout style:name="Page"><style:page-layout-properties{attributes(values)}/>'
        f"{edges}</style:page-layout>"
    )
    number = "<text:page-number>1</text:page-number>"
    head = (
        "<style:header><text:p "
        f'text:style-name="Header">{text(writer.title(2, 6))}</text:p></style:header>'
    )
    words = writer.pick(
        number, f"Page {number}", f"{text(writer.company())} | {number}", f"– {number} –"
    )
    foot = (
        "<style:footer><text:p "
        f'text:style-name="{writer.pick("Footer", "Centered")}">{words}</text:p></style:footer>'
    )
    master = (
        '<office:master-styles><style:master-page style:name="Standard" '
        'style:page-layout-name="Page">'
        f"{head if writer.chance(0.6) else ''}{foot if writer.chance(0.8) else ''}"
        "</style:master-page></office:master-styles>"
    )
    centered = style("Centered", {"fo:text-align": "center"}, parent="Footer")
    return layout + centered, master


def list_style(writer: Writer, name: str, mark: str) -> str:
    """A list style; mark is a CSS list-style-type or a quoted string.

    Its labels hang to the left of the text, or are indented before its first line only.
    """
    levels = []
    step, label = writer.between(3, 11), writer.between(4, 12)
    is_first_line = writer.chance(0.2)
    suffix = writer.pick(".", ".", ")")
    for level in range(1, 4):
        margin = step * (level - 1) + (0 if is_first_line else label)
        indent = label if is_first_line else -label
        stop = margin + 2 * label if is_first_line else margin
        place = (
            "<style:list-level-properties "
            'text:list-level-position-and-space-mode="label-alignment">'
            '<style:list-level-label-alignment text:label-followed-by="listtab" '
            f'text:list-tab-stop-position="{stop:.1f}mm" '
            f'fo:text-indent="{indent:.1f}mm" fo:margin-left="{margin:.1f}mm"/>'
            "</style:list-level-properties>"
        )
        if mark in NUMBERS:
            levels.append(
                f'<text:list-level-style-number text:level="{level}" '
                f'style:num-format="{NUMBERS[mark]}" '
                f'style:num-suffix="{suffix}">{place}</text:list-level-style-number>'
            )
        else:
            bullet = text(BULLETS.get(mark, mark.strip("' ")) or " ")
            levels.append(
                f'<text:list-level-style-bullet text:level="{level}" '
                f'text:bullet-char="{bullet}">{place}</text:list-level-style-bullet>'
            )
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'
