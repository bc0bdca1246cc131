"""Pages: paper, margins, running heads and page numbers."""

import math
from dataclasses import dataclass

from training.layout.fonts import css_font
from training.layout.text import Writer

MM_PER_POINT = 25.4 / 72
SIDES = ["left", "center", "right"]


@dataclass(frozen=True)
class Paper:
    """A page size, and its margins in mm: top, right, bottom, left."""

    width: float  # mm
    height: float
    margins: tuple[float, float, float, float]

    @property
    def body_height(self) -> float:
        """Height between the margins, in mm."""
        return self.height - self.margins[0] - self.margins[2]

    @property
    def slope(self) -> float:
        """Angle of the diagonal, in degrees."""
        return math.degrees(math.atan2(self.height, self.width))

    @property
    def body_width(self) -> float:
        return self.width - self.margins[1] - self.margins[3]


def draw_paper(writer: Writer, slides: bool) -> Paper:
    if slides:
        width, height = writer.random.choice(
            [(338.7, 190.5), (254, 190.5), (254, 142.9), (297, 210)]
        )
        side, top = writer.between(12, 28), writer.between(10, 24)
        return Paper(width, height, (top, side, writer.between(12, 20), side))
    sizes = [(215.9, 279.4), (210, 297), (148, 210), (215.9, 355.6)]
    width, height = writer.random.choices(sizes, [0.47, 0.43, 0.06, 0.04])[0]
    if writer.chance(0.08):
        width, height = height, width
    narrow = 0.7 if width < 150 else 1
    left, right = writer.between(12, 32), writer.between(12, 32)
    if writer.chance(0.6):
        right = left
    margins = writer.between(14, 30), right * narrow, writer.between(15, 28), left * narrow
    return Paper(width, height, margins)


@dataclass(frozen=True)
class Running:
    """How running heads and feet look. Chromium tags the content of margin boxes as artifacts."""

    looks: str  # CSS of their text
    rule: str  # CSS of the line below heads or above feet
    title: str  # a CSS string

    def box(self, name: str, content: str, is_ruled: bool = False, more: str = "") -> str:
        """Return the CSS of a margin box; content is a CSS value."""
        edge = "border-bottom:" if name.startswith("top") else "border-top:"
        line = edge + self.rule if is_ruled else ""
        return f"@{name}{{content:{content};{self.looks}{line}{more}}}"


def page_rules(
    writer: Writer, paper: Paper, size: float, leading: float, body: str, heading: str, accent: str
) -> str:
    """CSS of the page: its size, running heads and feet, and content at its edges."""
    small = writer.between(0.7, 0.95) * size if size < 13 else size * 0.6
    if writer.chance(0.15):
        small = size * writer.between(0.95, 1.15)
    color = writer.pick("#000", "#555", "#777", accent)
    slant = writer.pick("", "", "italic ", "bold ")
    face = css_font(writer.pick(body, heading))
    running = Running(
        looks=f"font:{slant}{small:.1f}pt {face};color:{color};",
        rule=f"{writer.pick('.5pt', '1pt', '2pt')} solid {color};",
        title=quoted(writer.title(2, 6)),
    )
    heads = _heads(writer, running) if writer.chance(0.55) else ""
    feet, opposite = _feet(writer, running, bool(heads)) if writer.chance(0.75) else ("", "")
    edges = ""
    if writer.chance(0.03):
        edges = _line_numbers(paper, size, leading, body)
    elif writer.chance(0.06):
        edges = _edge(writer, running, accent)
    top, right, bottom, left = paper.margins
    margins = f"{top:.1f}mm {right:.1f}mm {bottom:.1f}mm {left:.1f}mm"
    empty = "".join(
        f"@{edge}-{side}{{content:none}}" for edge in ("top", "bottom") for side in SIDES
    )
    return (
        f"@page{{size:{paper.width}mm {paper.height}mm;margin:{margins};{heads}{feet}{edges}}}"
        f"{opposite}@page lying{{size:{paper.height}mm {paper.width}mm}}"
        f"@page bare{{margin:0;{empty}@left-middle{{content:none}}@right-middle{{content:none}}}}"
    )


def _heads(writer: Writer, running: Running) -> str:
    """One running head or three, with or without a line below."""
    is_ruled = writer.chance(0.35)
    sides = writer.random.sample(SIDES, 3 if writer.chance(0.2) else 1)
    contents = [running.title, quoted(writer.title(1, 5)), quoted(writer.date())]
    if writer.chance(0.2):
        contents[0] = _lines(writer.company().upper(), writer.title(2, 5), writer.date())
    boxes = [
        running.box(f"top-{side}", content, is_ruled, "white-space:pre;")
        for side, content in zip(sides, contents, strict=False)
    ]
    if is_ruled:
        boxes += [running.box(f"top-{side}", '""', True) for side in SIDES if side not in sides]
    return "".join(boxes)


def _feet(writer: Writer, running: Running, has_heads: bool) -> tuple[str, str]:
    """Page numbers, sometimes with more next to them, and rules that mirror them on left pages."""
    counter = writer.pick(
        "counter(page)",
        '"Page " counter(page)',
        '"Page " counter(page) " of " counter(pages)',
        '"– " counter(page) " –"',
        f'{running.title} "  |  " counter(page)',
        'counter(page) "/" counter(pages)',
        f'{quoted(writer.company())} "   " counter(page)',
        '"F-" counter(page)',
    )
    is_ruled, side = writer.chance(0.2), writer.random.choice(SIDES)
    edge = "bottom" if has_heads else writer.pick("bottom", "bottom", "bottom", "top")
    boxes = running.box(f"{edge}-{side}", counter, is_ruled)
    other = writer.random.choice([name for name in SIDES if name != side])
    if writer.chance(0.3):
        words = quoted(writer.pick(writer.company(), writer.url()))
        boxes += running.box(f"{edge}-{other}", words, is_ruled)
    elif writer.chance(0.1):
        words = _lines(
            writer.company(), ", ".join(writer.address()), f"{writer.phone()} · {writer.url()}"
        )
        boxes += running.box(f"{edge}-{other}", words, is_ruled, "white-space:pre;")
    if side == "center" or writer.chance(0.7):
        return boxes, ""
    mirror = running.box(f"{edge}-{'right' if side == 'left' else 'left'}", counter, is_ruled)
    return boxes, f'@page:left{{@{edge}-{side}{{content:""}}{mirror}}}'


def _line_numbers(paper: Paper, size: float, leading: float, font: str) -> str:
    """Line numbers in the left margin, as in pleadings."""
    lines = round(paper.body_height / MM_PER_POINT / (size * leading))
    numbers = "\\A ".join(str(number) for number in range(1, lines))
    looks = f"font:{size * 0.8:.1f}pt/{size * leading:.2f}pt {css_font(font)};white-space:pre;"
    place = "text-align:right;vertical-align:top;padding-right:3mm;"
    return f'@left-middle{{content:"{numbers}";{looks}{place}}}'


def _edge(writer: Writer, running: Running, accent: str) -> str:
    """A colored strip along a side of the page, or a tab with the name of the chapter."""
    side = writer.pick("left", "right")
    if writer.chance(0.5):
        return f'@{side}-middle{{content:"";background:{accent};width:{writer.number_of(3, 9)}mm}}'
    tab = f"writing-mode:vertical-rl;background:{accent};color:#fff;padding:3mm 1mm;"
    place = f"height:{writer.number_of(24, 60)}mm;width:7mm;text-align:center;"
    return running.box(f"{side}-{writer.pick('top', 'middle')}", running.title, more=tab + place)


def _lines(*lines: str) -> str:
    """Return lines of text as one CSS string."""
    return quoted("@".join(lines)).replace("@", "\\A ")


def quoted(plain: str) -> str:
    """Return text as a CSS string."""
    return '"' + plain.replace("\\", "").replace('"', "'").replace("\n", " ").replace("<", "") + '"'
