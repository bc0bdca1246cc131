"""The page in Chromium: ask, hover, heat, keys, zoom, the strip of pages, links, hostile names."""

import itertools
import re

import pytest

from snappy_core import RegionIndex, Source
from tests.search.printed import FIRST, SECOND, print_pages
from tests.server.browsing import ask, check_accessible, opened, serving

QUESTION = "How many boats land at Brae?"
NAME = "<img src=x onerror=document.title='hacked'>.pdf"
CELL = "<b>Brae</b>"
CURRENT = "#hits .current"


@pytest.fixture(scope="module")
def url(data, browser):
    from snappy_core.server import create_app

    index = RegionIndex()
    source = Source.from_bytes((data / "table.pdf").read_bytes(), f"uploads/{NAME}")
    index.add(source, keep="source", progress=False).raise_failed()
    index.add(data / "many_pages.pdf", progress=False).raise_failed()
    harbor = Source.from_bytes(print_pages(FIRST, SECOND), "uploads/harbor.pdf")
    index.add(harbor, keep="source", progress=False).raise_failed()
    with serving(create_app(index)) as url:
        yield url


def shown(page):
    """Return the file and the number of the page that is shown."""
    return page.inner_text("#place").split(", page ")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_a_question_is_answered_on_its_page(url, browser, scheme, width):
    with opened(browser, url, scheme=scheme, width=width) as page:
        ask(page, QUESTION)
        assert page.title() == "Snappy"  # the name of the file is no markup
        assert shown(page) == [NAME, "1"]
        page.check("#heat")
        page.wait_for_selector("#words button")
        page.evaluate("document.querySelector('#warm').decode()")
        check_accessible(page)
        first = page.inner_text(CURRENT)
        page.locator("#hits button >> nth=0").focus()
        linked = page.evaluate("location.hash")
        page.keyboard.press("j")
        page.wait_for_selector("#hits li.current:nth-child(2)")
        page.wait_for_function("linked => location.hash !== linked", arg=linked)  # it is shown
        chosen = page.inner_text(CURRENT)
        assert chosen != first
        page.reload()
        page.wait_for_selector("#page .hit.current")
        assert page.inner_text(CURRENT) == chosen
        assert page.input_value("#question") == QUESTION


def test_hits_and_boxes_follow_the_mouse_both_ways(url, browser):
    with opened(browser, url) as page:
        ask(page, QUESTION)
        region = page.get_attribute("#hits li >> nth=0", "data-hit")
        page.hover("#hits li >> nth=0")
        near = page.locator("#marks .near")
        assert {node.get_attribute("data-hit") for node in near.all()} == {region}
        page.hover("#question")
        assert page.locator(".near").count() == 0
        page.hover("#marks .label >> nth=0")
        rank = page.inner_text("#marks .label >> nth=0")
        assert page.inner_text("#hits .near").startswith(f"{rank}. ")


def test_labels_stand_beside_the_page_and_not_on_each_other(url, browser):
    with opened(browser, url, width=390) as page:
        ask(page, QUESTION)
        # At one moment, since the page may still scroll to the hit.
        paper, *boxes = page.evaluate(
            "[...document.querySelectorAll('#page, #marks .label')].map(node =>"
            " node.getBoundingClientRect().toJSON())"
        )
        boxes.sort(key=lambda box: box["y"])
        assert len(boxes) > 2
        for box in boxes:
            assert box["x"] >= 0
            left = box["x"] + box["width"] <= paper["x"]
            assert left or box["x"] >= paper["x"] + paper["width"]
        for above, below in itertools.pairwise(boxes):
            assert above["x"] != below["x"] or above["y"] + above["height"] <= below["y"]


def test_a_question_asked_before_the_documents_are_listed_is_answered_whole(url, browser):
    with opened(browser, "about:blank") as page:
        held = []
        page.route("**/api/search", lambda route: held.append(route))
        page.route("**/api/documents", lambda route: held.append(route))
        page.goto(url)
        page.fill("#question", QUESTION)
        page.press("#question", "Enter")
        while len(held) < 2:
            page.wait_for_timeout(10)
        listing, search = sorted(held, key=lambda each: each.request.url)
        listing.continue_()  # and the search is repeated
        while len(held) < 3:
            page.wait_for_timeout(10)
        search.continue_()
        held[2].continue_()
        page.wait_for_selector("#marks .hit.current")
        page.wait_for_selector("#tokens >> text=tokens")


def test_a_word_of_the_question_has_heat_of_its_own(url, browser):
    with opened(browser, url) as page:
        ask(page, QUESTION)
        assert page.is_hidden("#words")
        page.check("#heat")
        page.wait_for_selector("#words button")
        words = page.locator("#words button")
        assert words.all_inner_texts() == ["all words", "many", "boats", "land", "Brae?"]
        everything = page.get_attribute("#warm", "src")
        words.nth(4).click()
        page.wait_for_selector("#words button[aria-pressed=true] >> text=Brae?")
        assert page.get_attribute("#warm", "src") == f"{everything}&token=5"
        page.evaluate("document.querySelector('#warm').decode()")
        words.nth(4).click()  # once more: all words again
        assert page.get_attribute("#warm", "src") == everything
        page.uncheck("#heat")
        assert page.is_hidden("#warm")
        assert page.is_hidden("#words")


def test_tables_are_drawn_as_tables(url, browser):
    with opened(browser, url) as page:
        ask(page, QUESTION)
        table = page.locator("#hits table >> nth=0")
        assert table.locator("th").all_inner_texts() == ["Port", "Boats", "Landed (t)", "Value"]
        assert ["Brae", "9"] in [
            row.locator("td").all_inner_texts()[:2] for row in table.locator("tr").all()
        ]
        assert "| ---" not in page.inner_text("#hits")


def test_cells_are_text_and_span(url, browser):
    cells = [
        {"text": CELL, "row": 0, "column": 0, "row_span": 1, "column_span": 2, "is_header": True},
        {"text": "1", "row": 1, "column": 0, "row_span": 2, "column_span": 1, "is_header": False},
        {"text": "2", "row": 2, "column": 1, "row_span": 1, "column_span": 1, "is_header": False},
    ]
    with opened(browser, url) as page:
        rows = page.evaluate(
            """(cells) => import("/static/table.js").then(({ table }) =>
            [...table(cells).rows].map((row) => [...row.cells].map((cell) =>
            [cell.localName, cell.textContent, cell.rowSpan, cell.colSpan])))""",
            cells,
        )
    assert rows == [
        [["th", CELL, 1, 2]],
        [["td", "1", 2, 1], ["td", "", 1, 1]],
        [["td", "2", 1, 1]],
    ]


@pytest.mark.parametrize(("rects", "box", "frames"), [
    # A paragraph that goes on at the top of the next column.
    ([[0.1, 0.8, 0.4, 0.82], [0.1, 0.83, 0.4, 0.85], [0.6, 0.1, 0.9, 0.12]], [0.1, 0.1, 0.9, 0.85],
     [[0.1, 0.8, 0.4, 0.85], [0.6, 0.1, 0.9, 0.12]]),
    # Cells side by side.
    ([[0.1, 0.1, 0.2, 0.12], [0.6, 0.1, 0.9, 0.12], [0.1, 0.2, 0.9, 0.22]], [0.1, 0.1, 0.9, 0.22],
     [[0.1, 0.1, 0.9, 0.22]]),
    # The words of a figure, which is larger.
    ([[0.1, 0.1, 0.2, 0.12], [0.6, 0.3, 0.9, 0.32]], [0.05, 0.05, 0.95, 0.9],
     [[0.05, 0.05, 0.95, 0.9]]),
    ([], [0.1, 0.1, 0.9, 0.2], [[0.1, 0.1, 0.9, 0.2]]),
])  # fmt: skip
def test_frames_lie_around_their_ink(url, browser, rects, box, frames):
    with opened(browser, url) as page:
        found = page.evaluate(
            "(hit) => import('/static/frames.js').then(({ frames }) => frames(hit))",
            {"rects": rects, "box": box},
        )
    assert found == frames


def test_zoom_by_keys_and_buttons(url, browser):
    with opened(browser, url) as page:
        ask(page, QUESTION)
        page.locator("#hits button >> nth=0").focus()
        width = page.locator("#page").bounding_box()["width"]
        page.keyboard.press("+")
        page.keyboard.press("+")
        assert page.inner_text("#fit") == "150%"
        assert page.locator("#page").bounding_box()["width"] > 1.4 * width
        page.keyboard.press("-")
        assert page.inner_text("#fit") == "125%"
        for _ in range(5):
            page.click("#larger")
        assert page.is_disabled("#larger")
        assert "width=3200" in page.get_attribute("#picture", "src")  # as sharp as it is large
        page.evaluate("document.querySelector('#picture').decode()")
        page.click("#fit")
        assert page.locator("#page").bounding_box()["width"] == width


def test_a_hit_stands_in_the_middle_of_the_viewer(url, browser):
    with opened(browser, url) as page:
        ask(page, QUESTION)
        for _ in range(4):
            page.click("#larger")
        page.click("#hits li:has(> .text:text('Weights are')) button")
        page.wait_for_selector("#hits .current >> text=Weights are")
        viewer, hit = page.evaluate(
            "['#viewer', '#page .hit.current'].map((name) =>"
            " document.querySelector(name).getBoundingClientRect().toJSON())"
        )
        middle = hit["top"] + hit["height"] / 2 - viewer["top"]
        assert abs(middle - viewer["height"] / 2) < 10


def test_pages_are_turned_by_arrows_and_by_the_strip(url, browser):
    with opened(browser, url) as page:
        requests = []
        page.on("request", lambda each: "width=160" in each.url and requests.append(each.url))
        ask(page, "What does page 2 tell?")
        assert shown(page) == ["many_pages.pdf", "2"]
        assert page.locator("#strip button").count() == 12
        assert page.get_attribute("#strip [aria-current]", "aria-label") == "Page 2, 1 hit"
        page.locator("#hits button >> nth=0").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("#strip button:nth-child(3)[aria-current]")
        assert shown(page)[1] == "3"
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        page.wait_for_selector("#strip button:nth-child(1)[aria-current]")
        assert page.is_disabled("#previous")
        assert 0 < len(requests) < 12  # those out of sight are not drawn
        page.click("#strip button >> nth=4")
        page.wait_for_selector("#strip button:nth-child(5)[aria-current]")
        page.reload()  # a page without a hit has a link, too
        page.wait_for_selector("#strip button:nth-child(5)[aria-current]")
        assert shown(page) == ["many_pages.pdf", "5"]


def test_a_hit_that_goes_on_is_framed_on_both_pages(url, browser):
    with opened(browser, url) as page:
        ask(page, "who paid nine hundred crowns in silver")
        assert page.inner_text(CURRENT).startswith("1. harbor.pdf, pages 1, 2")
        number = int(shown(page)[1])
        for turn in ("#next", "#previous") if number == 1 else ("#previous", "#next"):
            assert page.locator("#marks .label >> text=1").count() == 1
            assert page.locator("#marks .mark").count() >= 1
            page.click(turn)
            number = 3 - number
            page.wait_for_selector(f"#strip button:nth-child({number})[aria-current]")


def test_arrows_go_through_the_hits(url, browser):
    with opened(browser, url) as page:
        ask(page, QUESTION)
        page.locator("#hits button >> nth=0").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.wait_for_selector("#hits li.current:nth-child(3)")
        page.keyboard.press("ArrowUp")
        page.wait_for_selector("#hits li.current:nth-child(2)")
        page.keyboard.press("/")
        page.keyboard.type("jk")  # into the question
        assert page.input_value("#question") == "jk"


def test_arrows_scroll_a_page_that_is_wider_than_the_viewer(url, browser):
    with opened(browser, url) as page:
        ask(page, "What does page 2 tell?")
        for _ in range(6):
            page.click("#larger")
        page.focus("#viewer")
        left = page.evaluate("document.querySelector('#viewer').scrollLeft")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "(left) => document.querySelector('#viewer').scrollLeft > left", arg=left
        )
        assert shown(page) == ["many_pages.pdf", "2"]


def test_a_hit_is_chosen_whatever_else_is_selected(url, browser):
    with opened(browser, url) as page:
        ask(page, QUESTION)
        select = "(name) => getSelection().selectAllChildren(document.querySelector(name))"
        page.evaluate(select, "#hits li:nth-child(2) > :last-child")
        page.locator("#hits button >> nth=2").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#hits li.current:nth-child(3)")
        click = "(name) => document.querySelector(name).click()"
        page.evaluate(click, "#hits li:nth-child(2) > :last-child")
        page.wait_for_selector("#hits li.current:nth-child(3)")
        page.evaluate(click, "#hits li:nth-child(1) > :last-child")
        page.wait_for_selector("#hits li.current:nth-child(1)")


def test_nothing_of_another_question_or_page_stays(url, browser):
    with opened(browser, url) as page:
        ask(page, "What does page 2 tell?")
        page.evaluate("document.querySelector('#picture').decode()")
        held = []
        large = re.compile("/api/page.webp.*width=(?!160)")
        page.route(large, lambda route: held.append(route))
        page.click("#next")
        page.wait_for_selector("#picture.old", state="attached")
        page.wait_for_selector("#picture.old", state="hidden")
        while not held:
            page.wait_for_timeout(20)
        for route in held:
            route.continue_()
        page.wait_for_selector("#picture:not(.old)")
        page.unroute(large)
        page.click("#previous")
        page.wait_for_selector("#page .hit")
        nothing = {"hits": [], "answerable": None}
        page.route("**/api/search", lambda route: route.fulfill(json=nothing))
        page.fill("#question", "What is not told?")
        page.press("#question", "Enter")
        page.wait_for_selector("#status >> text=Nothing was found.")
        page.wait_for_selector("#page .hit", state="detached")
        page.wait_for_selector("#page .mark", state="detached")


def test_a_link_to_a_region_needs_no_question(url, browser):
    with opened(browser, url) as page:
        ask(page, "What does page 7 tell?")
        region = page.get_attribute(CURRENT, "data-hit")
        page.goto("about:blank")
        page.goto(f"{url}/#region={region.replace('#', '%23')}")
        page.wait_for_selector("#page .hit.current")
        assert shown(page) == ["many_pages.pdf", "7"]
        assert page.locator("#hits li").count() == 0
        page.goto(f"{url}/#region=many_pages.pdf%23p3h0-5")  # an area without text
        page.wait_for_selector("#place >> text=many_pages.pdf, page 3")
        page.goto(f"{url}/#region=")
        page.goto(f"{url}/#q=boats&region={region.replace('#', '%23')}&only=%7B%22labels%22:1%7D")
        page.wait_for_selector("#hits li")  # none of its hits is that region
        page.wait_for_selector("#page .hit.current")
        assert shown(page) == ["many_pages.pdf", "7"]
