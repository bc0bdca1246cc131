import pytest

from snappy_core.evaluation.jsonl import parse_lines


def test_blank_lines_are_ignored():
    assert parse_lines("a.jsonl", b'\n{"n": 1}\n\n{"n": 2}\n', lambda row: row["n"]) == [1, 2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.jsonl: no questions"),
        (b"{", "a.jsonl, line 1: not a question"),
        (b'{"n": 1}\n\n{"m": 2}', "a.jsonl, line 3: not a question"),
        (b'{"n": 1}\n[]', "a.jsonl, line 2: not a question"),
        (b'{"n": "\xff"}', "a.jsonl, line 1: not a question"),
    ],
)
def test_errors_name_file_and_line(data, message):
    with pytest.raises(ValueError, match=message):
        parse_lines("a.jsonl", data, lambda row: row["n"])
