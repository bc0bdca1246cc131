"""Ruling lines in pictures, held against what was drawn in them."""

import io

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont, ImageOps
from PIL.Image import Resampling, Transpose
from reportlab.pdfgen.canvas import Canvas

from snappy_core.parsing.layout.ruling_lines import MAX_LINES, find_ruling_lines
from snappy_core.parsing.pdf.drawings import find_drawings, read_objects
from tests.parsing.drawing import sheet

WIDTH, HEIGHT = 1100, 1500
FLAT = ((100, 200, 900), (100, 260, 900), (100, 700, 640))  # x0, y, x1
UPRIGHT = ((100, 200, 700), (640, 200, 700), (900, 200, 260))  # x, y0, y1
NEAR = 5  # pixels; along a line, two are looked at as one


def table(ink="black", paper="white", thick=2, size=(WIDTH, HEIGHT)):
    """A page with the ruling lines above, each with its middle where it is said to lie."""
    picture = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(picture)
    for x0, y, x1 in FLAT:
        draw.rectangle((x0, y - thick // 2, x1, y - thick // 2 + thick - 1), fill=ink)
    for x, y0, y1 in UPRIGHT:
        draw.rectangle((x - thick // 2, y0, x - thick // 2 + thick - 1, y1), fill=ink)
    return picture


def found(picture):
    """The lines flat as (x0, y, x1) and upright as (x, y0, y1), sorted, in pixels of `table`."""
    rules = find_ruling_lines(picture)
    flat = rules.horizontal * ([WIDTH, HEIGHT] * 2)
    upright = rules.vertical * ([WIDTH, HEIGHT] * 2)
    return (
        sorted((x0, (y0 + y1) / 2, x1) for x0, y0, x1, y1 in flat.tolist()),
        sorted(((x0 + x1) / 2, y0, y1) for x0, y0, x1, y1 in upright.tolist()),
    )


def assert_table(picture, near=NEAR):
    for seen, there in zip(found(picture), (FLAT, UPRIGHT), strict=True):
        assert len(seen) == len(there)
        assert np.allclose(seen, sorted(there), atol=near)


def count(picture):
    rules = find_ruling_lines(picture)
    return len(rules.horizontal), len(rules.vertical)


def jpeg(picture):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=35)
    return Image.open(out)


def noisy(picture, by=14):
    grain = np.random.default_rng(3).normal(0, by, (picture.height, picture.width, 1))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(table(), id="black"),
        pytest.param(table(thick=1), id="hairlines"),
        pytest.param(table(thick=5), id="thick"),
        pytest.param(table((190, 190, 190)), id="grey"),
        pytest.param(table((255, 255, 120)), id="yellow"),
        pytest.param(table((40, 90, 200), (225, 235, 245)), id="blue on tinted paper"),
        pytest.param(ImageOps.invert(table()), id="white on black"),
        pytest.param(table((240, 60, 60), (20, 20, 40)), id="red on dark"),
        pytest.param(noisy(table((90, 90, 90))), id="noise"),
        pytest.param(jpeg(table((120, 120, 120))), id="JPEG"),
    ],
)
def test_lines_lie_where_they_were_drawn(picture):
    assert_table(picture)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr"])
def test_any_mode_of_picture_will_do(mode):
    assert_table(table().convert(mode))


@pytest.mark.parametrize("zoom", [0.6, 1.0, 1.7, 3.5])
def test_lines_are_found_at_any_resolution(zoom):
    size = round(WIDTH * zoom), round(HEIGHT * zoom)
    assert_table(table(thick=3).resize(size, Resampling.BOX))


def test_boxes_are_thin_fractions_of_the_page():
    rules = find_ruling_lines(table(thick=4))
    for lines, side in ((rules.horizontal, 1), (rules.vertical, 0)):
        assert lines.dtype == np.float32
        assert ((lines >= 0) & (lines <= 1)).all()
        thick = (lines[:, 2 + side] - lines[:, side]) * (WIDTH, HEIGHT)[side]
        assert ((thick >= 3.9) & (thick <= 6.1)).all()


@pytest.mark.parametrize("angle", [-0.5, -0.3, 0.3, 0.5])
def test_lines_aslant_are_one_line_each_in_a_box_that_holds_them(angle):
    picture = noisy(table().rotate(angle, Resampling.BICUBIC, fillcolor="white"), 8)
    flat, upright = found(picture)
    assert (len(flat), len(upright)) == (len(FLAT), len(UPRIGHT))
    lean = np.tan(np.radians(abs(angle)))
    for x0, _, x1, *_ in flat:
        assert 540 - 2 * NEAR <= x1 - x0 <= 800 + 2 * NEAR
    for box in find_ruling_lines(picture).horizontal * ([WIDTH, HEIGHT] * 2):
        assert box[3] - box[1] == pytest.approx(2 + lean * (box[2] - box[0]), abs=2.5)


def test_lines_with_gaps_of_a_few_pixels_are_whole():
    picture = table()
    draw = ImageDraw.Draw(picture)
    for x in (140, 333, 334, 600):
        draw.rectangle((x, 0, x + 1, HEIGHT), fill="white")
    for y in (230, 480):
        draw.rectangle((0, y, WIDTH, y + 1), fill="white")
    assert_table(picture)


def test_a_line_of_dots_is_none():
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    for x in range(100, 900, 9):
        draw.rectangle((x, 400, x + 2, 402), fill="black")
    assert count(picture) == (0, 0)


def printed(draw, size=(400, 700), scale=2.78):
    """What `draw` draws on a canvas of points, as PDFium renders it, and its rules as drawn."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    draw(canvas)
    canvas.save()
    document = pdfium.PdfDocument(out.getvalue())
    picture = document[0].render(scale=scale).to_pil().convert("RGB")
    rules = find_drawings(read_objects(document[0])).ruling_lines
    document.close()
    return picture, rules


PROSE = (
    "Haddock and ling landed at the northern harbour fell by a third in the year to March, and "
    "the council told THE FLEET to tie up one boat in five until the little ones have grown. "
)


def prose(font, size):
    def draw(canvas):
        canvas.setFont(font, size)
        for line in range(int(600 / size / 1.15)):
            canvas.drawString(
                20, 660 - 1.15 * size * line, (PROSE * 2)[11 * line % len(PROSE) :][:90]
            )

    return draw


@pytest.mark.parametrize("scale", [1.0, 2.0, 2.78, 4.17])
@pytest.mark.parametrize("size", [7, 9, 12, 24])
@pytest.mark.parametrize("font", ["Times-Roman", "Helvetica-Bold", "Courier"])
def test_letters_are_no_lines(font, size, scale):
    picture, _ = printed(prose(font, size), scale=scale)
    assert count(picture) == (0, 0)


@pytest.mark.parametrize("scale", [1.0, 2.78, 5.6])
def test_a_printed_table_has_the_rules_that_the_file_tells_of(scale):
    def draw(canvas):
        canvas.setLineWidth(0.7)
        for row in range(9):
            canvas.line(50, 600 - 17 * row, 330, 600 - 17 * row)
            if row < 8:
                canvas.setFont("Times-Roman", 10)
                canvas.drawString(54, 588 - 17 * row, "haddock and ling")
                canvas.drawString(204, 588 - 17 * row, "1,203.40")
                canvas.drawString(284, 588 - 17 * row, "yes")
        for x in (50, 200, 280, 330):
            canvas.line(x, 600, x, 600 - 17 * 8)

    picture, rules = printed(draw, scale=scale)
    seen = find_ruling_lines(picture)
    near = np.array([1.6 / 400, 1.6 / 700] * 2)
    for ours, theirs in ((seen.horizontal, rules.horizontal), (seen.vertical, rules.vertical)):
        ours = ours[np.lexsort(ours.T[:2])]
        theirs = theirs[np.lexsort(theirs.T[:2])]
        assert ours.shape == theirs.shape
        assert (np.abs(ours - theirs) < near).all()


def test_letters_that_touch_a_line_do_not_make_its_box_higher():
    picture = table()
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(26)
    draw.text((150, 201), "E T   Z T   E Z   T E", fill="black", font=font, anchor="lt")
    top = min(find_ruling_lines(picture).horizontal, key=lambda box: box[1]) * ([WIDTH, HEIGHT] * 2)
    assert np.allclose(top, (100, 199, 901, 201), atol=1.1)


def test_bright_lines_part_dark_cells():
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 300, 900, 500), fill=(30, 60, 120))
    draw.rectangle((100, 370, 900, 371), fill="white")
    draw.rectangle((640, 300, 641, 500), fill="white")
    flat, upright = found(picture)
    assert np.allclose(flat, [(100, 371, 900)], atol=NEAR)
    assert np.allclose(upright, [(641, 300, 500)], atol=NEAR)


@pytest.mark.parametrize("paper", ["white", "black"])
def test_what_is_paper_between_two_lines_is_no_third_one(paper):
    picture = Image.new("RGB", (WIDTH, HEIGHT), paper)
    draw, ink = ImageDraw.Draw(picture), "black" if paper == "white" else "white"
    draw.rectangle((100, 400, 900, 402), fill=ink)
    draw.rectangle((100, 406, 900, 407), fill=ink)
    assert [round(y) for _, y, _ in found(picture)[0]] == [402, 407]


def test_dashes_and_bars_are_no_lines():
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    for x, y, across, down in ((100, 300, 45, 5), (400, 300, 36, 2), (700, 300, 300, 12)):
        draw.rectangle((x, y, x + across - 1, y + down - 1), fill="black")
    assert count(picture) == (0, 0)


def test_a_small_cutting_has_lines_and_letters_of_a_few_pixels():
    lines = ((12, 20, "haddock and ling"), (150, 20, "1,203.40"), (12, 51, "a little less tilth"))
    picture = sheet(lines, (260, 190), letters=12)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((8, 40, 250, 40), fill=0)
    draw.rectangle((140, 12, 140, 150), fill=0)
    rules = find_ruling_lines(picture)
    size = [260, 190] * 2
    assert np.allclose(rules.horizontal * size, [(8, 40, 251, 41)], atol=1.1)
    assert np.allclose(rules.vertical * size, [(140, 12, 141, 151)], atol=1.1)


def clouds(seed, cells):
    grey = np.random.default_rng(seed).normal(128, 60, (cells, cells + 7)).astype(np.float32)
    whole = np.asarray(Image.fromarray(grey).resize((WIDTH, HEIGHT), Resampling.BICUBIC))
    return Image.fromarray(np.clip(whole, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("cells", [12, 90, 400, 1100])
def test_photos_have_hardly_a_line(cells):
    assert sum(count(clouds(5, cells))) <= 5


def test_a_drawing_of_lines_keeps_the_longest():
    picture = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(picture)
    for y in range(4, HEIGHT, 9):
        for x in range(10, 1000, 100):
            draw.rectangle((x, y, x + 70, y), fill=0)
    draw.rectangle((30, 750, 980, 752), fill=0)
    lines = find_ruling_lines(picture).horizontal
    assert len(lines) == MAX_LINES
    assert (lines[:, 2] - lines[:, 0]).max() > 0.8


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize(
    "size", [(1, 1), (1, 2), (3, 1), (20_000, 20), (7, 9_000), (600, 800), (5_000, 4_000)]
)
def test_pages_of_one_shade_have_no_lines_whatever_their_size(size, shade):
    assert count(Image.new("L", size, shade)) == (0, 0)


def test_a_page_turned_over_its_diagonal_has_its_lines_turned():
    picture = table()
    ImageDraw.Draw(picture).text((300, 900), PROSE[:30], fill="black", font_size=40)
    rules, turned = (
        find_ruling_lines(picture),
        find_ruling_lines(picture.transpose(Transpose.TRANSPOSE)),
    )
    assert len(rules.horizontal) == len(FLAT)
    assert np.array_equal(rules.horizontal, turned.vertical[:, [1, 0, 3, 2]])
    assert np.array_equal(rules.vertical, turned.horizontal[:, [1, 0, 3, 2]])


@settings(max_examples=40, deadline=None)
@given(
    x=st.integers(0, 500),
    y=st.integers(12, 680),
    length=st.integers(80, 400),
    thick=st.integers(1, 3),
    dark=st.integers(0, 190),
    upright=st.booleans(),
)
def test_a_line_of_any_place_and_length_is_found_where_it_lies(x, y, length, thick, dark, upright):
    size = (900, 700)
    picture = Image.new("L", size, 250)
    picture.paste(dark, (x, y, x + length, y + thick))
    box = np.array([x / 900, y / 700, (x + length) / 900, (y + thick) / 700])
    if upright:
        picture = picture.transpose(Transpose.TRANSPOSE)
    rules = find_ruling_lines(picture)
    seen, other = (rules.horizontal, rules.vertical)[:: -1 if upright else 1]
    assert (len(seen), len(other)) == (1, 0)
    line = seen[0, [1, 0, 3, 2]] if upright else seen[0]
    assert np.abs((line - box) * (900, 700, 900, 700)).max() <= 2


def test_words_alone_leave_ocr_pages_without_lines():
    assert count(sheet()) == (0, 0)
