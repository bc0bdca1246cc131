import pytest

from snappy_core import FormatError
from snappy_core.formats.unstructured import read
from tests.formats.samples import FRACTIONS, unstructured


def changed(place=1, metadata=None, coordinates=None, **more):
    elements = unstructured()
    elements[place] |= more
    elements[place]["metadata"] |= metadata or {}
    if coordinates is not None:
        elements[place]["metadata"]["coordinates"] |= coordinates
    return elements


def test_tables_are_read_as_markdown():
    html = "<table><tr><td>Port</td></tr><tr><td>Brae</td></tr></table>"
    region = read(changed(type="Table", metadata={"text_as_html": html}))[1].regions[1]
    assert (region.label, region.text) == ("table", "| Port |\n| --- |\n| Brae |")
    assert read(changed(type="Table"))[1].regions[1].text.startswith("Five crews")


@pytest.mark.parametrize(
    ("kind", "label"),
    [("ListItem", "list_item"), ("FigureCaption", "caption"), ("Header", "header"),
     ("Footer", "footer"), ("Formula", "formula"), ("UncategorizedText", "paragraph"),
     ("Address", "other"), ("PageNumber", "footer")],
)  # fmt: skip
def test_labels(kind, label):
    assert read(changed(type=kind))[1].regions[1].label == label


def test_headings_do_not_hold_what_stands_under_them():
    elements = changed(metadata={"parent_id": unstructured()[0]["element_id"]})
    assert [region.parent for region in read(elements)[1].regions] == [None] * 3


def test_page_breaks_are_passed_over():
    elements = unstructured()
    elements.insert(1, {"type": "PageBreak", "text": "", "metadata": {}})
    elements[2]["metadata"]["page_number"] = 2
    assert [len(page.regions) for page in read(elements).values()] == [2, 1]


def test_an_orientation_that_is_named_holds():
    """Of points that count from the head of the page."""
    elements = unstructured("PointSpace", orientation="screen")
    heights = [(1 - y1, 1 - y0) for _, y0, _, y1 in FRACTIONS]
    boxes = [region.box for region in read(elements)[1].regions]
    assert [(box[1], box[3]) for box in boxes] == [pytest.approx(pair) for pair in heights]


def test_a_relative_system_says_nothing_of_the_page():
    page = read(unstructured("RelativeCoordinateSystem"))[1]
    assert (page.width, page.height) == (None, None)


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        (
            changed(coordinates={"system": "CoordinateSystem"}),
            "must be PixelSpace.*not 'CoordinateSystem'",
        ),
        (changed(coordinates={"system": None}), "not None"),
        (changed(coordinates={"orientation": "sideways"}), "screen or cartesian"),
        (
            changed(coordinates={"layout_width": None}),
            "the size of the page must be",
        ),
        (changed(coordinates={"layout_width": 900}), "the page has two sizes"),
        (changed(coordinates={"layout_height": 100}), "has two sizes|outside of the page"),
        (changed(coordinates={"points": [[0, 0], [9999, 5]]}), "outside of the page"),
        (changed(coordinates={"points": [[0.1, 0.2], [0.3, 0.4]]}), "looks like fractions"),
        (changed(coordinates={"points": [[1, 2], [3]]}), "'points' are pairs of numbers"),
        (changed(coordinates={"points": None}), "'points' are the corners"),
        (changed(metadata={"coordinates": None}), "has no coordinates; partition"),
        (changed(metadata={"page_number": None}), "pages are numbered from 1"),
        ([{"type": "Title"}], "not a list of elements"),
    ],
)
def test_errors_name_the_element(elements, message):
    with pytest.raises(FormatError, match=message) as found:
        read(elements)
    assert (
        "element 1 (NarrativeText)" in str(found.value)
        or len(elements) == 1
        or "the size of the page" in str(found.value)
    )
