"""What questions say about where their answer stands."""

import pytest

from snappy_core.search.locations.references import find_references


def found(question):
    return [(r.text, r.kind, r.labels or r.positions) for r in find_references(question)]


@pytest.mark.parametrize(
    ("question", "text", "kind", "value"),
    [
        ("What date is on page 14?", "page 14", "page", ("14",)),
        ("What do pages 3-5 say?", "pages 3-5", "page", ("3", "4", "5")),
        ("from pages 3 to 5", "pages 3 to 5", "page", ("3", "4", "5")),
        ("on pages 10 and 12", "pages 10 and 12", "page", ("10", "12")),
        ("on pages 2, 4, and six", "pages 2, 4, and six", "page", ("2", "4", "6")),
        ("cars on page three", "page three", "page", ("3",)),
        ("on Page iv", "Page iv", "page", ("iv",)),
        ("page A-3", "page A-3", "page", ("A-3",)),
        ("see p. 12", "p. 12", "page", ("12",)),
        ("on slide 5", "slide 5", "page", ("5",)),
        ("page number 7", "page number 7", "page", ("7",)),
        ("pages 3-2019", "pages 3-2019", "page", ("3", "2019")),
        ("the first page", "first page", "page", (1,)),
        ("the last page", "last page", "page", (-1,)),
        ("the last two pages", "last two pages", "page", (-1, -2)),
        ("the 2nd slide", "2nd slide", "page", (2,)),
        ("What is on the cover?", "cover", "page", (1,)),
        ("on the cover page", "cover page", "page", (1,)),
        ("the back cover", "back cover", "page", (-1,)),
        ("the red box of Figure 3 (left)", "Figure 3", "figure", ("3",)),
        ("in Fig. 2a", "Fig. 2a", "figure", ("2a",)),
        ("the third figure", "third figure", "figure", (3,)),
        ("in Table II", "Table II", "table", ("II",)),
        ("Tables 1 and 2", "Tables 1 and 2", "table", ("1", "2")),
        ("Chart 4", "Chart 4", "chart", ("4",)),
        ("Exhibit P-10", "Exhibit P-10", "exhibit", ("P-10",)),
        ("in Section 4.1?", "Section 4.1", "section", ("4.1",)),
        ('the "Related work" section', '"Related work" section', "section", ("Related work",)),
        ("section 'Methods'", "section 'Methods'", "section", ("Methods",)),
        (
            "in the Section Warnings and Cautions, what",
            "Section Warnings and Cautions",
            "section",
            ("Warnings and Cautions",),
        ),
        ("Appendix B", "Appendix B", "appendix", ("B",)),
        ("in the appendix", "appendix", "appendix", ()),
        ("What does the header say?", "header", "header", ()),
        ("the footer", "footer", "footer", ()),
        ("in the table of contents", "table of contents", "contents", ()),
        ("Was steht im Inhaltsverzeichnis?", "inhaltsverzeichnis", "contents", ()),
        ("in the subject index", "subject index", "index", ()),
        ("How many references are from Ashmouth?", "how many references", "references", ()),
        ("in the bibliography", "bibliography", "references", ()),
        ("the table at the top right", "top right", "side", ("top", "right")),
        ("the left chart", "left chart", "side", ("left",)),
        ("at the bottom of the page", "at the bottom", "side", ("bottom",)),
        ("in the upper left-hand corner", "upper left-hand", "side", ("top", "left")),
        # Other languages
        ("Was steht auf Seite 5?", "Seite 5", "page", ("5",)),
        ("die letzte Seite", "letzte seite", "page", (-1,)),
        ("in Abbildung 3", "Abbildung 3", "figure", ("3",)),
        ("oben rechts", "oben rechts", "side", ("top", "right")),
        ("à la première page", "première page", "page", (1,)),
        ("en haut à droite", "en haut à droite", "side", ("top", "right")),
        ("en la página 12", "página 12", "page", ("12",)),
        ("nella tabella 2", "tabella 2", "table", ("2",)),
    ],
)  # fmt: skip
def test_places(question, text, kind, value):
    assert found(question) == [(text, kind, value)]


@pytest.mark.parametrize(
    "question",
    [
        "How many pages are there?",
        "How many acres do they cover?",
        "What are the top five countries?",
        "Which table shows a rise of 5%?",
        "How did the U.S. 2020 election end?",
        "What page due to rain?",
        "Who won on the left of the party spectrum?",
        "at the bottom of the income scale",
        "What does the header row of the table name?",
        "the first quarter",
        "page 5% of the way",
        "Section of the report",
        "How far did the consumer price index rise?",
    ],
)
def test_words_that_name_no_place(question):
    assert found(question) == []


def test_several_at_once():
    question = "How do Figure 3 on page 5 and the last table at the top right differ?"
    assert found(question) == [
        ("Figure 3", "figure", ("3",)),
        ("page 5", "page", ("5",)),
        ("last table", "table", (-1,)),
        ("top right", "side", ("top", "right")),
    ]
    assert len(find_references("page 5 and page 5")) == 1


def test_letters_that_grow_in_lower_case_do_not_shift_what_is_found():
    assert found("İİ: what is in Table B?") == [("Table B", "table", ("B",))]
