"""What an actor does, without a cluster."""

import pytest

from snappy_core import PasswordRequiredError, Source
from snappy_core.ingest.ray.actor import Orders, Reader, pack, unpack
from snappy_core.ingest.workers import pickle_encoder
from snappy_core.parsing import ReadingOptions
from snappy_core.testing import FakeEncoder
from tests.ingest.misbehaving import Absent

pytestmark = pytest.mark.requires("ray.data")
LIMITS = (60.0, 4 << 30)


class Recording(FakeEncoder):
    """Notes where it was loaded, and fails over the document that says so."""

    loaded = 0

    def __reduce__(self):
        return _load, ()

    def encode_pages(self, pages):
        if pages[0].label == "iii":
            raise KeyError("no such label")
        return super().encode_pages(pages)


def _load():
    Recording.loaded += 1
    return Recording()


def reader(encoder, limits=None):
    return Reader(
        Orders(pickle_encoder(encoder), "home", ReadingOptions(ocr="never"), None, limits)
    )


def parts(reader, path):
    source = Source.from_bytes(path.read_bytes(), path.name)
    found = [item for row in reader(pack([(7, source)])) for item in unpack(row)]
    assert {place for place, _ in found} == {7}
    return [part for _, part in found]


def test_a_document_comes_in_parts(data):
    first, second = parts(reader(FakeEncoder()), data / "many_pages.pdf")
    assert (first.pages, second.pages) == (12, 12)
    assert [record.page.number for record in first.records] == list(range(1, 9))
    assert [record.page.number for record in second.records] == list(range(9, 13))
    assert first.error is second.error is None


def test_a_failure_is_a_part(data):
    (part,) = parts(reader(FakeEncoder()), data / "encrypted.pdf")
    assert (part.pages, part.records, type(part.error)) == (0, (), PasswordRequiredError)


def test_the_encoder_is_loaded_once(data):
    Recording.loaded = 0
    here = reader(Recording())
    for name in ("table", "empty", "many_pages"):
        parts(here, data / f"{name}.pdf")
    assert Recording.loaded == 1
    contained = reader(Recording(), LIMITS)
    assert [len(part.records) for part in parts(contained, data / "table.pdf")] == [1]
    assert Recording.loaded == 1  # it is in the worker process


@pytest.mark.parametrize("limits", [None, LIMITS])
def test_an_encoder_that_cannot_be_loaded_is_said_of_any_document(data, limits):
    broken = reader(Absent(), limits)
    for name in ("table", "unicode"):
        (part,) = parts(broken, data / f"{name}.pdf")
        assert isinstance(part.error, RuntimeError)
        assert "the encoder cannot be loaded" in str(part.error)
        assert "no such model" in str(part.error)


def test_a_row_keeps_zeros():
    source = Source.from_bytes(b"\0a\0\0", "zeros", "pass")
    assert list(unpack(pack([(3, source), (5, source)]))) == [(3, source), (5, source)]
