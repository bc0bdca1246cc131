import pytest

from snappy_core import FormatError
from snappy_core.formats import read_regions
from snappy_core.formats.docling import read
from tests.formats.samples import (
    HEIGHT,
    WIDTH,
    bottom_left,
    docling,
    docling_document,
    item_of,
    text_item,
    top_left,
)


def fractions(*box):
    return pytest.approx(
        [side / size for side, size in zip(box, (WIDTH, HEIGHT) * 2, strict=True)], abs=1e-4
    )


def cell(row, column, text, box=None, header=False, rows=1, columns=1):
    return {
        "bbox": box,
        "row_span": rows,
        "col_span": columns,
        "start_row_offset_idx": row,
        "end_row_offset_idx": row + rows,
        "start_col_offset_idx": column,
        "end_col_offset_idx": column + columns,
        "text": text,
        "column_header": header,
        "row_header": False,
        "row_section": False,
    }


def table(*cells, rows, columns, captions=(), box=(30, 200, 310, 300), page=1):
    item = item_of("tables", 0, "table", bottom_left(box), page=page)
    data = {"table_cells": list(cells), "num_rows": rows, "num_cols": columns, "grid": []}
    refs = [{"$ref": ref} for ref in captions]
    return item | {"captions": refs, "references": [], "footnotes": [], "data": data}


def picture(box, captions=(), **more):
    item = item_of("pictures", 0, "picture", bottom_left(box))
    refs = [{"$ref": ref} for ref in captions]
    return item | {"captions": refs, "references": [], "footnotes": [], "annotations": []} | more


LANDINGS = (
    cell(0, 0, "Port", top_left((30, 200, 120, 220)), header=True),
    cell(0, 1, "Landed (t)", top_left((130, 200, 310, 220)), header=True),
    cell(1, 0, "Brae", top_left((30, 230, 120, 250)), rows=2),
    cell(1, 1, "1,204", top_left((130, 230, 200, 240))),
    cell(2, 1, "88 of cod", top_left((130, 245, 310, 260))),
)


def test_the_sample_is_what_docling_reads():
    document = pytest.importorskip("docling_core.types.doc.document")
    if not hasattr(document, "DoclingDocument"):
        pytest.skip("needs docling-core 2")
    caption = text_item(0, "caption", bottom_left((30, 180, 200, 195)), "Table 1")
    for sample in (
        docling(),
        docling_document(
            [caption], tables=[table(*LANDINGS, rows=3, columns=2, captions=["#/texts/0"])]
        ),
    ):
        document.DoclingDocument.model_validate(sample)


class TestTables:
    def test_are_markdown_with_rows_under_their_header(self):
        """The cells count from the head of the page, the table from its foot."""
        page = read(docling_document(tables=[table(*LANDINGS, rows=3, columns=2)]))[1]
        whole, first, second = page.regions
        assert whole.text.split("\n") == [
            "| Port | Landed (t) |",
            "| --- | --- |",
            "| Brae | 1,204 |",
            "| Brae | 88 of cod |",
        ]
        assert (whole.label, whole.parent) == ("table", None)
        assert list(whole.box) == fractions(30, 200, 310, 300)
        assert (first.label, first.parent, second.parent) == ("table_row", 0, 0)
        assert first.text.split("\n")[::2] == ["| Port | Landed (t) |", "| Brae | 1,204 |"]
        assert list(first.box) == fractions(130, 230, 200, 240)
        assert list(second.box) == fractions(130, 245, 310, 260)
        assert list(first.context) == list(second.context) == fractions(30, 200, 310, 220)

    def test_give_the_words_of_their_cells(self):
        page = read(docling_document(tables=[table(*LANDINGS, rows=3, columns=2)]))[1]
        assert page.words.texts == ("Port", "Landed", "(t)", "Brae", "1,204", "88", "of", "cod")
        assert list(page.words.boxes[4]) == fractions(130, 230, 200, 240)
        assert page.words.boxes[5:, [0, 2]].min() >= 130 / WIDTH - 1e-6
        assert page.words.confidences is None

    def test_a_header_cell_over_two_header_rows_names_its_column_once(self):
        cells = [
            cell(0, 0, "Port", header=True, rows=2),
            cell(0, 1, "Tide", header=True),
            cell(1, 1, "m", header=True),
            cell(2, 0, "Brae"),
        ]
        (whole,) = read(docling_document(tables=[table(*cells, rows=3, columns=2)]))[1].regions
        assert whole.text == "| Port | Tide m |\n| --- | --- |\n| Brae |  |"

    def test_without_boxes_of_cells_have_no_rows(self):
        cells = [cell(0, 0, "Port"), cell(1, 0, "Brae")]
        (whole,) = read(docling_document(tables=[table(*cells, rows=2, columns=1)]))[1].regions
        assert whole.text == "|  |\n| --- |\n| Port |\n| Brae |"

    def test_over_two_pages_have_no_rows_of_their_own(self):
        item = table(*LANDINGS, rows=3, columns=2)
        item["prov"].append(item["prov"][0] | {"page_no": 2})
        pages = read(docling_document(tables=[item], sizes=[(WIDTH, HEIGHT)] * 2))
        assert [len(page.regions) for page in pages.values()] == [1, 1]
        assert pages[1].regions[0].text == pages[2].regions[0].text

    def test_without_header_rows_have_no_context(self):
        cells = [
            cell(row, 0, "x", top_left((30, 200 + 20 * row, 60, 210 + 20 * row))) for row in (0, 1)
        ]
        _, *rows = read(docling_document(tables=[table(*cells, rows=2, columns=1)]))[1].regions
        assert [(row.text, row.context) for row in rows] == [("|  |\n| --- |\n| x |", None)] * 2

    @pytest.mark.parametrize(
        ("cells", "rows", "columns", "message"),
        [
            ([], 10**6, 10**6, "cannot have 1000000 x 1000000 cells"),
            ([], None, 2, "cannot have None x 2"),
            ([cell(5, 0, "x")], 2, 2, "outside of the table, 2 x 2"),
            ([cell(0, 0, "x", columns=3)], 2, 2, "outside of the table"),
            ([{"text": "x"}], 2, 2, "does not say where"),
            (
                [cell(0, 0, "x", top_left((30, 200, 400, 220)))],
                1,
                1,
                "cell 0,0: .* outside of the page",
            ),
        ],
    )
    def test_that_cannot_be(self, cells, rows, columns, message):
        with pytest.raises(FormatError, match=rf"#/tables/0.*{message}"):
            read(docling_document(tables=[table(*cells, rows=rows, columns=columns)]))


class TestCaptions:
    def test_are_parts_of_their_figure(self):
        caption = text_item(0, "caption", bottom_left((190, 215, 330, 230)), "Figure 1. Landings")
        inner = text_item(1, "text", bottom_left((200, 100, 240, 110)), "tons", "#/pictures/0")
        figure = picture((190, 90, 330, 210), ["#/texts/0"], children=[{"$ref": "#/texts/1"}])
        page = read(
            docling_document([caption, inner], [figure], body=["#/texts/0", "#/pictures/0"])
        )[1]
        found = [(region.label, region.text, region.parent) for region in page.regions]
        assert found == [
            ("figure", "", None),  # reads as the words in it and in its caption
            ("paragraph", "tons", 0),
            ("caption", "Figure 1. Landings", 0),
        ]

    @pytest.mark.parametrize("old", [True, False])
    def test_stand_above_what_a_model_said(self, old):
        caption = text_item(0, "caption", bottom_left((190, 70, 330, 85)), "Figure 1.")
        said = {
            "annotations": [{"kind": "description", "text": "Bars that fall", "provenance": "vlm"}]
        }
        meta = {"meta": {"description": {"text": "Bars that fall"}}}
        figure = picture((190, 90, 330, 210), ["#/texts/0"], **(said if old else meta))
        page = read(docling_document([caption], [figure]))[1]
        assert [region.label for region in page.regions] == ["figure", "caption"]
        assert page.regions[0].text == "Figure 1.\n\nBars that fall"

    def test_of_tables_are_read_with_them(self):
        caption = text_item(0, "caption", bottom_left((30, 180, 310, 195)), "Table 1. Ports")
        item = table(*LANDINGS, rows=3, columns=2, captions=["#/texts/0"])
        page = read(docling_document([caption], tables=[item]))[1]
        assert [region.label for region in page.regions] == [
            "table",
            "caption",
            "table_row",
            "table_row",
        ]
        assert page.regions[0].text.startswith("Table 1. Ports\n\n| Port |")

    def test_on_another_page_stand_alone(self):
        caption = text_item(0, "caption", bottom_left((190, 70, 330, 85)), "Figure 1.", page=2)
        document = docling_document(
            [caption], [picture((190, 90, 330, 210), ["#/texts/0"])], sizes=[(WIDTH, HEIGHT)] * 2
        )
        pages = read(document)
        assert [region.label for region in pages[1].regions] == ["figure"]
        assert [(r.label, r.parent) for r in pages[2].regions] == [("caption", None)]


def test_items_are_parts_of_their_list():
    items = [
        text_item(
            i,
            "list_item",
            bottom_left((40, 100 + 20 * i, 200 + 9 * i, 115 + 20 * i)),
            f"item {i}",
            "#/groups/0",
        )
        for i in range(3)
    ]
    group = item_of("groups", 0, "list", None) | {"name": "list"}
    group["children"] = [{"$ref": f"#/texts/{i}"} for i in range(3)]
    whole, *parts = read(docling_document(items, groups=[group], body=["#/groups/0"]))[1].regions
    assert (whole.label, whole.text) == ("list", "")
    assert list(whole.box) == fractions(40, 100, 218, 155)
    assert [(part.label, part.text, part.parent) for part in parts] == [
        ("list_item", f"item {i}", 0) for i in range(3)
    ]
    alone = group | {"children": [{"$ref": "#/texts/0"}]}
    (one,) = read(docling_document(items, groups=[alone], body=["#/groups/0"]))[1].regions
    assert (one.label, one.parent) == ("list_item", None)


def test_text_that_goes_on_elsewhere_is_cut_where_it_does():
    item = text_item(0, "text", bottom_left((30, 400, 160, 480)), "Two of the pans still stand.")
    prov = item["prov"][0]
    item["prov"] = [
        prov | {"charspan": [0, 10]},
        prov | {"charspan": [11, 15], "bbox": bottom_left((180, 40, 310, 60))},
        prov | {"charspan": [16, 28], "page_no": 2},
    ]
    pages = read(docling_document([item], sizes=[(WIDTH, HEIGHT)] * 2))
    assert [region.text for region in pages[1].regions] == ["Two of the", "pans"]
    assert [region.text for region in pages[2].regions] == ["still stand."]


@pytest.mark.parametrize(
    ("name", "label"),
    [("title", "title"), ("section_header", "heading"), ("text", "paragraph"), ("code", "other"),
     ("formula", "formula"), ("page_header", "header"), ("page_footer", "footer"),
     ("footnote", "other"), ("document_index", "contents"), ("checkbox_selected", "other")],
)  # fmt: skip
def test_labels(name, label):
    document = docling_document([text_item(0, name, bottom_left((30, 40, 90, 60)), "x")])
    assert read(document)[1].regions[0].label == label


def test_check_boxes_say_whether_they_are_ticked():
    items = [
        text_item(place, f"checkbox_{state}", bottom_left((30, 40, 90, 60)), "Boats")
        for place, state in enumerate(("selected", "unselected"))
    ]
    regions = read(docling_document(items))[1].regions
    assert [region.text for region in regions] == ["☑ Boats", "☐ Boats"]


def test_headers_are_read_from_the_furniture_too():
    document = docling_document(
        [text_item(0, "page_header", bottom_left((30, 5, 90, 15)), "Gazette")]
    )
    document["furniture"]["children"], document["body"]["children"] = (
        document["body"]["children"],
        [],
    )
    assert [region.text for region in read(document)[1].regions] == ["Gazette"]


def test_pages_without_items_keep_their_size():
    document = docling_document(
        [text_item(0, "text", bottom_left((30, 40, 90, 60)), "x")],
        sizes=[(WIDTH, HEIGHT), (500, 200), (0, 0)],
    )
    pages = read(document)
    assert {n: (page.width, page.height, len(page.regions)) for n, page in pages.items()} == {
        1: (WIDTH, HEIGHT, 1), 2: (500, 200, 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"coord_origin": "BOTTOMRIGHT"}, "'coord_origin' TOPLEFT or BOTTOMLEFT"),
        ({"coord_origin": None}, "'coord_origin' TOPLEFT or BOTTOMLEFT"),
        ({"coord_origin": "TOPLEFT"}, "x0 <= x1 and y0 <= y1"),
        ({"r": 400}, "outside of the page, which is 340 x 500"),
        ({"t": 700}, "outside of the page"),
        ({"l": None}, "four numbers"),
    ],
)
def test_wrong_frames_are_errors(change, message):
    document = docling()
    document["texts"][1]["prov"][0]["bbox"] |= change
    with pytest.raises(FormatError, match=f"page 1, #/texts/1.*{message}"):
        read(document)


def test_missing_sizes_are_errors():
    document = docling()
    document["pages"]["1"]["size"] = None
    with pytest.raises(FormatError, match="page 1: the size of the page must be"):
        read(document)
    document["pages"] = {}
    with pytest.raises(FormatError, match="page 1: the size of the page must be"):
        read(document)
    document["pages"] = {"0": {"page_no": 0, "size": {"width": 5, "height": 5}}}
    with pytest.raises(FormatError, match="page 0: pages are numbered from 1"):
        read(document)


def test_documents_that_never_had_pages():
    with pytest.raises(FormatError, match="not made from pages"):
        read(docling_document([item_of("texts", 0, "text", None) | {"text": "from a web page"}]))


def test_references_that_lead_nowhere_or_in_a_circle():
    document = docling()
    document["texts"][0]["children"] = [{"$ref": "#/texts/1"}]
    document["texts"][1]["children"] = [{"$ref": "#/texts/0"}]
    assert len(read(document)[1].regions) == 3
    document["texts"][1]["children"] = [{"$ref": "#/texts/9"}]
    with pytest.raises(FormatError, match="#/texts/9: there is no such item"):
        read_regions(document)
