"""Charts as SVG: a plot with a title, subtitle, axis names, legend and source around it."""

from collections.abc import Callable

from training.layout import svg
from training.layout.plots import (
    PALETTES,
    Frame,
    bars,
    gauge,
    horizontal_bars,
    lines,
    pie,
    scatter,
)
from training.layout.special_plots import box_plot, curves, heat_map, radar, tree_map, waterfall
from training.layout.style import Style
from training.layout.text import Writer

PLOTS: dict[Callable[[Writer, Frame], tuple[str, list[str]]], float] = {  # with their weights
    bars: 3, horizontal_bars: 1.5, lines: 2.5, scatter: 1, pie: 1.5, gauge: 0.4, waterfall: 0.4,
    heat_map: 0.4, radar: 0.4, tree_map: 0.3, box_plot: 0.4, curves: 1,
}  # fmt: skip
UPRIGHT = {bars, lines, scatter, waterfall, box_plot, curves}  # have two axes


def chart(writer: Writer, style: Style) -> str:
    """A chart of any kind."""
    width, height = float(writer.number_of(230, 560)), float(writer.number_of(150, 320))
    size = float(writer.number_of(7, 12))
    maker = writer.random.choices(list(PLOTS), list(PLOTS.values()))[0]
    colors = list(writer.random.choice(PALETTES))
    if writer.chance(0.4):
        colors[0] = style.accent
    top, title = _title(writer, width, size)
    parts = [title]
    left, right, low = size * 4.2, width - 10, height - 4  # low: everything below is in use
    if writer.chance(0.2):
        source = svg.fit("Source: " + writer.label(2, 6), size - 1, width - 10)
        parts.append(svg.label(4, low, source, size - 1, fill="#555"))
        low -= size * 1.6
    has_side_legend = maker is pie or writer.chance(0.35)
    legend_y = low
    if has_side_legend:
        right -= min(130, width * 0.3)
    else:
        low -= size * 1.8
    if maker in (*UPRIGHT, horizontal_bars) and writer.chance(0.25):
        name = svg.fit(writer.label(1, 3), size, right - left)
        parts.append(svg.label((left + right) / 2, low, name, size, "middle"))
        low -= size * 1.6
    if maker in UPRIGHT:
        low -= size + 4  # names below the axis
        if writer.chance(0.25):
            middle = (top + low) / 2
            name = svg.fit(writer.label(1, 4), size, low - top)
            turn = f"rotate(-90 {size:.1f} {middle:.1f})"
            parts.append(svg.label(size, middle, name, size, "middle", transform=turn))
            left += size * 1.4
    frame = Frame(left, top, right, low, size, colors)
    drawing, names = maker(writer, frame)
    parts.append(drawing)
    if names and has_side_legend:
        parts.append(_legend(frame, names, right + 12, top + 10, width - right - 14, True))
    elif names:
        parts.append(_legend(frame, names, left, legend_y, width - left, False))
    name = writer.title(2, 5)
    return svg.drawing(
        width, height, "".join(parts), f"'{style.heading_font}'", name, style.drawing_scale
    )


def _title(writer: Writer, width: float, size: float) -> tuple[float, str]:
    """The lower end of the title and subtitle of a chart, and their drawing; sometimes empty."""
    top = 12.0
    if not writer.chance(0.6):
        return top, ""
    title = svg.fit(writer.title(2, 7), size + 3, width - 10)
    x, anchor = (width / 2, "middle") if writer.chance(0.3) else (4.0, "start")
    weight = writer.pick("bold", "bold", "normal")
    drawing = svg.label(x, size + 5, title, size + 3, anchor, font_weight=weight)
    top += size + 8
    if writer.chance(0.25):
        words = svg.fit(writer.label(2, 5), size, width - 10)
        drawing += svg.label(x, top + 4, words, size, anchor, fill="#666")
        top += size + 6
    return top, drawing


def _legend(
    frame: Frame, names: list[str], x: float, y: float, room: float, is_upright: bool
) -> str:
    """Colors with the names of series, one below another or in a row."""
    parts = []
    for color, full_name in zip(frame.colors, names, strict=False):
        share = room - 14 if is_upright else room / len(names) - 24
        name = svg.fit(full_name, frame.size, share)
        parts.append(svg.rectangle(x, y - 8, 8, 8, color) + svg.label(x + 12, y, name, frame.size))
        if is_upright:
            y += frame.size * 1.6
        else:
            x += 22 + svg.text_width(name, frame.size)
    return "".join(parts)
