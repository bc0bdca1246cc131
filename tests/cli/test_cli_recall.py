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
    done = snappy("eval", "recall", path, "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert (found["pages"], found["made"], found["k"]) == (count, True, 10)
    assert found["depths"][-1]["regions"] == 1
    questions = tmp_path / "q.txt"
    questions.write_text("How many boats has the port of Brae?")
    done = snappy("eval", "recall", path, "--queries", questions, "-k", "2")
    assert f"{count} pages, 1 questions (given), k = 2" in done.out
    assert snappy("eval", "recall", tmp_path / "none.snappy").code == 1
    SqliteStore(tmp_path / "new.snappy").close()
    assert snappy("eval", "recall", tmp_path / "new.snappy").code == 2
