import pytest

from snappy_core import FormatError
from snappy_core.formats.deepseek import read
from snappy_core.markdown import table_markdown


def region(label, box, text=""):
    return f"<|ref|>{label}<|/ref|><|det|>{box}<|/det|>\n{text}\n\n"


def regions(text):
    return [(r.label, r.text) for r in read([text])[1].regions]


def test_boxes_are_in_0_to_999_both_ways():
    (found,) = read([region("text", [[111, 333, 555, 999]])])[1].regions
    assert found.box == pytest.approx((111 / 999, 333 / 999, 555 / 999, 1))
    assert read([region("text", [[0, 0, 999, 999]])])[1].regions[0].box == (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("label", "ours"),
    [("title", "heading"), ("sub_title", "heading"), ("text", "paragraph"), ("image", "figure"),
     ("table", "table"), ("image_caption", "caption"), ("table_caption", "caption"),
     ("equation", "formula"), ("header", "header"), ("page_number", "footer"), ("seal", "other")],
)  # fmt: skip
def test_labels(label, ours):
    assert regions(region(label, [[1, 2, 3, 4]], "x")) == [(ours, "x")]


def test_texts_are_without_what_only_the_model_needs():
    table = "<table><tr><td>Port</td></tr><tr><td>Brae</td></tr></table>"
    written = (
        region("sub_title", [[1, 2, 30, 40]], "## Landings")
        + region("table", [[1, 2, 30, 40]], table)
        + region("image_caption", [[1, 2, 30, 40]], "<center>Figure 1: cod</center>")
        + region("text", [[1, 2, 30, 40]], "The end.<｜end▁of▁sentence｜>")
    )
    assert [text for _, text in regions(written)] == [
        "Landings", table_markdown([["Port"], ["Brae"]]), "Figure 1: cod", "The end.",
    ]  # fmt: skip


def test_text_that_was_asked_for_stands_for_the_label():
    written = region("low water at Brae", [[10, 20, 300, 40], [10, 60, 300, 80]])
    found = read([written])[1].regions
    assert [(r.label, r.text) for r in found] == [("other", "low water at Brae")] * 2
    assert found[0].box[1] < found[1].box[1]


def test_lists_in_lists():
    assert len(read([region("text", [[[1, 2, 30, 40]]])])[1].regions) == 1


def test_pages_of_a_file_and_of_a_list():
    one, two = region("text", [[1, 2, 30, 40]], "one"), region("text", [[1, 2, 30, 40]], "two")
    split = "\n<--- Page Split --->\n"
    texts = {
        n: [r.text for r in p.regions]
        for n, p in read((one + split + split + two + split).encode()).items()
    }
    assert texts == {1: ["one"], 2: [], 3: ["two"]}
    assert {n: [r.text for r in p.regions] for n, p in read([one, "", two]).items()} == texts


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (region("text", [[1, 2, 1000, 40]]), r"page 1, region 0 \(text\): .* outside of the page"),
        (region("text", [[30, 2, 1, 40]]), "x0 <= x1"),
        (region("text", [[1, 2, 3]]), "four numbers"),
        (region("text", [1, 2, 3, 4]), "four numbers"),
        (region("text", "[[1, 2, 3, 4"), "is not a list of boxes"),
        (region("text", []), "is not a list of boxes"),
        (region("text", [[0.1, 0.2, 0.3, 0.4]]), "looks like fractions"),
        (region("text", [[1, 2, 3, 4]]) + "<|ref|>text<|/ref|><|det|>[[1,", "is cut off or broken"),
        ("Salt was made here.", "has no regions; ask the model with <|grounding|>"),
    ],
)
def test_invalid_files(written, message):
    with pytest.raises(FormatError, match=message):
        read([written])
