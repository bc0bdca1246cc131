"""Section paths, and what runs along at the head and foot of pages."""

from dataclasses import replace

import numpy as np
import pytest

from snappy_core.parsing.sections import Heading, add_sections, mark_running
from snappy_core.types import Page, Region, Words


def page(*rows, number=1):
    """A page of rows `(label, text, height of its letters)`, one word each, from the top down."""
    boxes, regions, top = [], [], 0.2
    for order, (label, text, height) in enumerate(rows):
        boxes.append((0.1, top, 0.1 + 0.02 * len(text), top + height))
        regions.append(Region(boxes[-1], text, (order,), label, order))
        top += height + 0.02
    texts = tuple(text.replace(" ", "_") for _, text, _ in rows)
    words = Words(texts, np.array(boxes, np.float32).reshape(-1, 4))
    return Page(number, str(number), 400, 600, "pt", words, tuple(regions))


def sections(*rows, path=()):
    return [region.section for region in add_sections(page(*rows), path)[0]]


def test_larger_headings_stand_above_smaller_ones():
    found = sections(
        ("paragraph", "before", 0.01),
        ("title", "Pans", 0.04),
        ("paragraph", "one", 0.01),
        ("heading", "Trade", 0.02),
        ("paragraph", "two", 0.01),
        ("heading", "Dues", 0.02),
        ("table", "three", 0.01),
        ("title", "Boats", 0.04),
        ("paragraph", "four", 0.01),
    )
    assert found == [
        "", "", "Pans", "Pans", "Pans > Trade", "Pans", "Pans > Dues", "", "Boats",
    ]  # fmt: skip


def test_tagged_levels_say_more_than_size_and_less_than_numbers():
    small, large = Heading("a", 0.01, 0), Heading("b", 0.02, 0)
    first, second = replace(small, level=1), replace(large, level=2)
    assert first.is_above(second)
    assert not second.is_above(first)
    assert large.is_above(first)  # one of them on a page without tags
    assert replace(second, depth=1).is_above(replace(first, depth=2))


def test_headings_have_the_level_of_their_region():
    read = page(("heading", "Pans", 0.02))
    assert Heading.of(replace(read.regions[0], level=3), read).level == 3


def printed(*headings, size=15, page_size=(400, 600), turned=False, is_ink=True):
    """A page of headings whose boxes are those of their ink, or as high as the font."""
    boxes, regions = [], []
    for order, text in enumerate(headings):
        high = any(letter in "dkltOSCF" for letter in text)
        ink = (0.72 if high else 0.5) + (0.2 if set(text) & set("gy") else 0) if is_ink else 1
        box = (40, 40 * order, 40 + 8 * len(text), 40 * order + ink * size)
        box = (box[1], box[0], box[3], box[2]) if turned else box
        boxes.append(tuple(np.array(box) / [*page_size, *page_size]))
        regions.append(Region(boxes[-1], text, (order,), "heading", order))
    words = Words(headings, np.array(boxes, np.float32))
    return Page(1, "1", *page_size, "pt", words, tuple(regions))


NAMES = "Findings", "Conclusions", "Outlook", "Summary"


@pytest.mark.parametrize("form", [{}, {"turned": True}, {"is_ink": False}])
def test_letters_below_the_line_or_a_turn_make_no_larger_heading(form):
    read = printed(*NAMES, "sea", "page", **form)
    assert [region.section for region in add_sections(read, ())[0]] == [""] * 6


def test_headings_of_one_size_are_on_one_level_on_pages_of_any_size():
    _, path = add_sections(printed("Findings", page_size=(595, 842)), ())
    regions, path = add_sections(printed("Outlook", page_size=(842, 595)), path)
    assert regions[0].section == ""
    regions, _ = add_sections(printed("Summary", size=13), path)
    assert regions[0].section == "Outlook"


def test_numbers_say_more_than_size():
    found = sections(
        ("heading", "2 Salt", 0.02),
        ("heading", "2.1 Pans", 0.02),
        ("heading", "2.1.4 Iron", 0.03),
        ("paragraph", "one", 0.01),
        ("heading", "2.2 Coal", 0.02),
        ("paragraph", "two", 0.01),
        ("heading", "3 Boats", 0.02),
        ("paragraph", "three", 0.01),
    )
    assert found[3] == "2 Salt > 2.1 Pans > 2.1.4 Iron"
    assert found[5] == "2 Salt > 2.2 Coal"
    assert found[7] == "3 Boats"


def test_the_path_goes_on_from_page_to_page():
    _, path = add_sections(page(("title", "Pans", 0.04), ("heading", "Trade", 0.02)), ())
    assert [heading.text for heading in path] == ["Pans", "Trade"]
    regions, after = add_sections(page(("paragraph", "one", 0.01), number=2), path)
    assert regions[0].section == "Pans > Trade"
    assert after == path


def test_headers_and_footers_belong_to_no_section():
    path = (Heading("Pans", 0.04, 0),)
    assert sections(("header", "Board", 0.01), ("footer", "17", 0.01), path=path) == ["", ""]


def edges(head, foot, number, shift=0.0):
    """A page with a line at its head, one in the middle and one at its foot."""
    rows = ((head, 0.05 + shift), ("The pans stood here.", 0.5), (foot, 0.93))
    regions = tuple(
        Region((0.1, y, 0.4, y + 0.02), text, (order,), "heading", order)
        for order, (text, y) in enumerate(rows)
    )
    words = Words(("a", "b", "c"), np.array([r.box for r in regions], np.float32))
    return Page(number, str(number), 400, 600, "pt", words, regions)


def labels(page):
    return [region.label for region in page.regions]


def test_what_repeats_itself_on_the_page_before_runs_along():
    first, second = edges("2.3 Returns", "page 4", 1), edges("2.3 Returns", "page 5", 2)
    assert labels(mark_running(second, first)) == ["header", "heading", "footer"]
    assert labels(mark_running(first, None)) == ["heading"] * 3


@pytest.mark.parametrize(
    "before",
    [edges("2.4 Refunds", "leaf 4", 1), edges("2.3 Returns", "leaf 4", 1, shift=0.03)],
)
def test_other_words_or_another_place_do_not(before):
    second = edges("2.3 Returns", "page 5", 2)
    assert labels(mark_running(second, before)) == ["heading"] * 3
