"""The structure tree of a page, and which of its objects belong to what."""

import pypdfium2
import pytest

from snappy_core.parsing.pdf import tags as pdf_tags
from snappy_core.parsing.pdf.reader import read_content
from snappy_core.parsing.source import Source
from snappy_core.parsing.tags import ARTIFACT, NOT_TAGGED, UNKNOWN
from tests.parsing.pdf.simple_pdf import written
from tests.parsing.pdf.tagged_pdf import Tag, tagged_pdf

LINE = (30, 100, "Low water")


def read(data):
    document = pypdfium2.PdfDocument(data)
    return read_content(document, 1, Source.from_bytes(data, "tagged.pdf"))


def owners_of(content):
    """The owner of each word: the types from the root, or the code of no element."""
    tags, layer = content.tags, content.text_layer
    return {
        text: owner if owner < 0 else "/".join(tags.elements[i].type for i in tags.path(owner))
        for text, owner in zip(layer.texts, layer.owners.tolist(), strict=True)
    }


def test_words_and_drawings_belong_to_elements():
    picture = Tag("Figure", [(30, 200, 200, 300), (40, 290, "Tides")], alt="A chart")
    page = Tag("Document", [Tag("H2", [LINE]), picture])
    content = read(
        tagged_pdf(page, artifacts=[(30, 580, "Running")], untagged=[(30, 560, "Loose")])
    )
    assert owners_of(content) == {
        "Low": "Document/H2", "water": "Document/H2", "Tides": "Document/Figure",
        "Running": ARTIFACT, "Loose": NOT_TAGGED,
    }  # fmt: skip
    elements = content.tags.elements
    assert [(e.type, e.parent, e.alt) for e in elements] == [
        ("Document", None, ""), ("H2", 0, ""), ("Figure", 0, "A chart"),
    ]  # fmt: skip
    assert set(content.tags.owners.tolist()) == {2}
    assert content.tags.boxes[0].tolist() == pytest.approx([30 / 400, 1 / 3, 0.5, 0.5], abs=0.01)


def test_a_page_without_tags_has_none():
    document = pypdfium2.PdfDocument(tagged_pdf(Tag("P", [LINE])))
    assert pdf_tags.read_tags(document[0])
    assert pdf_tags.read_tags(document[1]) is None


def test_content_ids_of_other_pages_are_not_of_this_one():
    content = read(tagged_pdf(Tag("Note", [0, 1]), Tag("P", [LINE])))
    assert set(owners_of(content).values()) == {"P"}


def test_content_ids_of_forms_are_their_own():
    content = read(tagged_pdf(Tag("P", [LINE]), form="Stamp"))
    assert owners_of(content) == {"Low": "P", "water": "P", "Stamp": UNKNOWN}


def test_what_nests_too_deep_is_not_tagged():
    tag = Tag("P", [LINE])
    for _ in range(80):
        tag = Tag("Div", [tag])
    content = read(tagged_pdf(tag, Tag("P", [(30, 130, "tide")])))
    assert (owners_of(content)["Low"], owners_of(content)["tide"]) == (NOT_TAGGED, "P")


def test_an_element_inside_itself_comes_to_an_end():
    data = tagged_pdf(Tag("P", [LINE]))
    looped = data.replace(b"/K[0]", b"/K[0 10 0 R 10 0 R]")
    assert looped != data
    assert read(looped).text_layer.texts == ("Low", "water")


@pytest.mark.parametrize(
    ("limit", "most"), [("MAX_ELEMENTS", 2), ("MAX_CHILDREN", 3), ("MAX_OBJECTS", 1)]
)
def test_a_page_of_too_many_tags_counts_as_untagged(monkeypatch, limit, most):
    data = tagged_pdf(Tag("Document", [Tag("P", [LINE]), Tag("P", [(30, 130, "tide")])]))
    assert read(data).tags is not None
    monkeypatch.setattr(pdf_tags, limit, most)
    content = read(data)
    assert (content.tags, content.text_layer.owners) == (None, None)


def test_long_types_and_texts_are_not_read():
    content = read(tagged_pdf(Tag("Figure", [(30, 200, 200, 300)], alt="tide " * 1000)))
    assert content.tags.elements[0].alt == ""


def test_levels_of_headings():
    content = read(tagged_pdf(*(Tag(kind, [LINE]) for kind in ("H1", "H6", "H", "P", "Title"))))
    assert [content.tags.heading_level(i) for i in range(5)] == [1, 6, 0, 0, 0]


def test_a_language_is_that_of_the_element_of_those_around_it_or_of_the_document():
    quote = Tag("Span", [(30, 90, "Ebbe und Flut")], language="de-CH")
    around = Tag("Sect", [Tag("P", [LINE]), quote], language="fr")
    tags = read(tagged_pdf(around, Tag("P", [(30, 200, "Tides")]), language="en-GB")).tags
    kinds = [element.type for element in tags.elements]
    languages = [tags.language_of(index) for index in range(len(kinds))]
    assert dict(zip(kinds, languages, strict=True)) == {
        "Sect": "fr", "P": "en-GB", "Span": "de-CH",
    }  # fmt: skip
    assert languages[kinds.index("P")] == "fr"


@pytest.mark.parametrize("language", ["English (UK)", "<b>en", "e", ""])
def test_what_is_no_language_tag_is_not_read(language):
    assert read(tagged_pdf(Tag("P", [LINE]), language=language)).tags.language_of(0) == ""


def test_a_structure_tree_of_nonsense_is_no_tags():
    objects = [
        "<</Type/Catalog /Pages 2 0 R /StructTreeRoot 4 0 R>>",
        "<</Type/Pages /Kids[3 0 R] /Count 1>>",
        "<</Type/Page /Parent 2 0 R /StructParents 7 /MediaBox[0 0 400 600]>>",
        "<</Type/StructTreeRoot /K[(a) 5 null] /ParentTree 3 0 R>>",
    ]
    assert pdf_tags.read_tags(pypdfium2.PdfDocument(written(objects))[0]) is None
