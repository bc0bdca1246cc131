"""The documents in Chromium: filters, uploads by button and drop, their progress, deleting."""

import base64
import threading

import pytest

from snappy_core import RegionIndex
from tests.search.printed import FIRST, SECOND, print_pages
from tests.server.browsing import ask, check_accessible, opened, serving

NAME = "<img src=x onerror=document.title='hacked'>\u202e\"'&.pdf"
QUESTION = "How many boats land at Brae?"


@pytest.fixture
def url(data, browser):
    from snappy_core.server import create_app

    index = RegionIndex()
    for name, metadata in (
        ("table.pdf", {"team": "red", "year": 2024, "groups": ["a", "b"]}),
        ("page_labels.pdf", {"team": "blue", "year": 2025, "signed": True}),
    ):
        index.add(data / name, metadata=metadata, progress=False).raise_failed()
    with serving(create_app(index)) as url:
        yield url


def wait_for_hits(page, *names):
    """Wait until all hits are of some files."""
    page.wait_for_function(
        """(names) => {
          const hits = [...document.querySelectorAll("#hits li button")];
          const files = new Set(hits.map((hit) => /\\. (.*), page/.exec(hit.textContent)[1]));
          return document.querySelector("#status").textContent.includes("hit")
            && [...files].sort().join() === names.join();
        }""",
        arg=sorted(names),
    )


def test_filters_narrow_the_search_and_are_in_the_link(url, browser):
    with opened(browser, url) as page:
        ask(page, QUESTION)
        wait_for_hits(page, "table.pdf", "page_labels.pdf")
        page.click("#filters summary")
        titles = page.locator("#facets legend").all_inner_texts()
        assert titles == ["Documents", "Kinds of region", "groups", "signed", "team", "year"]
        page.get_by_label("blue").check()
        wait_for_hits(page, "page_labels.pdf")
        page.get_by_label("blue").uncheck()
        page.get_by_label("2024").check()
        page.get_by_label("b", exact=True).check()
        wait_for_hits(page, "table.pdf")
        page.get_by_label("table row").check()
        page.wait_for_selector("#hits small >> text=table row")
        assert page.locator("#hits small >> text=paragraph").count() == 0
        assert page.inner_text("#chosen") == ": table row, b, 2024"
        check_accessible(page)
        page.reload()
        wait_for_hits(page, "table.pdf")
        page.wait_for_selector("#hits small >> text=table row")
        assert page.locator("#hits small >> text=paragraph").count() == 0
        page.click("#filters summary")
        page.click("#clear")
        wait_for_hits(page, "table.pdf", "page_labels.pdf")
        page.get_by_label("page_labels.pdf", exact=True).check()
        wait_for_hits(page, "page_labels.pdf")
        page.goto("about:blank")
        page.goto(f'{url}/#q=boats&only={{"documents":["gone.pdf"],".team":["blue", "green"]}}')
        wait_for_hits(page, "page_labels.pdf")  # what is gone narrows nothing
        assert page.inner_text("#chosen") == ": blue"


@pytest.mark.tesseract
def test_a_scan_is_uploaded_and_found(url, browser, data):
    with opened(browser, url, scheme="dark", width=390) as page:
        page.click("#manage")
        scan = {
            "name": NAME,
            "mimeType": "application/pdf",
            "buffer": (data / "image_only.pdf").read_bytes(),
        }
        page.set_input_files("#files", scan)
        page.wait_for_selector("#jobs li.done >> text=was added: 1 page")
        shown = NAME.replace("\u202e", " ")  # which would turn what follows around
        assert page.inner_text("#jobs b") == shown
        page.wait_for_selector("#list li >> nth=2")
        assert shown in page.locator("#list .name").all_inner_texts()
        check_accessible(page)
        page.click("#close")
        ask(page, "What rose to forty-two crowns a ton?")
        assert page.inner_text("#place").startswith(shown)
        page.evaluate("document.querySelector('#picture').decode()")
        assert page.title() == "Snappy"


def test_a_dropped_file_tells_warnings_and_failures(url, browser, data):
    with opened(browser, url) as page:
        files = [
            [name, base64.b64encode((data / name).read_bytes()).decode()]
            for name in ("blank_page.pdf", "not_a_pdf.pdf")
        ]
        transfer = page.evaluate_handle(
            """(files) => {
              const transfer = new DataTransfer();
              for (const [name, content] of files) {
                const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
                transfer.items.add(new File([bytes], name));
              }
              return transfer;
            }""",
            files,
        )
        page.dispatch_event("#view", "dragover", {"dataTransfer": transfer})
        assert page.get_attribute("body", "class") == "dropping"
        page.dispatch_event("#view", "drop", {"dataTransfer": transfer})
        page.wait_for_selector("#documents[open] #jobs .failure >> text=not a PDF")
        page.wait_for_selector("#jobs .done .warning >> text=Warning: ")
        page.wait_for_selector("#list li >> nth=2")
        assert page.inner_text("#reading") == ""
        assert page.get_attribute("body", "class") == ""


def test_a_folder_is_added_but_for_a_file(browser, data, tmp_path, monkeypatch):
    from snappy_core.server import create_app

    for name in ("unicode.pdf", "not_a_pdf.pdf"):
        (tmp_path / name).write_bytes((data / name).read_bytes())
    index, opens = RegionIndex(), threading.Event()
    sync = index.sync
    monkeypatch.setattr(index, "sync", lambda *a, **k: opens.wait(60) and sync(*a, **k))
    app = create_app(index)
    app.state.jobs.add_folder(str(tmp_path))
    with serving(app) as url, opened(browser, url) as page:
        page.click("#manage")
        page.wait_for_selector("#jobs .running")
        assert page.inner_text("#jobs b") == tmp_path.name
        opens.set()
        page.wait_for_selector("#jobs .done >> text=was added: 1 page, without 1 file")
        page.wait_for_selector("#jobs .done .failure >> text=not a PDF")


@pytest.fixture
def held(data, monkeypatch):
    """An application that adds nothing before its event is set, and takes few uploads."""
    from snappy_core.server import create_app

    index, opens = RegionIndex(), threading.Event()
    index.add(data / "page_labels.pdf", progress=False).raise_failed()
    add = index.add
    monkeypatch.setattr(index, "add", lambda *a, **k: opens.wait(60) and add(*a, **k))
    monkeypatch.setattr("snappy_core.server.jobs.MAX_WAITING", 7)
    return create_app(index), opens


def uploads(data, number):
    content = (data / "unicode.pdf").read_bytes()
    return [
        {"name": f"{each}.pdf", "mimeType": "application/pdf", "buffer": content}
        for each in range(number)
    ]


def test_many_files_wait_and_the_page_can_be_used(held, browser, data):
    app, opens = held
    with serving(app) as url, opened(browser, url, expected="503") as page:
        page.click("#manage")
        page.set_input_files("#files", uploads(data, 10))
        page.wait_for_selector("#jobs .queued >> nth=6")
        page.wait_for_selector("#jobs >> text=8.pdf is being sent")
        page.click("#close")
        ask(page, QUESTION)
        opens.set()
        page.click("#manage")
        page.wait_for_selector("#jobs .done >> nth=9")
        assert page.inner_text("#reading") == ""


def test_jobs_that_the_server_forgot_are_not_waited_for(held, browser, data):
    app, opens = held
    with serving(app) as url, opened(browser, url, expected="404") as page:
        page.click("#manage")
        page.set_input_files("#files", uploads(data, 2))
        page.wait_for_selector("#jobs .queued")
        app.state.jobs._jobs.clear()
        page.wait_for_selector("#jobs .lost >> nth=1")
        assert page.inner_text("#reading") == ""
        assert "is not known to the server" in page.inner_text("#jobs")
        opens.set()


def test_a_document_is_deleted_when_it_is_meant(url, browser):
    with opened(browser, url) as page:
        ask(page, QUESTION)
        assert page.inner_text("#place") == "table.pdf, page 1"
        page.click("#manage")
        button = page.get_by_role("button", name="Delete table.pdf")
        button.click()
        assert page.inner_text("#sure").startswith("Delete table.pdf from the index?")
        check_accessible(page)
        page.get_by_role("button", name="Keep").click()
        assert page.locator("#list li").count() == 2
        button.click()
        page.keyboard.press("Escape")
        assert page.locator("#list li").count() == 2
        button.click()
        page.locator("#confirm button.danger").click()
        page.wait_for_selector("#number >> text=1 document, 4 pages")
        wait_for_hits(page, "page_labels.pdf")
        page.wait_for_selector("#place >> text=page_labels.pdf")


@pytest.mark.parametrize("question", ["", "Who paid nine hundred crowns in silver?"])
def test_a_document_that_is_replaced_is_drawn_anew(url, browser, data, question):
    with opened(browser, url, expected="404") as page:

        def put(content):
            page.click("#manage")
            document = {"name": "new.pdf", "mimeType": "application/pdf", "buffer": content}
            page.set_input_files("#files", document)

        put(print_pages(FIRST, SECOND))
        page.get_by_role("button", name="new.pdf", exact=True).click()
        if question:
            ask(page, question)
        page.click("#strip button >> nth=1")
        page.wait_for_selector("#of >> text=2 of 2")
        before = page.get_attribute("#picture", "src")
        put((data / "many_pages.pdf").read_bytes())
        page.wait_for_selector("#of >> text=2 of 12")
        assert page.get_attribute("#picture", "src") != before
        assert page.locator("#strip button").count() == 12
        page.click("#close")
        put((data / "unicode.pdf").read_bytes())  # it has no second page
        page.wait_for_selector("#viewer", state="hidden")


def test_a_document_is_opened(url, browser):
    with opened(browser, url) as page:
        page.click("#manage")
        page.get_by_role("button", name="page_labels.pdf", exact=True).click()
        page.wait_for_selector("#place >> text=page_labels.pdf, page i")
        assert page.is_hidden("#documents")
