"""Pages: paper, margins, running heads and page numbers."""

import math
from dataclasses import dataclass

from training.layout.fonts import css_font
from training.layout.text import Writer

MM_PER_POINT = 25.4 / 72


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


def page_rules(
    writer: Writer, paper: Paper, size: float, leading: float, body: str, heading: str, accent: str
) -> str:
    """CSS of the page: its size, running heads and feet in margin boxes (tagged as artifacts)."""
    small = writer.between(0.7, 0.95) * size if size < 13 else size * 0.6
    color = writer.pick("#000", "#555", "#777", accent)
    face = css_font(writer.pick(body, heading))
    looks = f"font:{writer.pick('', '', 'italic ', 'bold ')}{small:.1f}pt {face};color:{color};"
    rule = f"{writer.pick('.5pt', '1pt', '2pt')} solid {color};"
    head, chapter = quoted(writer.title(2, 6)), quoted(writer.title(1, 5))
    counter = writer.pick(
        "counter(page)",
        '"Page " counter(page)',
        '"Page " counter(page) " of " counter(pages)',
        '"– " counter(page) " –"',
        f'{head} "  |  " counter(page)',
        'counter(page) "/" counter(pages)',
        f'{quoted(writer.company())} "   " counter(page)',
        '"F-" counter(page)',
    )

    def box(name: str, content: str, ruled: bool) -> str:
        edge = "border-bottom:" if name.startswith("top") else "border-top:"
        return f"@{name}{{content:{content};{looks}{edge + rule if ruled else ''}}}"

    sides = ["left", "center", "right"]
    boxes = opposite = ""
    if writer.chance(0.55):
        ruled, spots = (
            writer.chance(0.35),
            writer.random.sample(sides, 3 if writer.chance(0.2) else 1),
        )
        contents = [head, chapter, quoted(writer.date())]
        boxes += "".join(box(f"top-{s}", c, ruled) for s, c in zip(spots, contents, strict=False))
        if ruled:
            boxes += "".join(box(f"top-{s}", '""', True) for s in sides if s not in spots)
    if writer.chance(0.75):
        ruled, spot = writer.chance(0.2), writer.random.choice(sides)
        edge = writer.pick("bottom", "bottom", "bottom", "top") if not boxes else "bottom"
        boxes += box(f"{edge}-{spot}", counter, ruled)
        if writer.chance(0.3):
            other = writer.random.choice([side for side in sides if side != spot])
            boxes += box(
                f"{edge}-{other}", quoted(writer.pick(writer.company(), writer.url())), ruled
            )
        if spot != "center" and writer.chance(0.3):
            mirror = {"left": "right", "right": "left"}[spot]
            opposite = (
                f"@page:left{{@{edge}-{spot}{{content:''}}"
                + box(f"{edge}-{mirror}", counter, ruled)
                + "}"
            )
    if writer.chance(0.03):
        lines = round(paper.body_height / MM_PER_POINT / (size * leading))
        numbers = "\\A ".join(str(number) for number in range(1, lines))
        gutter = f"text-align:right;vertical-align:top;padding-right:3mm;font:{size * 0.8:.1f}pt/"
        boxes += (
            f'@left-middle{{content:"{numbers}";white-space:pre;{gutter}{size * leading:.2f}pt '
            f"{css_font(body)};}}"
        )
    top, right, bottom, left = paper.margins
    margins = f"{top:.1f}mm {right:.1f}mm {bottom:.1f}mm {left:.1f}mm"
    return (
        f"@page{{size:{paper.width}mm {paper.height}mm;margin:{margins};{boxes}}}{opposite}"
        f"@page lying{{size:{paper.height}mm {paper.width}mm}}"
        "@page bare{margin:0;"
        "@top-left{content:none}@top-center{content:none}@top-right{content:none}"
        "@bottom-left{content:none}@bottom-center{content:none}@bottom-right{content:none}"
        "@left-middle{content:none}}"
    )


def quoted(plain: str) -> str:
    """Return text as a CSS string."""
    return '"' + plain.replace("\\", "").replace('"', "'").replace("\n", " ").replace("<", "") + '"'
