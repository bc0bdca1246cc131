"""`snappy ground`."""

import io
import json
import sys


def test_verdicts_numbers_and_places(snappy, small_index, data):
    answer = "Brae: 9 boats. Brae: 77 boats. Nobody wrote an opera."
    result = snappy("ground", answer, "--in", small_index)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "verified  Brae: 9 boats."
    assert lines[1] == f"    {(data / 'table.pdf').as_posix()}, page 1"
    assert lines[2].startswith("    > ")
    assert "partial  Brae: 77 boats." in lines
    assert "    not there: 77" in lines
    assert "absent  Nobody wrote an opera." in lines


def test_json_of_standard_input(snappy, small_index, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("Brae: 9 boats."))
    output = json.loads(snappy("ground", "-", "--in", small_index, "--json").out)
    [claim] = output["claims"]
    assert (claim["verdict"], output["is_verified"]) == ("verified", True)
    assert output["cited"] == "Brae: 9 boats. [1]"
    assert all(0 <= edge <= 1 for rect in claim["place"]["rects"] for edge in rect)


def test_where_to_look(snappy):
    assert snappy("ground", "Brae: 9 boats.").code == 2
