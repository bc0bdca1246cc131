import pytest

from snappy_core.markdown import table_markdown


def test_a_header_row_and_a_separator():
    assert table_markdown([["Port", "Tide"], ["Brest", "7 m"]]).split("\n") == [
        "| Port | Tide |",
        "| --- | --- |",
        "| Brest | 7 m |",
    ]
    assert table_markdown([["Port"]]) == "| Port |\n| --- |"
    assert table_markdown([]) == ""


@pytest.mark.parametrize(
    ("header_rows", "lines"),
    [
        (0, ["|  |  |", "| --- | --- |", "|  | 2024 |", "| Port | Tide |", "| Brest | 7 |"]),
        (1, ["|  | 2024 |", "| --- | --- |", "| Port | Tide |", "| Brest | 7 |"]),
        (2, ["| Port | 2024 Tide |", "| --- | --- |", "| Brest | 7 |"]),
    ],
)
def test_header_rows_are_joined_into_one(header_rows, lines):
    rows = [["", "2024"], ["Port", "Tide"], ["Brest", "7"]]
    assert table_markdown(rows, header_rows).split("\n") == lines


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a|b", r"a\|b"),
        ("a\\b", r"a\\b"),
        ("a\\|b", r"a\\\|b"),
        ("a\r\nb\u2028c", "a b c"),
        ("  a \t b ", "a b"),
        ("<br>", "<br>"),
        ("---", "---"),
    ],
)
def test_cells_are_escaped(text, cell):
    assert table_markdown([["x"], [text]]).split("\n")[2] == f"| {cell} |"
