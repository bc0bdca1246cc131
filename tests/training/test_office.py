"""Documents as OpenDocument text: well-formed, and printed by LibreOffice with their tags."""

import shutil
from collections import Counter

import pytest

pytest.importorskip("faker")

import lxml.etree

from training.layout import office
from training.layout.documents import document_of_kind
from training.layout.office_slides import flat_slides
from training.layout.printing import print_office


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
