"""Pictures as pages: every format, depth and turn comes out as what one sees."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Transpose

from snappy_core import RegionIndex, Source, UnreadableDocumentError
from snappy_core.display import viewers
from snappy_core.metadata import region_metadata
from snappy_core.parsing import ReadingOptions, count_pages, images, read, render
from snappy_core.parsing.ocr.tesseract import TesseractEngine
from snappy_core.testing import FakeEncoder
from tests.parsing.drawing import HEIGHT, WIDTH, WORDS, drawn_boxes, encode, sheet, source

needs_tesseract = pytest.mark.tesseract
NEVER = ReadingOptions(ocr="never", layout_model="never")
SIZE = (70, 40)
INK = np.s_[6:14, 40:64]  # rows, columns: off the diagonal


def gray():
    """White, with a black block at the upper right and a gray one at the lower left."""
    values = np.full((SIZE[1], SIZE[0]), 255, np.uint8)
    values[INK] = 0
    values[28:36, 4:20] = 128
    return values


def picture(mode="L"):
    return Image.fromarray(gray()).convert(mode)


def page_of(document, options=NEVER):
    (page,) = read(document, options)
    return page


def rendered_values(document, number=1):
    return np.asarray(render(document, number)).astype(int)


def difference(document, expected):
    """The largest difference from a gray picture, in the interior of its blocks."""
    rendered = rendered_values(document)
    assert rendered.shape == (*expected.shape, 3)
    flat = np.ones(expected.shape, bool)
    for axis in (0, 1):  # lossy formats blur edges
        for step in range(-4, 5):
            flat &= np.roll(expected, step, axis) == expected
    return np.abs(rendered - expected[:, :, None])[flat].max()


# Formats


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "tiff_deflate", "big_tiff": True}, 0),
        ("TIFF", {"compression": "jpeg"}, 8),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {}, 8),
        ("JPEG", {}, 8),
        ("JPEG", {"progressive": True}, 8),
        ("JPEG2000", {}, 2),
        ("JPEG2000", {"no_jp2": True}, 2),  # the bare code stream
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_formats(kind, options, tolerance, mode):
    document = source(picture(mode), kind, **options)
    page = page_of(document)
    assert (page.width, page.height, page.unit) == (*SIZE, "px")
    assert (page.number, page.label, page.user_space) == (1, "1", None)
    assert (len(page.words), page.regions, page.warning) == (0, (), "")
    assert difference(document, gray()) <= tolerance


def test_pictures_have_the_pixels_they_have():
    page = page_of(source(picture()))
    for dpi in (10, 72, 600):
        assert page.render(dpi).size == SIZE
        assert page.render(dpi).mode == "RGB"


@pytest.mark.parametrize("as_file", [False, True])
def test_names_do_not_matter(tmp_path, as_file):
    data = encode(picture(), "PNG")
    (tmp_path / "scan.pdf").write_bytes(data)
    document = Source.from_path(tmp_path / "scan.pdf")
    assert page_of(document if as_file else Source.from_bytes(data, "scan.pdf")).unit == "px"


# Depths and colors


@pytest.mark.parametrize(
    ("mode", "kind", "options", "tolerance"),
    [
        ("CMYK", "JPEG", {"quality": 95}, 4),
        ("CMYK", "TIFF", {}, 0),
        ("YCbCr", "JPEG", {"quality": 95}, 4),
        ("P", "PNG", {}, 0),
        ("P", "BMP", {}, 0),
        ("P", "TIFF", {}, 0),
        ("RGBA", "PNG", {}, 0),
        ("RGBA", "WEBP", {"lossless": True}, 0),
        ("RGBA", "TIFF", {}, 0),
        ("LA", "PNG", {}, 0),
        ("RGBA", "JPEG2000", {}, 2),
    ],
)
def test_modes(mode, kind, options, tolerance):
    document = source(picture("RGB").convert(mode), kind, **options)
    assert difference(document, gray()) <= tolerance


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("BMP", {}), ("TIFF", {}), ("TIFF", {"compression": "group4"})],
)
def test_one_bit(kind, options):
    expected = np.where(gray() > 200, 255, 0).astype(np.uint8)
    document = source(Image.fromarray(expected).convert("1"), kind, **options)
    assert difference(document, expected) == 0


DEEP = {
    "16 bit": (257 * gray().astype(np.uint16), "PNG"),
    "16 bit tiff": (257 * gray().astype(np.uint16), "TIFF"),
    "16 bit big endian": ((257 * gray().astype(np.uint16)).astype(">u2"), "TIFF"),
    "32 bit, 0..255": (gray().astype(np.int32), "TIFF"),
    "32 bit, 0..65535": (257 * gray().astype(np.int32), "TIFF"),
    "32 bit": (gray().astype(np.int32) * ((2**31 - 1) // 255), "TIFF"),
    "float, 0..1": (gray().astype(np.float32) / 255, "TIFF"),
    "float, 0..255": (gray().astype(np.float32), "TIFF"),
    "float, 0..65535": (gray().astype(np.float32) * 257, "TIFF"),
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_pictures_are_scaled_not_cut(name):
    values, kind = DEEP[name]
    assert difference(source(Image.fromarray(values), kind), gray()) <= 1


def test_values_that_are_no_numbers():
    values = gray().astype(np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    expected = gray()
    expected[0, :3] = 0
    assert difference(source(Image.fromarray(values), "TIFF"), expected) <= 1


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_paper_shows_through(mode, kind):
    """Transparent black is white paper, half-transparent black is gray."""
    alpha = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    alpha[INK] = 255
    alpha[28:36, 4:20] = 127
    image = Image.new("L", SIZE, 0).convert(mode)
    image.putalpha(Image.fromarray(alpha))
    if kind == "WEBP":
        image = image.convert("RGBA")
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    assert difference(source(image, kind, **options), gray()) <= 1


@pytest.mark.parametrize("transparency", [1, bytes([255, 0, 255])], ids=["index", "table"])
def test_palettes_with_transparency(transparency):
    indices = np.full((SIZE[1], SIZE[0]), 1, np.uint8)
    indices[INK] = 0
    indices[28:36, 4:20] = 2
    image = Image.frombytes("P", SIZE, indices.tobytes())
    image.putpalette([0, 0, 0, 10, 20, 30, 128, 128, 128])  # the paper is dark but transparent
    assert difference(source(image, "PNG", transparency=transparency), gray()) == 0


def test_a_transparent_color():
    image = picture("RGB")
    dark = np.asarray(image).copy()
    dark[(dark == 255).all(axis=2)] = (1, 2, 3)
    document = source(Image.fromarray(dark), "PNG", transparency=(1, 2, 3))
    assert difference(document, gray()) == 0


# Turns and resolutions

# What undoes each orientation of EXIF.
UNDO = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", [*UNDO, 0, 9])
def test_orientation_by_exif(kind, orientation):
    undo = UNDO.get(orientation)
    stored = picture() if undo is None else picture().transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95}
    document = source(stored.convert("RGB"), kind, exif=exif.tobytes(), **options)
    page = page_of(document)
    assert (page.width, page.height) == SIZE
    assert difference(document, gray()) <= 8


@needs_tesseract
@pytest.mark.parametrize(
    ("kind", "dpi"), [("TIFF", (1, 1)), ("PNG", (72_000, 72_000)), ("JPEG", (20, 600))]
)
def test_nonsense_resolutions(kind, dpi):
    page = page_of(source(sheet(), kind, dpi=dpi), ReadingOptions())
    assert (page.width, page.height) == (WIDTH, HEIGHT)
    assert list(page.words.texts) == WORDS


A4_72, A4_300 = (595, 842), (2480, 3508)


@pytest.mark.parametrize(
    ("size", "dpi", "points"),
    [
        (A4_300, (300, 300), (595.2, 841.92)),
        (A4_72, (72, 72), A4_72),
        ((874, 1240), (150, 150), (419.5, 595.2)),  # A5
        ((2160, 3240), (216, 216), (720, 1080)),
        (A4_300, None, (588.6, 832.5)),  # about A4, whatever the pixels
        (A4_72, None, (588.4, 832.7)),
        (A4_300, (72, 72), (588.6, 832.5)),  # what cameras and editors write
        (A4_300, (20, 600), (588.6, 832.5)),
        (A4_72, (300, 300), (588.4, 832.7)),
        (A4_300, (0, 0), (588.6, 832.5)),
        (A4_300, (float("nan"), float("inf")), (588.6, 832.5)),
        (A4_300, "300", (588.6, 832.5)),
        ((90, 40_000), None, (33.2, 14_757)),
    ],
)
def test_the_layout_sees_pages_in_points(size, dpi, points):
    assert images._size_in_points(Image.new("1", size), dpi) == pytest.approx(points, rel=1e-3)


# Words


@needs_tesseract
def test_words_stand_where_they_were_drawn():
    page = page_of(source(sheet()), ReadingOptions())
    size = [WIDTH, HEIGHT] * 2
    for text, box, (word, drawn) in zip(
        page.words.texts, page.words.boxes, drawn_boxes(), strict=True
    ):
        assert text == word
        assert box * size == pytest.approx(drawn, abs=3)


@needs_tesseract
def test_small_and_large_pictures_are_read_in_the_size_tesseract_likes():
    small = sheet().resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.LANCZOS)
    large = sheet().resize((WIDTH * 4, HEIGHT * 4), Image.Resampling.BICUBIC)
    for image in (small, large):
        page = page_of(source(image), ReadingOptions())
        assert list(page.words.texts) == WORDS
        assert page.words.boxes[0] == pytest.approx(
            next(drawn_boxes())[1] / np.array([WIDTH, HEIGHT] * 2), abs=0.01
        )


@needs_tesseract
@pytest.mark.parametrize("deep", ["16 bit", "float"])
def test_words_of_deep_pictures(deep):
    values = np.asarray(sheet())
    image = values.astype(np.uint16) * 257 if deep == "16 bit" else values.astype(np.float32) / 255
    kind = "PNG" if deep == "16 bit" else "TIFF"
    page = page_of(source(Image.fromarray(image), kind), ReadingOptions())
    assert list(page.words.texts) == WORDS


@needs_tesseract
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (40_000, 90)])
def test_pictures_of_odd_proportions(size):
    page = page_of(source(Image.new("L", size, 255)), ReadingOptions())
    assert (page.width, page.height) == size
    assert (page.regions, page.warning) == ((), "")


def test_no_ocr_unless_wanted(monkeypatch):
    monkeypatch.setattr(TesseractEngine, "recognize", lambda *_: pytest.fail("OCR was run"))
    assert page_of(source(sheet())).regions == ()


# Many frames

FRAMES = [(70, 40), (30, 90), (50, 50)]


def frames():
    first, *others = (Image.new("L", size, 60 * (i + 1)) for i, size in enumerate(FRAMES))
    return encode(first, "TIFF", save_all=True, append_images=others)


def test_frames_of_different_sizes():
    document = Source.from_bytes(frames(), "fax.tif")
    assert count_pages(document) == 3
    pages = list(read(document, NEVER))
    assert [(page.width, page.height) for page in pages] == FRAMES
    assert [(page.number, page.label) for page in pages] == [(1, "1"), (2, "2"), (3, "3")]
    for i, page in enumerate(pages):
        assert page.render().size == FRAMES[i]
        assert np.asarray(page.render()).max() == 60 * (i + 1)


@needs_tesseract
def test_words_of_frames():
    first, second = sheet(), sheet([(40, 100, "The second frame")], (500, 300))
    data = encode(first, "TIFF", save_all=True, append_images=[second], dpi=(1, 1))
    pages = list(read(Source.from_bytes(data, "fax.tif")))
    assert list(pages[0].words.texts) == WORDS
    assert [region.text for region in pages[1].regions] == ["The second frame"]


@pytest.mark.parametrize("number", [0, 4, -1])
def test_there_is_no_such_frame(number):
    with pytest.raises(UnreadableDocumentError, match=f"page {number}: cannot be decoded"):
        render(Source.from_bytes(frames(), "fax.tif"), number)


def test_a_damaged_frame_warns_and_the_others_are_read():
    rows = np.random.default_rng(5).integers(0, 255, (60, 60), dtype=np.uint8)
    image = Image.fromarray(rows)
    data = bytearray(
        encode(
            image, "TIFF", save_all=True, append_images=[image, image], compression="tiff_deflate"
        )
    )
    with Image.open(io.BytesIO(data)) as opened:
        opened.seek(1)
        start = opened.tag_v2[273][0]
    data[start : start + 200] = bytes(200)
    first, second, third = read(Source.from_bytes(bytes(data), "fax.tif"), NEVER)
    assert [first.warning, third.warning] == ["", ""]
    assert second.warning.startswith("page 2: cannot be decoded")
    assert (second.number, second.regions, second.renderer) == (2, (), None)
    index = RegionIndex(encoder=FakeEncoder())
    report = index.add(Source.from_bytes(bytes(data), "fax.tif"))
    report.raise_failed()
    assert any("page 2" in warning for warning in report.warnings)


@pytest.mark.parametrize("kind", ["MPO", "PNG", "WEBP"])
def test_previews_and_films_are_one_page(kind):
    """Phones put a preview or a depth map behind a photo."""
    data = encode(
        picture("RGB"), kind, save_all=True, append_images=[Image.new("RGB", SIZE, "red")]
    )
    document = Source.from_bytes(data, "photo")
    assert len(list(read(document, NEVER))) == 1
    assert difference(document, gray()) <= 8


# What cannot be read


def fail(data, name="scan.png"):
    """The cause that reading, counting and rendering agree on."""
    causes = set()
    document = Source.from_bytes(data, name)
    for attempt in (lambda: list(read(document, NEVER)), lambda: render(document, 1)):
        with pytest.raises(UnreadableDocumentError) as caught:
            attempt()
        assert caught.value.source == name
        causes.add(caught.value.cause)
    assert len(causes) == 1
    return causes.pop()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "JPEG2000"])
@pytest.mark.parametrize("share", [0.02, 0.5])
def test_truncated(kind, share):
    rows = np.random.default_rng(5).integers(0, 255, (90, 60), dtype=np.uint8)
    data = encode(Image.fromarray(rows).convert("RGB"), kind)
    cause = fail(data[: max(int(len(data) * share), 16)])
    assert "header" in cause or "cannot be decoded" in cause


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"Low water at six, high at noon.\n", "is not a PDF or image"),
        (b"", "is empty"),
        (b"BM", "is not a PDF or image"),
        (b"BMW is no bitmap, nor is BM25", "is not a PDF or image"),
        (b"BM" + bytes(30), "its header is damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "begins like an image, but its header"),
        (b"\xff\xd8\xff\xe0", "begins like an image, but its header"),
        (b"II*\0" + bytes(4), "begins like an image, but its header"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "its header is damaged"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "is not a PDF or image"),
        (b"GIF89a\1\0\1\0\0\0\0;", "is not a PDF or image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a PDF or image"),
    ],
)
def test_no_pictures(data, cause):
    assert cause in fail(data)


def png(width, height):
    """A small PNG whose header claims a size."""

    def chunk(kind, body):
        mark = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", mark)

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(100))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(200_000, 200_000), (2**31 - 1, 2**31 - 1), (11_000, 10_000)])
def test_decompression_bombs(size):
    assert fail(png(*size)) == "is an image of more than 100 million pixels"


def test_a_bomb_behind_a_harmless_frame():
    big = Image.new("1", (11_000, 10_000))
    data = encode(
        Image.new("1", SIZE, 1), "TIFF", save_all=True, append_images=[big], compression="group4"
    )
    first, second = read(Source.from_bytes(data, "fax.tif"), NEVER)
    assert (first.width, first.warning) == (SIZE[0], "")
    assert "more than 100 million pixels" in second.warning


def test_a_file_that_is_gone(tmp_path):
    picture().save(tmp_path / "gone.png")
    page = page_of(Source.from_path(tmp_path / "gone.png"))
    (tmp_path / "gone.png").unlink()
    with pytest.raises(UnreadableDocumentError, match="No such file"):
        page.render()


# In an index


@needs_tesseract
def test_a_folder_of_pictures(tmp_path):
    lines = {"a.png": "The pilot boat waits", "b.jpeg": "Lamps burn ten hours", "c.tif": "Tar"}
    for name, line in lines.items():
        sheet([(60, 120, f"{line} outside the bar tonight.")], (620, 400)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "wrong.png").write_text("no picture either")
    index = RegionIndex(encoder=FakeEncoder())
    report = index.add(tmp_path)
    assert len(report.added) == 3
    ((name, cause),) = [(failure.source, failure.cause) for failure in report.failed]
    assert name.endswith("wrong.png")
    assert cause == "is not a PDF or image, nor docx, pptx, xlsx, HTML or Markdown"
    assert index.search("pilot boat", k=1)[0].source.endswith("a.png")
    assert index.search("lamps", k=1)[0].source.endswith("b.jpeg")


@needs_tesseract
def test_from_picture_to_heat_map(tmp_path):
    path = tmp_path / "page.png"
    sheet().save(path)
    index = RegionIndex(encoder=FakeEncoder())
    assert index.add(path, metadata={"team": "harbour"}).pages == 1
    hit = index.search("Who signed for the clerk?", k=1)[0]
    assert hit.region.text == "Signed by the clerk."
    assert (hit.page_width, hit.page_height, hit.page_unit) == (WIDTH, HEIGHT, "px")
    assert hit.user_space is None
    assert 0.5 < hit.ocr_confidence <= 1
    metadata = region_metadata(hit)
    assert (metadata["page_unit"], metadata["ocr_confidence"]) == (
        "px",
        round(hit.ocr_confidence, 4),
    )

    drawn = np.array([box for word, box in drawn_boxes() if word in hit.region.text.split()])
    around = [*drawn[:, :2].min(axis=0), *drawn[:, 2:].max(axis=0)]
    for dpi in (72, 300):
        assert viewers.pixels(hit, dpi) == pytest.approx(around, abs=3)
        assert index.page_image(hit, dpi).size == (WIDTH, HEIGHT)
    x0, y0, x1, y1 = (round(value) for value in viewers.pixels(hit))
    ink = np.asarray(index.page_image(hit).convert("L")) < 128
    assert ink[y0:y1, x0:x1].any(axis=1).mean() > 0.8
    assert index.region_image(hit.region_id, hit.region.text).width < WIDTH

    heat = index.heatmap(hit)
    assert (heat.grid, len(heat.values)) == (None, len(WORDS))
    hottest = heat.boxes[heat.values.argmax()]
    assert hit.region.box[1] - 0.01 <= hottest[1] <= hit.region.box[3]
    with pytest.raises(ValueError, match="not a PDF file"):
        viewers.highlight([hit], tmp_path / "marked.pdf")
