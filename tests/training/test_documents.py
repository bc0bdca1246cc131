"""The generator of documents: the same from the same seed, well-formed, printed with its tags."""

import os
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import pytest

pytest.importorskip("faker")

from training.layout.documents import document_of_kind, draw_document, html_document
from training.layout.kinds import KINDS
from training.layout.printing import Chromium
from training.layout.style import draw_style
from training.layout.text import LOCALES, Writer

ELEMENTS = sorted(
    {maker for kind in KINDS.values() for maker in (*kind.weights, *kind.openings, *kind.closings)},
    key=lambda maker: (maker.__module__, maker.__name__),
)
VOID = {"br", "hr", "img", "input", "meta"}


class Balance(HTMLParser):
    """Follow open tags; `faults` lists those closed out of turn."""

    def __init__(self):
        super().__init__()
        self.open, self.faults = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(tag)


def faults(html):
    balance = Balance()
    balance.feed(html)
    balance.close()
    return balance.faults + balance.open


@pytest.mark.parametrize("seed", [1, 7, 11])
def test_equal_seeds_draw_equal_documents(seed):
    assert html_document(seed) == html_document(seed)
    assert html_document(seed) != html_document(seed + 1)


def test_documents_do_not_depend_on_the_seed_of_hashes():
    program = (
        "from training.layout.text import LOCALES, Writer\n"
        "for language in LOCALES:\n"
        "    w = Writer.seeded(5, language)\n"
        "    draws = w.name, w.company, w.place, w.address, w.email, w.url, w.prose\n"
        "    print(language, [draw() for draw in draws for _ in range(20)])\n"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


@pytest.mark.parametrize("maker", ELEMENTS, ids=lambda maker: maker.__name__)
def test_elements_have_balanced_tags(maker):
    for seed in range(4):
        writer = Writer.seeded(seed, ["en", "ja", "ar", "de"][seed])
        html = maker(writer, draw_style(writer))
        assert html
        assert not faults(html)


@pytest.mark.parametrize("language", LOCALES)
def test_every_language_has_words_and_sentences(language):
    writer = Writer.seeded(3, language)
    assert writer.title().strip()
    assert len(writer.prose()) > 10
    assert writer.address()


@pytest.mark.parametrize("kind", KINDS)
def test_documents_of_every_kind_are_well_formed(kind):
    document = document_of_kind(5, kind)
    assert not faults(document.html())
    assert len(document.html(1)) <= len(document.html())


def test_kinds_are_all_drawn():
    assert {draw_document(seed).kind for seed in range(150)} == set(KINDS)


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")
def test_chromium_prints_what_was_meant_as_tags(tmp_path, tags_of):
    source = tmp_path / "document.html"
    source.write_text(
        "".join(document_of_kind(seed, "report").html() for seed in (1, 2)), encoding="utf-8"
    )
    with Chromium() as browser:
        counts = tags_of(browser.print_pdf(source))
    meant = {"Table", "TR", "TD", "TH", "Figure", "Caption", "L", "LI", "H1", "H2", "P"}
    assert meant <= set(counts)
    assert not counts["text outside of blocks"]
