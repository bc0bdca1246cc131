"""Hits display themselves in notebooks; what a document says is text, never markup."""

from xml.etree import ElementTree

import pytest

from snappy_core import Hits, RegionIndex, Source
from snappy_core.testing import FakeEncoder


def test_hits_and_a_hit_display_themselves(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "table.pdf", progress=False)
        hits = index.search("How many boats land at Brae?", k=2)
    table = ElementTree.fromstring(hits._repr_html_().replace("<br>", "<br/>"))
    assert len(table.findall("tr")) == 2
    assert "| Brae | 9 | 187 |" in "".join(table.itertext())
    one = ElementTree.fromstring(hits[0]._repr_html_().replace("<br>", "<br/>"))
    svg = one.find(".//svg")
    box = svg.findall("rect")[-1]
    page_width = float(svg.get("viewBox").split()[2])
    assert float(box.get("x")) / page_width == _near(hits[0].region.box[0])
    assert float(box.get("y")) / 90 == _near(hits[0].region.box[1])
    strong = [rect for highlight in hits[0].highlights for rect in highlight.rects]
    assert len(svg.findall("rect")) == len(hits[0].rects) + len(strong) + 1


def test_text_is_escaped(data):
    name = "<script>alert(1)</script>.pdf"
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(Source.from_bytes((data / "table.pdf").read_bytes(), name), progress=False)
        html = index.search("boats")._repr_html_()
    assert "<script>" not in html
    assert "alert(1)&lt;" not in html  # only the last part of a path is shown ...
    assert "script&gt;.pdf" in html


def test_no_hits():
    assert Hits("nothing", ())._repr_html_() == "<p>No hits.</p>"


def _near(value):
    return pytest.approx(value, abs=2e-4)
