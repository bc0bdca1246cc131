"""The same page comes out of every format, found out by itself."""

import json

import numpy as np
import pytest

from snappy_core import FormatError
from snappy_core.formats import (
    FORMATS,
    Format,
    Frame,
    NestedRegion,
    build_page,
    digest,
    read_regions,
)
from tests.formats import samples
from tests.formats.samples import FRACTIONS, REGIONS, SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_each_format_gives_the_same_page(name):
    pages = read_regions(SAMPLES[name])
    assert list(pages) == [1]
    page = pages[1]
    assert page.number == 1
    assert [region.label for region in page.regions] == [label for label, _, _ in REGIONS]
    assert [region.text for region in page.regions] == [text for _, _, text in REGIONS]
    boxes = np.array([region.box for region in page.regions])
    np.testing.assert_allclose(boxes, FRACTIONS, atol=2e-3)  # rounded to pixels, some of them
    if page.width is not None:
        assert page.width / page.height == pytest.approx(samples.WIDTH / samples.HEIGHT, rel=1e-3)


@pytest.mark.parametrize("name", [n for n in SAMPLES if n.startswith(("hocr", "alto"))])
def test_words_come_with_boxes_and_confidences(name):
    words = read_regions(SAMPLES[name])[1].words
    expected = [w for _, box, text in REGIONS for w in samples.words_of(box, text)]
    assert words.texts == tuple(text for text, _ in expected)
    wanted = np.array([box for _, box in expected]) / [340, 500, 340, 500]
    np.testing.assert_allclose(words.boxes, wanted, atol=2e-3)
    np.testing.assert_allclose(words.confidences, 0.91, atol=1e-6)


@pytest.mark.parametrize("name", [n for n in SAMPLES if not n.startswith(("hocr", "alto"))])
def test_formats_of_regions_have_no_words(name):
    assert len(read_regions(SAMPLES[name])[1].words) == 0


def test_a_format_can_be_named(tmp_path):
    path = tmp_path / "page.txt"
    for name, sample in SAMPLES.items():
        if isinstance(sample, bytes):
            path.write_bytes(sample)
            format = name.split(",")[0].split()[0]
            for given in (path, str(path)):
                assert digest(read_regions(given, format)) == digest(read_regions(sample))
    assert {name.split(",")[0].split()[0] for name in SAMPLES} == set(FORMATS.names())


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", [], {}, {"pages": []}, [1], [{"text": "a"}], ["hello"], b"<html></html>"],
)
def test_what_cannot_be_told_names_the_formats(data):
    with pytest.raises(
        FormatError, match=r"has no known format; set regions_format to one of docling, "
    ):
        read_regions(data)


def test_what_may_be_two_formats_names_both():
    with pytest.raises(FormatError, match="may be hocr or deepseek"):
        read_regions(samples.hocr() + samples.deepseek().encode())
    both = [
        plain | element
        for plain, element in zip(samples.plain(), samples.unstructured(), strict=True)
    ]
    with pytest.raises(FormatError, match="may be unstructured or plain"):
        read_regions(both)
    assert list(read_regions(both, "plain")) == [1]


@pytest.mark.parametrize("format", FORMATS.names())
@pytest.mark.parametrize("name", ["docling", "alto, mm10", "hocr", "unstructured, pixels", "plain"])
def test_another_format_is_an_error(name, format):
    if not name.startswith(format):
        with pytest.raises(FormatError, match=r"^regions: "):
            read_regions(SAMPLES[name], format)


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"schema_name": ')
    with pytest.raises(
        FormatError, match=r"broken\.json: has no known format.* \(it is not JSON: "
    ):
        read_regions(path)
    with pytest.raises(FileNotFoundError):
        read_regions(tmp_path / "none.json")


def test_text_that_starts_like_json_is_read_as_text():
    data = b"[Figure]\n" + samples.deepseek().encode()
    assert read_regions(data)[1].regions[0].text == "Landings by port"
    with pytest.raises(FormatError, match=r"is cut off or broken \(it is not JSON: "):
        read_regions(data + b"<|ref|>")


def test_unknown_options():
    with pytest.raises(ValueError, match=r"unknown regions format 'pdf'; use docling, hocr, "):
        read_regions(samples.plain(), "pdf")
    with pytest.raises(TypeError, match="regions are a path, bytes or parsed JSON, not int"):
        read_regions(5)


@pytest.mark.parametrize("name", SAMPLES)
def test_mangled_files_are_format_errors(name):
    """Whatever is cut, doubled or of another kind: never another error than ours."""
    sample = SAMPLES[name]
    data = sample if isinstance(sample, bytes) else json.dumps(sample).encode()
    format = name.split(",")[0].split()[0]
    rng = np.random.default_rng(7)
    outcomes = set()
    for _ in range(150):
        start, stop = sorted(rng.integers(0, len(data), 2))
        stop = min(stop, start + 60)
        with_what = [b"", b"null", b"[]", b"-1", b'"a"', b"1e999", data[stop : stop + 30]]
        changed = data[:start] + with_what[rng.integers(len(with_what))] + data[stop:]
        try:
            outcomes.add(bool(read_regions(changed, format)))
        except FormatError:
            outcomes.add(None)
    assert None in outcomes


def test_mangled_json_is_a_format_error():
    """Each value of a document in turn takes the place of another kind."""

    def variants(value):
        yield from ([], {}, None, "x", -1, [[]], [None], {"a": None})
        if isinstance(value, dict):
            for key in value:
                yield from ({**value, key: other} for other in variants(value[key]))
        elif isinstance(value, list) and value:
            yield from ([other, *value[1:]] for other in variants(value[0]))

    for sample, format in (
        (samples.docling(), "docling"),
        (samples.unstructured()[:1], "unstructured"),
        (samples.plain()[:1], "plain"),
    ):
        failed = 0
        for changed in variants(sample):
            if isinstance(changed, (dict, list)):
                try:
                    read_regions(changed, format)
                except FormatError:
                    failed += 1
        assert failed > 20


def test_deep_nesting_is_a_format_error():
    with pytest.raises(FormatError):
        read_regions(b"[" * 100_000)
    page = b"<div class='ocr_page' title='bbox 0 0 9 9'>"
    with pytest.raises(FormatError, match="Excessive depth"):
        read_regions(page + b"<div class='ocr_x'>" * 50_000, "hocr")


class TestOwnFormat:
    @pytest.fixture
    def acme(self):
        """The format of a reader that Snappy does not know: one line a region."""
        registrations = dict(FORMATS._registered)

        def sniff(content):
            return isinstance(content, bytes) and content.startswith(b"ACME ")

        def read(content):
            frame = Frame(1, 100, 200)
            regions = []
            for index, line in enumerate(content.decode().splitlines()[1:]):
                *box, text = line.split(maxsplit=4)
                corners = frame.to_fractions([float(side) for side in box], f"line {index}")
                regions.append(NestedRegion(corners, "paragraph", text))
            return {1: build_page(1, regions, size=(frame.width, frame.height))}

        FORMATS.register("acme", Format("acme", sniff, read))
        yield b"ACME 1\n10 20 50 40 low water\n"
        FORMATS._registered.clear()
        FORMATS._registered.update(registrations)

    def test_is_detected_and_can_be_named(self, acme):
        for name in (None, "acme"):
            (region,) = read_regions(acme, name)[1].regions
            assert (region.text, region.box) == ("low water", pytest.approx((0.1, 0.1, 0.5, 0.2)))

    def test_its_errors_are_format_errors(self, acme):
        with pytest.raises(FormatError, match=r"^regions: page 1, line 0: the box .* outside"):
            read_regions(acme.replace(b"50", b"150"))
        with pytest.raises(FormatError, match=r"cannot be read as acme \(ValueError: "):
            read_regions(acme.replace(b"50", b"x"))

    def test_is_named_in_errors(self, acme):
        with pytest.raises(ValueError, match=r"unknown regions format 'pdf'.*plain, acme"):
            read_regions(acme, "pdf")


class TestDigest:
    def test_is_that_of_what_is_supplied(self):
        assert digest(read_regions(samples.hocr())) == digest(read_regions(samples.hocr()))
        assert len(digest({})) == 16

    @pytest.mark.parametrize(
        "change", [{"text": "x"}, {"label": "table"}, {"bbox": [0, 0, 0.3, 0.4]}, {"page": 2}]
    )
    def test_changes_with_it(self, change):
        one, *rest = samples.plain()
        assert digest(read_regions([one, *rest])) != digest(read_regions([one | change, *rest]))

    def test_changes_with_words(self):
        better = samples.hocr().replace(b"x_wconf 91", b"x_wconf 92")
        assert digest(read_regions(samples.hocr())) != digest(read_regions(better))
