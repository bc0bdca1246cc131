"""Areas and ruling lines, held against the ink that PDFium draws of the same page."""

import io
from contextlib import contextmanager

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from snappy_core.parsing.pdf import annotations, drawings, page_objects
from snappy_core.parsing.pdf.drawings import find_drawings, read_objects
from snappy_core.parsing.pdf.text_layer import page_matrix, to_page
from tests.hostile.pages import fan, one
from tests.parsing.test_area_groups import boxes

SIZE = (400, 700)


@contextmanager
def page_of(draw, size=SIZE):
    """A PDFium page with what `draw` draws on a canvas, origin at the lower left."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    draw(canvas)
    canvas.save()
    with opened(out.getvalue()) as page:
        yield page


@contextmanager
def opened(data):
    document = pdfium.PdfDocument(data)
    try:
        yield document[0]
    finally:
        document.close()


def drawings_of(draw, size=SIZE):
    with page_of(draw, size) as page:
        return find_drawings(read_objects(page))


def ink(page):
    """The box around all that is not white, in page fractions."""
    picture = page.render(scale=3, grayscale=True).to_numpy()
    dark = picture.reshape(picture.shape[:2]) < 250
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    height, width = dark.shape
    edges = columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height
    return np.array(edges)


def area_is_ink(page):
    (area,) = find_drawings(read_objects(page)).areas
    size = np.array([*page.get_size()] * 2)
    off = np.abs(np.array(area.box) - ink(page)) * size
    assert off.max() < 1.5, (area.box, ink(page).tolist())
    return area


def photo():
    """A picture without symmetry."""
    return ImageReader(Image.linear_gradient("L").resize((40, 30)).point(lambda gray: gray * 0.8))


def chart(canvas, x=70, y=420, width=190, height=130):
    """Axes, ticks and a curve of straight pieces."""
    canvas.setLineWidth(1)
    canvas.line(x, y, x + width, y)
    canvas.line(x, y, x, y + height)
    for step in range(5):
        canvas.line(x - 4, y + (step + 1) * height / 5, x, y + (step + 1) * height / 5)
    path = canvas.beginPath()
    path.moveTo(x + 5, y + 10)
    for step in range(1, 20):
        path.lineTo(x + step * width / 20, y + (step * 37 % 19) / 19 * height)
    canvas.drawPath(path)


def test_a_chart_of_lines_is_one_area():
    with page_of(chart) as page:
        area = area_is_ink(page)
        rules = find_drawings(read_objects(page)).ruling_lines
    assert (area.label, area.score, area.from_model) == ("figure", 0.5, False)
    flat, upright = rules.horizontal, rules.vertical
    assert len(flat) == 1
    assert len(upright) == 1
    np.testing.assert_allclose(flat[0], [70 / 400, 279.5 / 700, 260 / 400, 280.5 / 700], atol=2e-3)
    np.testing.assert_allclose(upright[0], [69.5 / 400, 0.2143, 70.5 / 400, 0.4], atol=2e-3)


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (30, 200, 390, 640)])
def test_areas_and_rules_are_where_one_sees_them(angle, crop):
    def figure(canvas):
        canvas.drawImage(photo(), 60, 450, 120, 90)
        canvas.circle(200, 500, 24, fill=1)

    with page_of(figure) as page:
        turn_and_crop(page, angle, crop)
        area_is_ink(page)
    with page_of(lambda canvas: canvas.line(60, 600, 300, 600)) as page:
        turn_and_crop(page, angle, crop)
        rules = find_drawings(read_objects(page)).ruling_lines
        lines, across = rules.horizontal, rules.vertical
        if angle % 180:
            lines, across = across, lines
        assert len(across) == 0
        np.testing.assert_allclose(lines, [ink(page)], atol=1 / 360)


def turn_and_crop(page, angle, crop):
    page.set_rotation(angle)
    if crop:
        page.set_cropbox(*crop)


def test_forms_in_forms_are_where_one_sees_them():
    def draw(canvas):
        canvas.beginForm("inner", 0, 0, 100, 100)
        canvas.circle(30, 60, 20, fill=1)
        canvas.line(30, 20, 90, 20)
        canvas.endForm()
        canvas.beginForm("outer", 0, 0, 300, 300)
        canvas.translate(40, 10)
        canvas.scale(1.5, 2)
        canvas.doForm("inner")
        canvas.endForm()
        canvas.translate(120, 80)
        canvas.rotate(90)
        canvas.translate(0, -150)
        canvas.doForm("outer")

    with page_of(draw) as page:
        rules = find_drawings(read_objects(page)).ruling_lines
        assert len(rules.horizontal) == 0
        assert len(rules.vertical) == 1  # turned by 90 degrees
        (area,) = find_drawings(read_objects(page)).areas
        right = ink(page)
    circle = np.array(area.box)
    np.testing.assert_allclose(circle[0], right[0], atol=3e-3)
    np.testing.assert_allclose(rules.vertical[0, 2], right[2], atol=3e-3)


def test_a_clip_cuts_what_it_hides():
    def draw(canvas):
        path = canvas.beginPath()
        path.rect(100, 300, 90, 60)
        canvas.clipPath(path, stroke=0, fill=0)
        canvas.drawImage(photo(), 20, 250, 350, 300)

    with page_of(draw) as page:
        area_is_ink(page)


def white_box(canvas):
    canvas.setFillGray(1)
    canvas.rect(50, 300, 200, 150, fill=1, stroke=0)


def clear_box(canvas):
    canvas.setFillAlpha(0)
    canvas.rect(50, 300, 200, 150, fill=1, stroke=0)


def background(canvas):
    canvas.setFillGray(0.8)
    canvas.rect(0, 0, *SIZE, fill=1, stroke=0)


def frame(canvas):
    canvas.rect(20, 20, 360, 660)


def underlines(canvas):
    for y in range(100, 600, 12):
        canvas.line(50, y, 50 + y / 4, y)


def clip_only(canvas):
    path = canvas.beginPath()
    path.circle(200, 300, 100)
    canvas.clipPath(path, stroke=0, fill=0)


def off_the_page(canvas):
    canvas.circle(-200, 300, 100, fill=1)
    canvas.drawImage(photo(), 500, 100, 200, 200)


def bullets(canvas):
    for y in range(100, 600, 15):
        canvas.circle(60, y, 2, fill=1)


def grid(canvas):
    for x in (60, 130, 260):
        canvas.line(x, 300, x, 420)
    for y in range(300, 421, 20):
        canvas.line(60, y, 260, y)


@pytest.mark.parametrize(
    "draw",
    [
        white_box, clear_box, background, frame, underlines, clip_only, off_the_page, bullets,
        grid, lambda canvas: canvas.showPage(),
    ],
)  # fmt: skip
def test_what_is_no_figure(draw):
    assert drawings_of(draw).areas == ()


def test_boxes_alone_are_less_sure_than_curves():
    def bars(canvas):
        canvas.setFillGray(0.5)
        for step, height in enumerate((30, 70, 50, 90)):
            canvas.rect(100 + step * 30, 300, 28, height, fill=1, stroke=0)

    assert [area.score for area in drawings_of(bars).areas] == [0.3]


def test_figures_are_found_before_a_background():
    def draw(canvas):
        canvas.setStrokeGray(0.9)
        canvas.bezier(0, 0, 100, 900, 300, -300, 400, 700)
        canvas.bezier(0, 700, 100, -300, 300, 900, 400, 0)
        canvas.setFillGray(0.3)
        canvas.circle(120, 180, 40, fill=1)

    boxes = [area.box for area in drawings_of(draw).areas]
    assert boxes == [pytest.approx((0.2, 1 - 220 / 700, 0.4, 1 - 140 / 700), abs=5e-3)]


def test_a_band_from_edge_to_edge_does_not_join_figures():
    def draw(canvas):
        canvas.setFillGray(0.8)
        canvas.rect(180, 0, 30, 700, fill=1, stroke=0)  # beside the circle, and below it
        canvas.setFillGray(0.3)
        canvas.circle(160, 180, 40, fill=1)

    boxes = [area.box for area in drawings_of(draw).areas]
    assert boxes == [pytest.approx((0.3, 1 - 220 / 700, 0.5, 1 - 140 / 700), abs=5e-3)]


@pytest.mark.parametrize(("length", "is_part"), [(330, True), (370, False)])
def test_lines_longer_than_half_the_page_are_no_part_of_figures(length, is_part):
    def draw(canvas):
        canvas.circle(160, 500, 40, fill=1)
        canvas.line(202, 540, 202, 540 - length)

    box = (0.3, 160 / 700, 0.505, (160 + length) / 700) if is_part else (
        0.3, 160 / 700, 0.5, 240 / 700,
    )  # fmt: skip
    assert [area.box for area in drawings_of(draw).areas] == [pytest.approx(box, abs=5e-3)]


def test_a_picture_that_fills_the_page_is_an_area():
    def draw(canvas):
        canvas.drawImage(photo(), 20, 120, 370, 570)

    (area,) = drawings_of(draw).areas
    assert area.box == pytest.approx((20 / 400, 10 / 700, 390 / 400, 580 / 700), abs=5e-3)


def test_faint_pictures_do_not_join_figures():
    def draw(canvas):
        canvas.circle(100, 400, 50, fill=1)
        canvas.circle(240, 400, 50, fill=1)
        canvas.setFillAlpha(0.3)
        canvas.drawImage(photo(), 60, 360, 140, 30)

    assert len(drawings_of(draw).areas) == 2

    def alone(canvas):
        canvas.setFillAlpha(0.3)
        canvas.drawImage(photo(), 60, 360, 140, 90)

    assert len(drawings_of(alone).areas) == 1


def test_a_rule_is_drawn_in_many_ways():
    def many(canvas):
        canvas.setFillGray(0)
        canvas.rect(40, 600, 200, 1, fill=1, stroke=0)  # a thin box
        canvas.line(40, 550, 240, 550)
        for x in range(40, 240, 10):  # from cell to cell
            canvas.line(x, 500, x + 10, 500)
        for x in range(40, 240, 4):  # dashes of paths
            canvas.line(x, 450, x + 2, 450)
        canvas.line(40, 400, 240, 400)  # twice
        canvas.line(40, 400.3, 240, 400.3)
        path = canvas.beginPath()  # many in one path
        for y in (350, 300):
            path.moveTo(40, y)
            path.lineTo(240, y)
        canvas.drawPath(path)

    rules = drawings_of(many).ruling_lines
    assert len(rules.vertical) == 0
    np.testing.assert_allclose(rules.horizontal[:, 0], 40 / 400, atol=3e-3)
    np.testing.assert_allclose(rules.horizontal[:, 2], 240 / 400, atol=7e-3)
    middles = rules.horizontal[:, [1, 3]].mean(axis=1) * 700
    np.testing.assert_allclose(middles, [99.5, 150, 200, 250, 299.85, 350, 400], atol=0.6)


def test_the_edges_of_outlined_boxes_are_rules():
    def cells(canvas):
        for row in range(3):
            for column, width in enumerate((40, 90, 60)):
                canvas.rect(50 + [0, 40, 130][column], 300 + row * 18, width, 18)

    rules = drawings_of(cells).ruling_lines
    assert len(rules.horizontal) == 4
    np.testing.assert_allclose(
        rules.vertical[:, [0, 2]].mean(axis=1) * 400, [50, 90, 180, 240], atol=0.6
    )
    np.testing.assert_allclose(rules.vertical[:, 3] - rules.vertical[:, 1], 54 / 700, atol=5e-3)


def test_of_very_many_objects_some_are_looked_at(monkeypatch):
    monkeypatch.setattr(page_objects, "MAX_OBJECTS", 500)
    squares = " ".join(f"{40 + i % 79} {150 + i // 79} 9 9 re f" for i in range(8000))
    with opened(one(squares)) as page:
        boxes, _ = page_objects.visible_objects(page, 0.1)
        (area,) = find_drawings(read_objects(page)).areas
    assert 400 <= len(boxes) <= 500
    expected = np.array([40 / 300, 1 - 250 / 500, 127 / 300, 1 - 150 / 500])
    expected[1] -= 10 / 500
    np.testing.assert_allclose(area.box, expected, atol=0.03)


def draw_links(canvas):
    canvas.linkURL("https://example.org", (60, 396, 160, 412))
    canvas.linkURL("https://example.org", (200, 300, 260, 350))
    canvas.line(60, 398, 160, 398)  # below the words of a link
    canvas.line(60, 398, 300, 398.2)  # of a table, through it
    canvas.line(210, 305, 210, 345)
    canvas.rect(205, 305, 50, 40, fill=1, stroke=0)  # a picture that is a link


def test_lines_in_links_are_underlines():
    with page_of(draw_links) as page:
        links = to_page(annotations.link_boxes(page), page_matrix(page))
        objects = read_objects(page).without_underlines(links)
        left = (objects.boxes / objects.scale * [*SIZE, *SIZE]).round().tolist()
    assert left == [[60, 301, 301, 302], [210, 355, 211, 395], [205, 355, 255, 395]]


def test_no_more_links_are_read_than_the_limit(monkeypatch):
    with page_of(draw_links) as page:
        assert annotations.link_boxes(page) == [(60, 396, 160, 412), (200, 300, 260, 350)]
        monkeypatch.setattr(annotations, "MAX_ANNOTATIONS", 1)
        assert annotations.link_boxes(page) == [(60, 396, 160, 412)]


@pytest.mark.parametrize(
    "content",
    [
        "1e30 0 0 1e30 0 0 cm 1e8 1e8 1e8 1e8 re f 0 0 m 1e30 1e30 l S",
        "0 0 0 0 10 10 cm 5 5 100 100 re f 0 0 m 50 50 l S",
        "100 100 -50 80 re S 200 300 0 0 re S 10 10 m S 10 10 m 10 10 l h S",
        "1e-30 w 20 20 100 100 re S 1e9 w 20 20 100 100 re S",
        "q " + "0 0 300 400 re W n " * 2000 + "/None Do 0 0 100 100 re f Q",
    ],
)
def test_hostile_drawings_stay_on_the_page(content):
    with opened(one(content)) as page:
        shown = find_drawings(read_objects(page))
    boxes = [np.array([area.box for area in shown.areas]).reshape(-1, 4)]
    for box in (*boxes, shown.ruling_lines.horizontal, shown.ruling_lines.vertical):
        assert (box >= 0).all()
        assert (box <= 1 + 1e-6).all()
        assert (box[:, 2:] >= box[:, :2]).all()


def test_a_fan_of_forms_is_not_walked_to_its_end(monkeypatch):
    monkeypatch.setattr(page_objects, "MAX_OBJECTS", 300)
    with opened(fan(4, 6)) as page:
        boxes, _ = page_objects.visible_objects(page, 3)
    assert len(boxes) <= 300


@given(boxes())
def test_joined_lines_cover_the_lines(boxes):
    lines = boxes.copy()
    lines[:, 3] = lines[:, 1] + 1
    joined = drawings._join_lines(lines, 0)
    for x0, y0, x1, _ in lines:
        row = joined[joined[:, 1] == y0]
        assert ((row[:, 0] <= x0) & (x1 <= row[:, 2])).any()
    for row in np.unique(joined[:, 1]):
        ends = joined[joined[:, 1] == row]
        assert (ends[1:, 0] > ends[:-1, 2] + drawings.MAX_GAP).all()
