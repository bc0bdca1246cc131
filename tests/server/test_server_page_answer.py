"""Answers in Chromium: what a fake model says, which claims stand and where; what a model gets."""

import pytest

from snappy_core import RegionIndex
from tests.server.browsing import ask, check_accessible, opened, serving

QUESTION = "How many boats land at Brae?"
TRUE = "Five crews gave up their licences this year, and landings fell"
REPLY = f"😀 {TRUE} [1.1]. Six crews gave up their licences this year. The moon is <b>cheese</b>."


@pytest.fixture
def index(data):
    index = RegionIndex()
    index.add([data / "table.pdf", data / "page_labels.pdf"], progress=False).raise_failed()
    return index


@pytest.mark.requires("langchain_core")
def test_an_answer_streams_in_and_its_claims_are_shown(index, browser):
    from langchain_core.language_models import FakeListChatModel

    from snappy_core.server import create_app

    app = create_app(index, chat_model=FakeListChatModel(responses=[REPLY]))
    with serving(app) as url, opened(browser, url, scheme="dark", width=390) as page:
        ask(page, QUESTION)
        page.wait_for_selector("#verdict >> text=1 of 3 claims verified.")
        claims = page.locator("#said .claim")
        classes = [each.get_attribute("class") for each in claims.all()]
        assert classes == ["claim verified", "claim partial", "claim absent"]
        assert claims.nth(0).inner_text().endswith(TRUE)
        assert claims.nth(2).inner_text() == "The moon is <b>cheese</b>."
        chips = page.locator("#said .chip")
        assert chips.all_inner_texts() == ["✓ verified", "≈ partial, without Six", "✕ absent"]
        check_accessible(page)
        assert page.locator("#marks .words").count() == 0
        chips.nth(0).click()
        page.wait_for_selector("#marks .words")
        paragraph = page.locator("#marks .hit.current").bounding_box()
        for words in page.locator("#marks .words").all():
            box = words.bounding_box()
            assert box["y"] >= paragraph["y"] - 1
            assert box["y"] + box["height"] <= paragraph["y"] + paragraph["height"] + 3
        page.click("#hits button >> nth=0")
        page.wait_for_selector("#marks .words", state="detached")
        page.click("#said .cite")
        page.wait_for_selector("#marks .hit.current")
        page.click("summary >> text=Context for a model")
        assert TRUE in page.inner_text("#context")


def test_without_a_model_its_context_is_shown_with_its_tokens(index, browser):
    from snappy_core.server import create_app

    with serving(create_app(index)) as url, opened(browser, url) as page:
        ask(page, QUESTION)
        page.wait_for_selector("#tokens >> text=tokens")
        assert int(page.inner_text("#tokens").split()[0]) > 20
        assert page.is_hidden("#spoken")
        page.click("summary >> text=Context for a model")
        assert page.inner_text("#context").startswith("[1] table.pdf, page 1\n[1.1] ")
        page.click("#context .cite >> nth=0")
        page.wait_for_selector("#marks .hit.current")
        check_accessible(page)
        page.fill("#question", "")
        ask(page, "front matter")
        page.wait_for_selector("#context >> text=This is front matter.")


@pytest.mark.requires("langchain_core")
def test_a_model_that_fails_is_told(index, browser):
    from langchain_core.language_models import FakeListChatModel

    from snappy_core.server import create_app

    class Failing(FakeListChatModel):
        async def astream(self, *_, **__):
            raise RuntimeError("no credit")
            yield

    app = create_app(index, chat_model=Failing(responses=["x"]))
    with serving(app) as url, opened(browser, url) as page:
        ask(page, QUESTION)
        page.wait_for_selector("#verdict >> text=the chat model failed (RuntimeError: no credit)")
        assert page.locator("#hits li").count() > 1
