"""`snappy eval recall`."""

import json

from snappy_core.index import RegionIndex
from snappy_core.stores import SqliteStore


def test_command(snappy, tmp_path, data):
    """On a real index, which knows its encoder."""
    path = tmp_path / "index.snappy"
    with RegionIndex.open(path) as index:
        index.add(data / "table.pdf").raise_failed()
        count = index.info().pages
    result = snappy("eval", "recall", path, "--json")
    assert (result.code, result.err) == (0, "")
    output = json.loads(result.out)
    assert (output["pages"], output["made"], output["k"]) == (count, True, 10)
    assert output["depths"][-1]["regions"] == 1
    questions = tmp_path / "q.txt"
    questions.write_text("How many boats has the port of Brae?")
    result = snappy("eval", "recall", path, "--queries", questions, "-k", "2")
    assert f"{count} pages, 1 questions (given), k = 2" in result.out
    assert snappy("eval", "recall", tmp_path / "none.snappy").code == 1
    SqliteStore(tmp_path / "new.snappy").close()
    assert snappy("eval", "recall", tmp_path / "new.snappy").code == 2
