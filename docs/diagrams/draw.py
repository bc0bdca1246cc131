"""Write the figures of docs/how_it_works.md as SVG: python docs/diagrams/draw.py [FOLDER]."""

import sys
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

BLUE, ORANGE, GREEN, GRAY = "#0072B2", "#D55E00", "#009E73", "#57606A"
INK, PAPER = "#1F2328", "#FFFFFF"


class Drawing:
    """Shapes with texts, in pixels, on a white card that is readable in the dark, too."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self._size, self._title, self._parts = (width, height), title, list[str]()

    def box(
        self, x: float, y: float, width: float, height: float, lines: Sequence[str] = (),
        color: str = GRAY, fill: float = 0.08,
    ) -> None:  # fmt: skip
        """Draw a rounded box with lines of text in its middle, the first of them bold."""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" '
            f'fill="{color}" fill-opacity="{fill:g}" stroke="{color}" stroke-width="1.5"/>'
        )
        top = y + height / 2 - (len(lines) - 1) * 9 + 5
        for row, line in enumerate(lines):
            self.text(x + width / 2, top + row * 18, line, bold=row == 0)

    def text(
        self, x: float, y: float, text: str, *, bold: bool = False, anchor: str = "middle",
        color: str = INK, size: int = 14,
    ) -> None:  # fmt: skip
        """Write a line of text on the base line `y`."""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" '
            f'fill="{color}"{weight}>{escape(text)}</text>'
        )

    def arrow(self, *points: tuple[float, float]) -> None:
        """Draw a line through points, with a head at the last."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{INK}" stroke-width="1.5" '
            'marker-end="url(#head)"/>'
        )

    def svg(self) -> str:
        """Return the drawing as an SVG document."""
        width, height = self._size
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" '
            'font-family="system-ui, \'DejaVu Sans\', sans-serif">',
            f"<title>{escape(self._title)}</title>",
            '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
            f'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="{INK}"/></marker>',
            f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>',
            *self._parts,
            "</svg>\n",
        ])  # fmt: skip


def chain(drawing: Drawing, y: float, steps: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Draw steps from left to right, each a color and its lines, joined by arrows."""
    width, gap = 150, 28
    for number, (color, lines) in enumerate(steps):
        x = 16 + number * (width + gap)
        drawing.box(x, y, width, 84, lines, color)
        if number:
            drawing.arrow((x - gap + 3, y + 42), (x - 3, y + 42))


def file_to_index() -> Drawing:
    drawing = Drawing(900, 176, "From a file to the index")
    chain(drawing, 16, [
        (GRAY, ["File", "PDF, scan, image,", "office file"]),
        (BLUE, ["Words", "text layer, OCR,", "each with its box"]),
        (BLUE, ["Regions", "layout network,", "tags, ruling lines"]),
        (ORANGE, ["Vectors", "one a word,", "one a passage"]),
        (GREEN, ["Store", "a document at once,", "or not at all"]),
    ])  # fmt: skip
    drawing.box(194, 120, 506, 40, ["in this process, in workers, or on a Ray cluster"], GRAY, 0.03)
    return drawing


def question_to_hits() -> Drawing:
    drawing = Drawing(900, 176, "From a question to hits")
    chain(drawing, 16, [
        (GRAY, ["Question", "words, and a place:", "\u201cpage 14\u201d"]),
        (BLUE, ["Candidates", "200 pages or more,", "by passages"]),
        (BLUE, ["Exact scores", "every word with", "every region"]),
        (ORANGE, ["Ranking", "weighted signals,", "level that answers"]),
        (GREEN, ["Hits", "boxes, highlights,", "answerable"]),
    ])  # fmt: skip
    drawing.box(194, 120, 150, 40, ["filters first"], GRAY, 0.03)
    drawing.box(550, 120, 328, 40, ["then reranker, budget, widening, judge"], GRAY, 0.03)
    return drawing


def late_interaction() -> Drawing:
    """Draw which word of a region each word of a question matches best."""
    question = [("coupon", 0.47), ("green", 0.24), ("bond", 0.29)]
    region = ["The", "bond", "carries", "a", "coupon", "of", "4.85", "per", "cent"]
    similarity = [
        [0.08, 0.41, 0.22, 0.07, 0.93, 0.10, 0.33, 0.15, 0.21],
        [0.11, 0.38, 0.14, 0.06, 0.27, 0.05, 0.12, 0.08, 0.09],
        [0.13, 0.95, 0.25, 0.09, 0.44, 0.11, 0.29, 0.12, 0.18],
    ]
    drawing = Drawing(900, 236, "Late interaction, with made-up numbers")
    for column, word in enumerate(region):
        drawing.text(196 + column * 66, 34, word)
    drawing.text(820, 34, "best \u00d7 weight", bold=True)
    total = 0.0
    for row, ((word, weight), values) in enumerate(zip(question, similarity, strict=True)):
        y = 48 + row * 44
        drawing.text(146, y + 24, f"{word}  {weight:.2f}", anchor="end")
        for column, value in enumerate(values):
            is_best = value == max(values)
            color = ORANGE if is_best else BLUE
            drawing.box(166 + column * 66, y, 60, 38, (), color, 0.75 * value**2)
            drawing.text(196 + column * 66, y + 24, f"{value:.2f}", bold=is_best)
        total += weight * max(values)
        drawing.text(820, y + 24, f"{max(values):.2f} \u00d7 {weight:.2f}")
    drawing.text(820, 204, f"sum {total:.2f}", bold=True)
    drawing.text(166, 204, "Each word of the question counts by its best match in the region,",
                 anchor="start", color=GRAY)  # fmt: skip
    drawing.text(166, 224, "weighted by how rare it is.", anchor="start", color=GRAY)
    return drawing


def levels() -> Drawing:
    """Draw the regions of a page, one inside the other."""
    drawing = Drawing(900, 320, "Levels of regions")
    drawing.box(16, 16, 400, 288, (), GRAY, 0.02)
    drawing.box(36, 34, 220, 30, ["4 Net debt"], GRAY)
    drawing.box(36, 74, 360, 52, ["A paragraph of text"], BLUE)
    drawing.box(36, 136, 360, 152, (), GREEN, 0.05)
    drawing.text(48, 158, "Table 2: Debt by year", anchor="start")
    for row, cells in enumerate(["2024   118.3   \u00a3m", "2023    84.9   \u00a3m"]):
        drawing.box(48, 170 + row * 56, 336, 46, [cells], ORANGE)
    labels = [
        (49, "heading: read with the text below it"),
        (100, "paragraph: one hit, also over a page break"),
        (152, "table: a short one answers as a whole"),
        (194, "row: a long table answers by its rows,"),
        (214, "each with the head of its table"),
    ]
    for y, text in labels:
        drawing.text(470, y + 5, text, anchor="start")
    for y, left in ((49, 256), (100, 396), (152, 396), (194, 384)):
        drawing.arrow((462, y), (left + 4, y))
    return drawing


FIGURES: dict[str, Callable[[], Drawing]] = {
    "file_to_index.svg": file_to_index,
    "question_to_hits.svg": question_to_hits,
    "late_interaction.svg": late_interaction,
    "levels.svg": levels,
}


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, figure in FIGURES.items():
        (folder / name).write_text(figure().svg(), encoding="utf-8")
