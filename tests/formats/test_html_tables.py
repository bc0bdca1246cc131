import pytest

from snappy_core import FormatError
from snappy_core.formats.html_tables import tables_to_markdown


def test_cells_that_span_are_repeated():
    html = (
        "before <table border=1><thead><tr><th rowspan='2'>Port</th><th colspan=2>Tide</th></tr>"
        "<tr><th>high</th><th>low</th></tr></thead>"
        "<tr><td>Saint-<br>Malo</td><td>13 &amp; more</td><td>1</td></tr></table> after"
    )
    assert tables_to_markdown(html).split("\n") == [
        "before | Port | Tide | Tide |",
        "| --- | --- | --- |",
        "| Port | high | low |",
        "| Saint- Malo | 13 & more | 1 | after",
    ]


def test_text_without_tables_stays_as_it_is():
    assert tables_to_markdown("1 < 2 and <b>bold</b>") == "1 < 2 and <b>bold</b>"


def test_cells_that_reach_down_fill_rows_without_end_tags():
    html = "<table><tr><th rowspan=3>b<th>a<tr><td>c<tr></table>"
    assert tables_to_markdown(html).split("\n")[2:] == ["| b | c |", "| b |  |"]


def test_cells_without_a_row_are_kept():
    assert tables_to_markdown("<table><td>a<td>b</table>") == "| a | b |\n| --- | --- |"
    assert tables_to_markdown("<table></table>") == ""


@pytest.mark.parametrize(
    "rows",
    [
        "<tr>" + "<td colspan=1000>x</td>" * 101,
        "<tr>" + "<td colspan=1000 rowspan=1000>x</td>" * 100 + "<tr>" * 999,
        "<tr>" * 1000 + "<td colspan=101>x</td>",
    ],
)
def test_huge_tables_are_refused(rows):
    with pytest.raises(FormatError, match="more than 100,000 cells"):
        tables_to_markdown(f"<table>{rows}</table>")


def test_deep_tables_are_refused():
    with pytest.raises(FormatError, match="Excessive depth"):
        tables_to_markdown("<table><td>" + "<b>" * 300 + "</table>")
