"""Slides as flat OpenDocument presentation for LibreOffice: titles, lists, tables, pictures."""

import base64
import re
from dataclasses import dataclass, replace

import lxml.html

from training.layout import svg
from training.layout.charts import chart
from training.layout.documents import draw_language
from training.layout.figures import diagram
from training.layout.fonts import css_font
from training.layout.markup import text
from training.layout.office_styles import NAMESPACES, attributes
from training.layout.pages import MM_PER_POINT
from training.layout.pictures import data_uri
from training.layout.style import Style, draw_style
from training.layout.table_numbers import data
from training.layout.text import Writer

PRESENTATION = 'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"'
SVG_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
GAP = 6.0  # mm between areas
LINE = 1.55  # line height by type size, with the space between items


@dataclass(frozen=True)
class Area:
    """A rectangle of a slide, in mm."""

    x: float
    y: float
    width: float
    height: float

    @property
    def place(self) -> str:
        sides = {"x": self.x, "y": self.y, "width": self.width, "height": self.height}
        return attributes({f"svg:{name}": f"{value:.1f}mm" for name, value in sides.items()})

    def halves(self) -> tuple["Area", "Area"]:
        """The left and the right half."""
        width = (self.width - GAP) / 2
        return replace(self, width=width), replace(self, x=self.x + width + GAP, width=width)


def flat_slides(seed: int) -> str:
    """Return the presentation of a seed, with three to eight slides."""
    first = Writer.seeded(seed)
    writer = Writer.seeded(seed, draw_language(first))
    style = draw_style(writer, slides=True, most_columns=1)
    slides = "".join(_slide(writer, style, n) for n in range(writer.number_of(3, 8)))
    paper, size, bold = style.paper, style.size, writer.pick("bold", "normal")
    page = attributes({"fo:page-width": f"{paper.width}mm", "fo:page-height": f"{paper.height}mm"})
    layout = f"<style:page-layout-properties{page}/>"
    automatic = (
        f'<style:page-layout style:name="Page">{layout}</style:page-layout>'
        '<style:style style:name="dp" style:family="drawing-page"/>'
        f"{_text_style('Title', style, size * style.heading_sizes[0], style.accent, bold)}"
        f"{_text_style('Words', style, size, '#000000')}"
        f"{_text_style('Small', style, size * 0.7, '#333333')}"
        f"{_text_style('Head', style, size * 0.75, '#ffffff', 'bold')}"
        f"{_text_style('Cell', style, size * 0.75, '#000000')}"
        f"{_fill('HeadCell', style.accent)}{_fill('OddCell', style.tint)}{_fill('EvenCell', '')}"
        '<style:style style:name="Bare" style:family="graphic"><style:graphic-properties '
        'draw:stroke="none" draw:fill="none" draw:auto-grow-height="false"/></style:style>'
        '<style:style style:name="TitleFrame" style:family="presentation"/>'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {NAMESPACES} {PRESENTATION} '
        'office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.presentation">'
        '<office:styles><style:presentation-page-layout style:name="Layout">'
        '<presentation:placeholder presentation:object="title" svg:x="1cm" svg:y="1cm" '
        'svg:width="20cm" svg:height="2cm"/></style:presentation-page-layout></office:styles>'
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        '<office:master-styles><style:master-page style:name="Master" '
        'style:page-layout-name="Page" draw:style-name="dp"/></office:master-styles>'
        f"<office:body><office:presentation>{slides}</office:presentation></office:body>"
        "</office:document>"
    )


def _text_style(name: str, style: Style, size: float, color: str, weight: str = "") -> str:
    family = css_font(style.heading_font if name == "Title" else style.body_font).split(",")[0]
    letters = {"fo:color": color, "fo:font-weight": weight}
    for script in ("", "-asian", "-complex"):
        prefix = "style" if script else "fo"
        letters[f"{prefix}:font-size{script}"] = f"{size:.1f}pt"
        letters[f"{prefix}:font-family{script}"] = family
    return (
        f'<style:style style:name="{name}" style:family="paragraph">'
        f"<style:text-properties{attributes(letters)}/></style:style>"
    )


def _fill(name: str, color: str) -> str:
    fill = {"draw:fill": "solid" if color else "none", "draw:fill-color": color}
    return (
        f'<style:style style:name="{name}" style:family="table-cell">'
        f"<style:graphic-properties{attributes(fill)}/></style:style>"
    )


def _paragraph(words: str, name: str) -> str:
    return f'<text:p text:style-name="{name}">{text(words)}</text:p>'


def _text_box(area: Area, content: str, more: str = ' draw:style-name="Bare"') -> str:
    return f"<draw:frame{area.place}{more}><draw:text-box>{content}</draw:text-box></draw:frame>"


def _slide(writer: Writer, style: Style, number: int) -> str:
    """A title, and below it one content element or two side by side."""
    top, right, bottom, left = style.paper.margins
    width = style.paper.width - left - right
    head = Area(left, top * 0.6, width, style.size * style.heading_sizes[0] * MM_PER_POINT * 2.4)
    title = _paragraph(_title(writer, head, style), "Title")
    class_ = ' presentation:style-name="TitleFrame" presentation:class="title" draw:layer="layout"'
    parts = [_text_box(head, title, class_ + ' presentation:user-transformed="true"')]
    below = head.y + head.height + GAP
    room = Area(left, below, width, style.paper.height - bottom - below)
    areas = room.halves() if writer.chance(0.5) else (room,)
    makers = [_list, _list, _paragraphs, _table, _drawing, _drawing, _picture]
    parts += [writer.random.choice(makers)(writer, style, area) for area in areas]
    opening = f'<draw:page draw:name="slide {number}" draw:master-page-name="Master" '
    layout = 'presentation:presentation-page-layout-name="Layout">'
    return opening + layout + "".join(parts) + "</draw:page>"


def _title(writer: Writer, area: Area, style: Style) -> str:
    """A title that fits on one line of an area."""
    size = style.size * style.heading_sizes[0] * MM_PER_POINT
    return svg.fit(writer.title(2, 7), size, area.width)


def _lines(area: Area, style: Style) -> int:
    return max(2, int(area.height / (style.size * LINE * MM_PER_POINT)))


def _letters(area: Area, style: Style) -> int:
    """The approximate number of letters that fit on a line of an area."""
    share = 1.05 if style.language in ("ja", "zh", "ko") else 0.62  # of the size, for a letter
    return max(12, int(area.width / (style.size * MM_PER_POINT * share)))


def _list(writer: Writer, style: Style, area: Area) -> str:
    room, items = _lines(area, style) - 1, ""
    while room > 0 and (not items or writer.chance(0.85)):
        words = writer.label(2, 9)
        room -= 1 + len(words) // _letters(area, style)
        items += (
            f"<text:list-item>{_paragraph(words, 'Words')}</text:list-item>" if room >= 0 else ""
        )
    lead = _paragraph(writer.label(2, 6), "Words") if writer.chance(0.3) and room > 1 else ""
    return _text_box(area, f"{lead}<text:list>{items}</text:list>")


def _paragraphs(writer: Writer, style: Style, area: Area) -> str:
    room, written = _lines(area, style) - 1, ""
    for _ in range(writer.number_of(1, 3)):
        words = writer.sentence()
        room -= 1 + len(words) // _letters(area, style)
        written += _paragraph(words, "Words") if room >= 0 else ""
    return _text_box(area, written or _paragraph(writer.label(2, 5), "Words"))


def _table(writer: Writer, style: Style, area: Area) -> str:
    columns = 2 if area.width < 130 else writer.number_of(2, 4)
    head, body = data(writer, style, columns)
    rows = [row for row in (head[-1], *body) if len(row) == columns]
    most = max(2, int(area.height / (style.size * 0.75 * 3.4 * MM_PER_POINT)) - 1)
    written = ""
    for number, row in enumerate(rows[:most]):
        looks = "HeadCell" if number == 0 else "OddCell" if number % 2 else "EvenCell"
        words = "Cell" if number else "Head"
        opening = f'<table:table-cell table:style-name="{looks}">'
        contents = (_paragraph(_plain(cell.content), words) for cell in row)
        cells = "".join(f"{opening}{content}</table:table-cell>" for content in contents)
        written += f"<table:table-row>{cells}</table:table-row>"
    columns_xml = "<table:table-column/>" * columns
    template = ' table:use-first-row-styles="true"'
    table = f"<table:table{template}>{columns_xml}{written}</table:table>"
    low = replace(area, height=min(area.height, len(rows[:most]) * style.size * 0.6))
    return f"<draw:frame{low.place}>{table}</draw:frame>"


def _plain(content: str) -> str:
    return str(lxml.html.fromstring(f"<p>{content}</p>").text_content())


def _image(writer: Writer, style: Style, area: Area, image: str, ratio: float, kind: str) -> str:
    """An image as large as fits, with or without a line of caption below."""
    caption_height = style.size * 0.7 * 2.6 * MM_PER_POINT if writer.chance(0.5) else 0.0
    width = min(area.width, (area.height - caption_height) * ratio)
    place = replace(area, width=width, height=width / ratio)
    written = (
        f'<draw:frame{place.place} draw:style-name="Bare"><draw:image draw:mime-type="{kind}">'
        f"<office:binary-data>{image}</office:binary-data></draw:image>"
        f"<svg:title>{text(writer.label(2, 4))}</svg:title></draw:frame>"
    )
    if not caption_height:
        return written
    below = Area(area.x, area.y + place.height, area.width, caption_height)
    words = (
        f"{writer.pick('Figure', 'Fig.', 'Source:')} {writer.number_of(1, 20)} {writer.label(2, 6)}"
    )
    return written + _text_box(below, _paragraph(words, "Small"))


def _drawing(writer: Writer, style: Style, area: Area) -> str:
    source = (chart if writer.chance(0.6) else diagram)(writer, style)
    width, height = (int(side) for side in re.findall(r'(?:width|height)="(\d+)"', source)[:2])
    image = base64.b64encode(source.replace("<svg ", f"<svg {SVG_NAMESPACE} ", 1).encode()).decode()
    return _image(writer, style, area, image, width / height, "image/svg+xml")


def _picture(writer: Writer, style: Style, area: Area) -> str:
    ratio = writer.between(0.8, 2)
    image = data_uri(writer, ratio).split(",", 1)[1]
    return _image(writer, style, area, image, ratio, "image/jpeg")
