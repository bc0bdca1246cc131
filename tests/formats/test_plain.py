import pytest

from snappy_core import FormatError
from snappy_core.formats import read_regions

BOX = {"page": 1, "bbox": [0.1, 0.2, 0.5, 0.3]}


def read(*regions):
    return read_regions([BOX | region for region in regions], "plain")


def test_the_least_is_page_and_box():
    (page,) = read({}).values()
    (region,) = page.regions
    assert (region.text, region.label, region.parent, region.context) == ("", "other", None, None)
    assert region.box == pytest.approx((0.1, 0.2, 0.5, 0.3))
    assert page.width is None


def test_pages_come_in_order():
    pages = read({"page": 3, "text": "c"}, {"text": "a"}, {"page": 3, "text": "d"})
    assert {n: [r.text for r in p.regions] for n, p in pages.items()} == {1: ["a"], 3: ["c", "d"]}


def test_parts_follow_what_holds_them():
    page = read(
        {"text": "row", "parent": "t", "id": 5},
        {"text": "after"},
        {"text": "table", "id": "t"},
        {"text": "cell", "parent": 5},
    )[1]
    found = [(region.text, region.parent) for region in page.regions]
    assert found == [("after", None), ("table", None), ("row", 1), ("cell", 2)]


def test_fractions_know_the_shape_of_their_page_when_told():
    assert read({"page_width": 300, "page_height": 200})[1].width == 300


@pytest.mark.parametrize(
    ("region", "label"),
    [
        ("Section-header", "heading"),
        ("text", "paragraph"),
        ("Picture", "figure"),
        ("list", "list"),
        ("page_header", "header"),
        ("watermark", "other"),
        (None, "other"),
    ],
)
def test_labels(region, label):
    assert read({"label": region})[1].regions[0].label == label


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ({"page": 0}, "region 1: pages are numbered from 1, not 0"),
        ({"bbox": [0.1, 0.2, 1.5, 0.3]}, "page 1, region 1: .* outside of the page"),
        ({"bbox": [0.5, 0.2, 0.1, 0.3]}, "page 1, region 1: .* x0 <= x1"),
        ({"bbox": [10, 20, 30, 40]}, "outside of the page, which is 1 x 1"),
        ({"unit": "0..999", "bbox": [0, 0, 1000, 40]}, "outside of the page, which is 999 x 999"),
        ({"unit": "0..999"}, "looks like fractions"),
        ({"unit": "px", "bbox": [1, 2, 3, 4]}, "px needs 'page_width' and 'page_height'"),
        ({"unit": "pt", "bbox": [1, 2, 3, 4], "page_width": 100}, "the size of the page must be"),
        ({"unit": "px", "page_width": 100, "page_height": 200}, "looks like fractions"),
        ({"unit": "inch"}, "'unit' must be one of 'fraction', 'px', 'pt', '0..999', not 'inch'"),
        ({"origin": "centre"}, "'origin' must be one of 'top_left', 'bottom_left', not 'centre'"),
        ({"text": 5}, "'text' and 'label' are strings"),
        ({"parent": "b"}, "no region with id 'b' on the page"),
        ({"id": "a"}, "two regions with id 'a'"),
        ({"id": [1]}, "strings or integers"),
        ({"page": 2, "parent": "a"}, "page 2, region 1: there is no region with id 'a'"),
        ({"page_width": 100, "page_height": 200}, "page 1, region 1: the page has two sizes"),
    ],
)  # fmt: skip
def test_errors_name_the_region(region, message):
    with pytest.raises(FormatError, match=message):
        read({"id": "a"}, region)


def test_parents_that_form_a_cycle():
    with pytest.raises(FormatError, match="form a cycle"):
        read({"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}, {})
    with pytest.raises(FormatError, match="form a cycle"):
        read({"id": "a", "parent": "a"})


def test_text_that_cannot_be_stored_is_mended():
    assert read({"text": " a\0b\ud800 "})[1].regions[0].text == "a b?"


def test_an_empty_list_supplies_nothing():
    assert read() == {}
