"""The body of an OpenDocument text, made from parsed HTML: paragraphs, lists, pictures."""

import base64
import itertools
import re
from collections.abc import Iterator

import lxml.html
from lxml.html import HtmlElement

from training.layout.markup import text
from training.layout.office_styles import Properties, attributes, list_style
from training.layout.office_tables import css_of, full_colors, write_table
from training.layout.style import Style
from training.layout.text import Writer

BLOCKS = {"p", "div", "figure", "figcaption", "table", "ul", "ol", "pre", "blockquote", "hr",
          "h1", "h2", "h3", "h4", "section"}  # fmt: skip
CHARACTERS = {  # inline tag -> text properties
    "b": {"fo:font-weight": "bold"},
    "i": {"fo:font-style": "italic"},
    "em": {"fo:font-style": "italic"},
    "u": {"style:text-underline-style": "solid"},
    "sup": {"style:text-position": "super 58%"},
    "sub": {"style:text-position": "sub 58%"},
    "small": {"fo:font-size": "80%"},
}
SVG_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
DARK = 380  # sum of red, green and blue below which text on a color is white
SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


EMS = re.compile(r"(-?[\d.]+)em$|0$")


def ems(length: str) -> float | None:
    """Return a CSS length in em; None if it is not one."""
    match = EMS.match(length)
    return float(match[1] or 0) if match else None


def room_of(node: HtmlElement) -> float:
    """Return the width in em reserved for a word, as before a tab; 0 if none is reserved."""
    css = css_of(node)
    return ems(css.get("min-width", css.get("width", ""))) or 0 if "display" in css else 0


def tab_stops(node: HtmlElement, start: float, size: float) -> str:
    """Return the tab stops after the words of a paragraph that have a reserved width."""
    widths = [room for child in node if (room := room_of(child))]
    places = [start + sum(widths[: count + 1]) for count in range(len(widths))]
    stops = (f'<style:tab-stop style:position="{place * size:.1f}pt"/>' for place in places)
    return f"<style:tab-stops>{''.join(stops)}</style:tab-stops>" if places else ""


class Body:
    """The body of an OpenDocument text and the automatic styles it needs."""

    def __init__(self, writer: Writer, look: Style, drawings: list[str]) -> None:
        self.writer, self.look, self.drawings = writer, look, drawings
        self.styles: dict[tuple[str, str], str] = {}  # (family, XML without name) -> name
        self.lists: dict[str, str] = {}
        self.numbers = itertools.count(1)

    def automatic(self, family: str, inside: str, parent: str = "") -> str:
        """Return the name of an automatic style with this content."""
        heir = f' style:parent-style-name="{parent}"' if parent else ""
        key = family, f"{heir}>{inside}"
        return self.styles.setdefault(key, f"A{len(self.styles)}")

    def automatic_styles(self) -> str:
        written = (
            f'<style:style style:name="{name}" style:family="{family}"{inside}</style:style>'
            for (family, inside), name in self.styles.items()
        )
        return "".join(written) + "".join(
            list_style(self.writer, name, mark) for mark, name in self.lists.items()
        )

    def paragraph(self, node: HtmlElement, parent: str, tag: str = "text:p", more: str = "") -> str:
        css = css_of(node)
        align = css.get("text-align", "start" if node.find("br") is not None else "")
        layout: Properties = {"fo:text-align": align, **self._places(css)}
        words = {
            "fo:color": css.get("color", "") if css.get("color", "").startswith("#") else "",
            "fo:font-weight": css.get("font-weight", ""),
            "fo:font-style": css.get("font-style", ""),
        }
        size = css.get("font-size", "")
        if size.endswith("em"):
            words["fo:font-size"] = f"{float(size[:-2]) * self.look.size:.1f}pt"
        inside = ""
        stops = tab_stops(node, ems(css.get("text-indent", "")) or 0, self.look.size)
        if any(layout.values()) or stops:
            properties = f"{attributes(layout)}>{stops}</style:paragraph-properties>"
            inside += f"<style:paragraph-properties{properties}"
        if any(words.values()):
            inside += f"<style:text-properties{attributes(words)}/>"
        name = self.automatic("paragraph", inside, parent) if inside else parent
        return f'<{tag} text:style-name="{name}"{more}>{self._inline(node)}</{tag}>'

    def _places(self, css: dict[str, str]) -> dict[str, str]:
        """Properties of a paragraph's position: its margin and the indent of its first line."""
        margins = css.get("margin", "").split(" ")
        below = css.get("margin-bottom", margins[2] if len(margins) > 2 else margins[0])
        lengths = {
            "fo:margin-left": css.get("margin-inline-start", css.get("padding-inline-start", "")),
            "fo:text-indent": css.get("text-indent", ""),
            "fo:margin-bottom": below,
        }
        sizes = {name: ems(length) for name, length in lengths.items()}
        return {
            name: f"{size * self.look.size:.1f}pt"
            for name, size in sizes.items() if size is not None
        }  # fmt: skip

    def _inline(self, node: HtmlElement) -> str:
        return "".join(self._pieces(node)).strip()

    def _pieces(self, node: HtmlElement) -> Iterator[str]:
        yield text(node.text or "")
        for child in node:
            if child.tag == "br":
                yield "<text:line-break/>"
            elif child.tag == "img":
                yield self._image(child)
            elif child.tag == "sup" and node.tag == "p" and self.writer.chance(0.5):
                yield self._footnote()
            elif child.tag not in BLOCKS:
                words = "".join(self._pieces(child))
                if properties := CHARACTERS.get(child.tag):
                    inside = f"<style:text-properties{attributes(properties)}/>"
                    name = self.automatic("text", inside)
                    words = f'<text:span text:style-name="{name}">{words}</text:span>'
                yield words
                if room_of(child):
                    yield "<text:tab/>"
            yield text(child.tail or "")

    def _footnote(self) -> str:
        words = text(self.writer.sentence())
        return (
            '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
            "<text:note-body><text:p "
            f'text:style-name="Footnote">{words}</text:p></text:note-body></text:note>'
        )

    def _image(self, node: HtmlElement) -> str:
        """A picture, or a drawing in SVG, placed inline like a letter."""
        room = self.look.column_ems * self.look.size  # pt
        if (index := node.get("data-drawing")) is not None:
            drawing = self.drawings[int(index)].replace("<svg ", f"<svg {SVG_NAMESPACE} ", 1)
            width, height = (float(side) * 0.75 for side in SIZE.findall(drawing)[0])
            data, kind = base64.b64encode(drawing.encode()).decode(), "image/svg+xml"
        else:
            css = css_of(node)
            width = room * float(css["width"].rstrip("%")) / 100
            height = width / float(css["aspect-ratio"])
            data, kind = node.get("src").split(",", 1)[1], "image/jpeg"
        scale = min(1.0, room * 0.98 / width, self.look.paper.body_height * 2 / height)
        frame = {
            "draw:name": f"picture {next(self.numbers)}",
            "draw:style-name": "Picture",
            "text:anchor-type": "as-char",
            "svg:width": f"{width * scale:.1f}pt",
            "svg:height": f"{height * scale:.1f}pt",
        }
        return (
            f'<draw:frame{attributes(frame)}><draw:image draw:mime-type="{kind}">'
            f"<office:binary-data>{data}</office:binary-data></draw:image>"
            f"<svg:title>{text(node.get('alt', 'drawing'))}</svg:title></draw:frame>"
        )

    def blocks(self, node: HtmlElement, parent: str = "Body") -> str:
        """The content of a block as paragraphs, headings, lists and tables."""
        words = (node.text or "").strip()
        parts = [f'<text:p text:style-name="{parent}">{text(words)}</text:p>'] if words else []
        parts += [self._block(child, parent) for child in node]
        return "".join(parts)

    def _block(self, node: HtmlElement, parent: str) -> str:
        if node.tag == "p":
            return self.paragraph(node, "Note" if node.get("class") == "note" else parent)
        if node.tag in ("h1", "h2", "h3", "h4"):
            level = node.tag[1]
            return self.paragraph(
                node, f"Heading_20_{level}", "text:h", f' text:outline-level="{level}"'
            )
        if node.tag in ("ul", "ol"):
            return self._list(node)
        if node.tag == "table":
            return write_table(self, node)
        if node.tag == "figcaption":
            return self.paragraph(node, "Caption")
        if node.tag == "pre":
            lines = text(node.text_content()).split("\n")
            spaced = (
                re.sub(r"^ +", lambda m: f'<text:s text:c="{len(m[0])}"/>', line) for line in lines
            )
            return f'<text:p text:style-name="Code">{"<text:line-break/>".join(spaced)}</text:p>'
        if node.tag == "img":
            side = css_of(node.getparent()).get("text-align", "")
            line = lxml.html.Element("p", style=f"text-align:{side}")
            line.append(node)
            return self.paragraph(line, "Cell")
        if node.tag == "hr":
            return ""
        inside = self.blocks(node, "Quotations" if node.tag == "blockquote" else parent)
        css = css_of(node)
        if (columns := css.get("columns", "")).isdigit() and int(columns) > 1:
            return self._columns(inside, int(columns))
        ground = css.get("background", "")
        if node.tag == "div" and ground.startswith("#") and inside:
            return self._panel(inside, ground)
        return inside

    def _panel(self, inside: str, ground: str) -> str:
        """Blocks on a colored background. Dark ones become light, so that text stays black."""
        color = full_colors(ground)
        is_dark = sum(int(color[i : i + 2], 16) for i in (1, 3, 5)) < DARK
        values = {"fo:background-color": self.look.tint if is_dark else color}
        looks = (
            f"<style:section-properties{attributes(values)}><style:columns "
            "fo:column-count='1'/></style:section-properties>"
        )
        name = self.automatic("section", looks)
        number = next(self.numbers)
        return (
            f'<text:section text:style-name="{name}" text:name="Panel '
            f'{number}">{inside}</text:section>'
        )

    def _columns(self, inside: str, count: int) -> str:
        gap = "fo:column-gap='6mm'"
        columns = f"<style:columns fo:column-count='{count}' {gap}/>"
        looks = f"<style:section-properties>{columns}</style:section-properties>"
        name, number = self.automatic("section", looks), next(self.numbers)
        opened = f'<text:section text:style-name="{name}" text:name="Columns {number}">'
        return f"{opened}{inside}</text:section>"

    def _list(self, node: HtmlElement, is_nested: bool = False) -> str:
        mark = re.sub(r" (inside|outside)$", "", css_of(node).get("list-style", "disc"))
        mark = "decimal" if node.tag == "ol" and mark in ("disc", "") else mark
        name = self.lists.setdefault(mark, f"L{len(self.lists)}")
        items = []
        for item in node:
            nested = [child for child in item if child.tag in ("ul", "ol")]
            for child in nested:
                item.remove(child)
            has_blocks = any(child.tag in BLOCKS for child in item)
            whole = self.blocks(item, "Item") if has_blocks else self.paragraph(item, "Item")
            whole += "".join(self._list(child, True) for child in nested)
            items.append(f"<text:list-item>{whole}</text:list-item>")
        own = "" if is_nested else f' text:style-name="{name}"'
        return f"<text:list{own}>{''.join(items)}</text:list>"
