"""Hits as HTML: the map of a page."""

import re

from snappy_core import Hit, Hits, Region
from snappy_core.search.hits_html import MAP_HEIGHT


def test_the_map_shows_where_the_region_is():
    box = (0.1, 0.2, 0.6, 0.8)  # of a page half as wide as high
    hit = Hit(
        region=Region(box, "Fourteen boats", (0, 1), "paragraph", 0),
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
    )
    page_map = Hits("boats", (hit,))._repr_html_()
    rect = re.search(
        r'<rect x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)" fill="none"', page_map
    )
    x, y, width, height = map(float, rect.groups())
    assert (x, width) == (round(0.1 * MAP_HEIGHT / 2, 2), round(0.5 * MAP_HEIGHT / 2, 2))
    assert (y, height) == (round(0.2 * MAP_HEIGHT, 2), round(0.6 * MAP_HEIGHT, 2))
