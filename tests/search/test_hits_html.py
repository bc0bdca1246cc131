"""Hits as HTML: the map of a page, and what is marked in a text."""

import re

import pytest

from snappy_core import Highlight, Hit, Hits, Region
from snappy_core.search.hits_html import MAP_HEIGHT


def test_the_map_shows_where_the_region_is():
    box = (0.1, 0.2, 0.6, 0.8)  # of a page half as wide as high
    page_map = Hits("boats", (_hit("Fourteen boats", box),))._repr_html_()
    rect = re.search(
        r'<rect x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)" fill="none"', page_map
    )
    x, y, width, height = map(float, rect.groups())
    assert (x, width) == (round(0.1 * MAP_HEIGHT / 2, 2), round(0.5 * MAP_HEIGHT / 2, 2))
    assert (y, height) == (round(0.2 * MAP_HEIGHT, 2), round(0.6 * MAP_HEIGHT, 2))


@pytest.mark.parametrize(
    ("text", "quotes", "expected"),
    [
        ("The a and the mark.", ("a and", "mark"), "The <mark>a and</mark> the <mark>mark</mark>."),
        ("R&D costs an amp.", ("R&D", "amp"), "<mark>R&amp;D</mark> costs an <mark>amp</mark>."),
        (
            "Brae | 9",
            ("Brae | 9", "9", "", "Brae: 9"),
            "<mark>Brae | 9</mark>\n<mark>Brae: 9</mark>",
        ),
    ],
)
def test_quotes_are_marked_in_the_text_and_others_below_it(text, quotes, expected):
    highlights = tuple(Highlight("sentence", quote, 0.5, (), ()) for quote in quotes)
    html = Hits("q", (_hit(text, (0.1, 0.2, 0.6, 0.8), highlights),))._repr_html_()
    assert f'<div style="white-space:pre-wrap">{expected}</div>' in html


def _hit(text, box, highlights=()):
    return Hit(
        region=Region(box, text, (0, 1), "paragraph", 0),
        region_id="a.pdf#p1r0",
        document_id="a.pdf",
        source="a.pdf",
        page_number=1,
        page_label="1",
        page_width=300.0,
        page_height=600.0,
        page_unit="pt",
        score=0.5,
        region_score=0.5,
        page_score=0.5,
        page_maxsim=2.0,
        rank=1,
        highlights=highlights,
    )
