"""Documents as OpenDocument text: well-formed, and printed by LibreOffice with their tags."""

import re
import shutil
from collections import Counter

import pytest

pytest.importorskip("faker")

import lxml.etree
import lxml.html

from snappy_core.parsing.layout.captions import CAPTION
from snappy_core.parsing.layout.network import CLASSES
from training.layout import office
from training.layout.documents import document_of_kind
from training.layout.office_body import Body
from training.layout.office_slides import flat_slides
from training.layout.office_styles import list_style
from training.layout.printing import print_office
from training.layout.style import draw_style
from training.layout.tagged_pages import read_training_pages
from training.layout.text import Writer
from training.layout.typed import tabbed


@pytest.mark.parametrize("kind", office.KINDS)
def test_office_documents_are_well_formed_and_deterministic(kind):
    document = document_of_kind(3, kind, "en", office.MAKERS)
    written = office.flat_text(document, 3)
    lxml.etree.fromstring(written.encode(), lxml.etree.XMLParser(huge_tree=True))
    again = document_of_kind(3, kind, "en", office.MAKERS)
    assert office.flat_text(again, 3) == written


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_slides_are_well_formed_and_deterministic(seed):
    written = flat_slides(seed)
    lxml.etree.fromstring(written.encode(), lxml.etree.XMLParser(huge_tree=True))
    assert flat_slides(seed) == written


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_libreoffice_prints_slides_with_titles_and_what_is_below(tmp_path, tags_of):
    for seed in (1, 2, 3):
        (tmp_path / f"{seed}.fodp").write_text(flat_slides(seed), encoding="utf-8")
    print_office(list(tmp_path.glob("*.fodp")), tmp_path)
    counts = sum((tags_of(file.read_bytes()) for file in tmp_path.glob("*.pdf")), Counter())
    assert {"H", "P", "L", "LI", "Table", "TR", "Figure"} <= set(counts)
    # They are no tags there.
    pages = [page for file in tmp_path.glob("*.pdf") for page in read_training_pages(file)]
    captions = [
        CLASSES[kind]
        for page in pages
        for text, kind in zip(page.runs.texts, page.classes, strict=False)
        if CAPTION.match(text)
    ]
    assert set(captions) == {"caption"}


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_libreoffice_prints_what_was_meant_as_tags(tmp_path, tags_of):
    counts = Counter()
    for seed, kind in enumerate(("report", "manual")):
        document = document_of_kind(seed, kind, "en", office.MAKERS)
        source = tmp_path / f"{kind}.fodt"
        source.write_text(office.flat_text(document, seed), encoding="utf-8")
    print_office(list(tmp_path.glob("*.fodt")), tmp_path)
    for printed in tmp_path.glob("*.pdf"):
        counts += tags_of(printed.read_bytes())
    assert {"Table", "TR", "TD", "TH", "Figure", "Caption", "L", "LI", "P"} <= set(counts)
    assert {"H1", "H2", "H3"} & set(counts)


def body_of(html, language="en"):
    writer = Writer.seeded(1, language)
    style = draw_style(writer)
    body = Body(writer, style, [])
    written = body.blocks(lxml.html.fragment_fromstring(html, create_parent="div"))
    return written, body.automatic_styles(), style.size


def test_labels_with_room_end_in_a_tab_at_its_place():
    clause = '<p style="margin:0 0 2em;margin-inline-start:3em;text-indent:-2em">'
    written, styles, size = body_of(f"{clause}{tabbed('(a)', 2)}words</p>")
    assert "(a)<text:tab/>words" in written
    for name, ems in (("margin-left", 3), ("text-indent", -2), ("margin-bottom", 2)):
        assert f'fo:{name}="{ems * size:.1f}pt"' in styles
    assert 'style:tab-stop style:position="0.0pt"' in styles


def test_tab_stops_follow_each_other_from_the_indent_of_the_first_line():
    line = f"<p style='text-indent:1em'>{tabbed('Smoke?', 9)}{tabbed('yes', 2)}no</p>"
    written, styles, size = body_of(line)
    assert "Smoke?<text:tab/>yes<text:tab/>no" in written
    for ems in (10, 12):
        assert f'style:tab-stop style:position="{ems * size:.1f}pt"' in styles


def test_columns_of_a_division_are_a_section():
    written, styles, _ = body_of('<div style="columns:3"><p>Leeds</p></div>')
    assert written.startswith("<text:section")
    assert "Leeds" in written
    assert "column-count='3'" in styles


def test_lists_of_documents_differ_in_where_their_labels_stand():
    lists = {list_style(Writer.seeded(seed), "L", "decimal") for seed in range(12)}
    indents = {re.search(r'text-indent="(-?)', written)[1] for written in lists}
    assert len(lists) == 12
    assert indents == {"", "-"}  # before the first line, and hanging
