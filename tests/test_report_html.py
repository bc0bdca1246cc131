"""Reports: one file that escapes what documents say, and works in a real Chromium."""

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from snappy_core import RegionIndex, Source, report_html
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.testing.stores.samples import document, records
from tests.search.printed import harbor
from training.layout.printing import Chromium

__all__ = ["harbor"]

REPORT = Path(__file__).parents[1] / "examples" / "report.pdf"
needs_chromium = pytest.mark.skipif(
    not shutil.which("chromium"), reason="needs Chromium: apt-get install chromium"
)
HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(2)> \u202e \x1b[31m & \"quoted' tides"


@pytest.fixture(scope="module")
def index():
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(Source.from_bytes(REPORT.read_bytes(), "/srv/secret/report.pdf"), keep="source")
        yield index


@pytest.fixture(scope="module")
def hits(index):
    return index.search("What coupon does the green bond carry?", k=5)


class Parts(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.elements = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_every_hit_is_marked_on_its_page(index, hits):
    parts = Parts(report_html(hits, index))
    boxes = [entry["data-box"] for entry in parts.all("li")]
    assert boxes == [f"box-{hit.rank}" for hit in hits]
    assert {group["id"] for group in parts.all("g")} == set(boxes)
    pages = {(hit.document_id, hit.page_number) for hit in hits}
    assert len(parts.all("figure")) == len(parts.all("img")) == len(pages)
    data = base64.b64decode(parts.all("img")[0]["src"].removeprefix("data:image/webp;base64,"))
    assert (data[:4], data[8:12]) == (b"RIFF", b"WEBP")
    kinds = [rect["class"] for rect in parts.all("rect")]
    assert kinds.count("region") == len(hits)
    assert kinds.count("strong") == sum(len(mark.rects) for hit in hits for mark in hit.highlights)


def test_a_text_that_goes_on_is_marked_on_both_pages(harbor):
    """It is one entry, whose region is the first of its marks."""
    [hit] = harbor.search("wrote costs of the whole repair shared between the two", k=1)
    page = report_html([hit], harbor)
    parts = Parts(page)
    assert len(parts.all("li")) == 1
    assert [group["id"] for group in parts.all("g")] == ["box-1", "box-1-2"]
    assert len(parts.all("figure")) == 2
    assert "1. h.pdf, pages 1-2" in page
    (text,) = re.findall(r'<div class="text">(.*?)</div>', page, re.DOTALL)
    assert re.sub("</?mark>", "", text) == hit.text
    assert "shared between the two towns, and that each of them" in text
    kinds = [rect["class"] for rect in parts.all("rect")]
    highlights = [mark for part in hit.parts for mark in part.highlights]
    assert kinds.count("strong") == sum(len(mark.rects) for mark in highlights)
    (claim,) = harbor.ground("No other harbour of the coast was repaired in that year.")
    groups = Parts(report_html(harbor.ground(claim.text), harbor)).all("g")
    assert [group["id"] for group in groups] == ["box-1"]


def test_it_loads_nothing_and_names_no_folders(index, hits):
    page = report_html(hits, index)
    assert "/srv/secret" not in page
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    for _, attributes in Parts(page).elements:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            assert name not in ("src", "href") or value.startswith(("data:image/webp;", "#"))


def test_what_documents_and_people_say_is_escaped():
    with RegionIndex(encoder=FakeEncoder(dim=16)) as index:
        index._store.write(document(HOSTILE), records(make_page(HOSTILE)))
        (hit,) = index.search("tides", k=1)
        page = report_html(index.search(f"tides {HOSTILE}", k=1), index)
        assert "There is no picture of this page any more." in page
        page += report_html(index.ground(HOSTILE), index) + report_html([hit], index, title=HOSTILE)
    assert [tag for tag, _ in Parts(page).elements].count("script") == 3  # ours
    assert "onerror=alert" in page
    assert not any("onerror" in attributes for _, attributes in Parts(page).elements)
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_claims_have_verdicts_and_places(index):
    answer = "The green bond carries a coupon of 4.85 per cent. Whales are not fish."
    page = report_html(index.ground(answer), index)
    assert '<span class="verdict verified">verified</span> · report.pdf, page 3' in page
    assert '<span class="verdict absent">absent</span>' in page
    assert "1 is verified, 0 are partial, 1 is absent" in page
    assert len(Parts(page).all("g")) == 1


def test_no_hits(index):
    page = report_html(index.search("tides", filter={"file_name": "none.pdf"}), index)
    assert "<h1>tides</h1>" in page
    assert "0 passages" in page


@needs_chromium
def test_it_works_in_chromium(index, hits, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(report_html(hits, index, title="<b>Coupon</b>"), encoding="utf-8")

    def ask(expression):
        answer = browser._call("Runtime.evaluate", browser._session, expression=expression)
        assert "exceptionDetails" not in answer
        return answer["result"].get("value")

    with Chromium() as browser:
        browser.print_pdf(file)  # waits until it is loaded
        assert ask("document.querySelector('h1').textContent") == "<b>Coupon</b>"
        selected = "[...document.querySelectorAll('.on')].map(e => e.dataset.box || e.id).join()"
        assert ask(selected) == "box-1,box-1"  # its script and style run under its policy
        assert ask("getComputedStyle(document.querySelector('svg')).position") == "absolute"
        assert ask("document.querySelector('img').naturalWidth") > 500
        press = "dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}));"
        assert ask(press % "j" + selected) == "box-2,box-2"
        assert ask(press % "k" + press % "k" + selected) == "box-1,box-1"
        assert ask("document.querySelectorAll('li')[2].click();" + selected) == "box-3,box-3"
        # The marks lie on the picture.
        same = (
            "(() => { const a = document.querySelector('.page img').getBoundingClientRect(),"
            " b = document.querySelector('.page svg').getBoundingClientRect();"
            " return Math.abs(a.width - b.width) + Math.abs(a.height - b.height); })()"
        )
        assert ask(same) < 3


@needs_chromium
def test_all_parts_are_selected_together(harbor, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(report_html(harbor.search("costs of the whole repair", k=2), harbor))
    selected = "[...document.querySelectorAll('g.on')].map(e => e.id).sort().join()"

    def ask(expression):
        answer = browser._call("Runtime.evaluate", browser._session, expression=expression)
        return answer["result"].get("value")

    with Chromium() as browser:
        browser.print_pdf(file)
        assert ask(selected) == "box-1,box-1-2"
        assert ask("document.querySelectorAll('li')[1].click();" + selected) == "box-2"
        click = "document.getElementById('box-1-2').dispatchEvent(new MouseEvent('click'));"
        assert ask(click + selected) == "box-1,box-1-2"


def test_a_badge_lies_on_no_box():
    """Of two columns with a narrow gap the right one has its badge above it."""
    from snappy_core.report_html import _badge_center

    boxes = [(0.1, 0.3, 0.49, 0.6), (0.51, 0.3, 0.9, 0.6)]
    centers = []
    for box in boxes:
        centers.append(_badge_center(box, 1000, centers, boxes))
    (left, beside), (right, above) = centers
    assert left < 100
    assert beside > 300
    assert right > 510
    assert above < 300
