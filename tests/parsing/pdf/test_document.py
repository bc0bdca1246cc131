"""PDFs that open and that do not, and the images of their pages."""

import io
import shutil

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from snappy_core import PasswordRequiredError, Source, UnreadableDocumentError
from snappy_core.parsing import read, render
from snappy_core.parsing.pdf.document import MAX_PIXELS


def pages_of(path, password=None):
    return list(read(Source.from_path(path, password)))


# Files that do not open


@pytest.mark.parametrize("as_bytes", [False, True], ids=["path", "bytes"])
@pytest.mark.parametrize(
    ("name", "password", "error", "cause"),
    [
        ("not_a_pdf.pdf", None, UnreadableDocumentError, "is not a PDF"),
        ("empty.pdf", None, UnreadableDocumentError, "is empty"),
        ("truncated.pdf", None, UnreadableDocumentError, "cut off"),
        ("no_pages.pdf", None, UnreadableDocumentError, "without pages|has no pages"),
        ("encrypted.pdf", None, PasswordRequiredError, "is encrypted"),
        ("encrypted.pdf", "wrong", PasswordRequiredError, "password is wrong"),
    ],
)
def test_files_that_do_not_open(data, name, password, error, cause, as_bytes):
    source = Source.from_path(data / name, password)
    if as_bytes:
        source = Source.from_bytes((data / name).read_bytes(), name, password)
    for attempt in (lambda: list(read(source)), lambda: render(source, 1)):
        with pytest.raises(UnreadableDocumentError, match=cause) as caught:
            attempt()
        assert type(caught.value) is error
        assert caught.value.source == source.name


@pytest.mark.parametrize("path", ["nowhere.pdf", ".", "a\0b.pdf"])
def test_paths_that_do_not_open(data, path):
    for attempt in (pages_of, lambda path: render(Source.from_path(path), 1)):
        with pytest.raises(UnreadableDocumentError):
            attempt(data / path)


def test_a_file_without_pages_is_not_taken_for_an_encrypted_one(data):
    for name, error in (
        ("encrypted", PasswordRequiredError),
        ("no_pages", UnreadableDocumentError),
    ) * 2:
        with pytest.raises(UnreadableDocumentError) as caught:
            pages_of(data / f"{name}.pdf")
        assert type(caught.value) is error
    assert "password" not in str(caught.value).lower()


def test_the_password_opens_the_file_and_its_pictures(data):
    (page,) = pages_of(data / "encrypted.pdf", "tide")
    assert page.regions[0].text == "Only the harbour master may read this."
    assert np.asarray(page.render(72)).min() < 128


# Page images


@pytest.mark.parametrize(
    ("name", "dpi"),
    [("huge_page.pdf", 72), ("huge_page.pdf", 600), ("rotate_0.pdf", 100_000)],
)
def test_pictures_are_capped(data, name, dpi):
    (page,) = pages_of(data / name)
    picture = page.render(dpi)
    assert picture.mode == "RGB"
    assert 0.9 * MAX_PIXELS < picture.width * picture.height <= 1.01 * MAX_PIXELS
    assert picture.width / picture.height == pytest.approx(page.width / page.height, rel=0.01)


@pytest.mark.parametrize("size", [(2, 14_400), (14_400, 2), (0.5, 0.5)])
@pytest.mark.parametrize("dpi", [1, 3000])
def test_pictures_of_pages_of_odd_proportions(size, dpi):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    canvas.showPage()
    canvas.save()
    (page,) = read(Source.from_bytes(out.getvalue(), "odd"))
    assert (page.width, page.height) == size
    picture = page.render(dpi)
    assert picture.width * picture.height <= 1.01 * MAX_PIXELS
    assert (picture.width > picture.height) == (size[0] > size[1])


def test_dots_per_inch(data):
    (page,) = pages_of(data / "rotate_90.pdf")  # 500 x 300 pt
    assert page.render(72).size == (500, 300)
    assert page.render(144).size == (1000, 600)
    assert render(Source.from_path(data / "rotate_90.pdf"), 1, dpi=36).size == (250, 150)


def test_the_page_asked_for_is_drawn(data):
    pages = pages_of(data / "many_pages.pdf")
    source = Source.from_bytes((data / "many_pages.pdf").read_bytes(), "log")
    for page in (pages[11], pages[0]):
        assert page.render(50).tobytes() == render(source, page.number, 50).tobytes()
    assert pages[0].render(50).tobytes() != pages[1].render(50).tobytes()


@pytest.mark.parametrize("number", [0, 13, -1])
def test_there_is_no_such_page(data, number):
    with pytest.raises(UnreadableDocumentError, match="cannot be loaded"):
        render(Source.from_path(data / "many_pages.pdf"), number)


def test_a_file_that_is_gone_cannot_be_drawn(data, tmp_path):
    shutil.copy(data / "rotate_0.pdf", tmp_path / "gone.pdf")
    (page,) = pages_of(tmp_path / "gone.pdf")
    (tmp_path / "gone.pdf").unlink()  # reading keeps no hold on the file
    with pytest.raises(UnreadableDocumentError, match="No such file"):
        page.render()
