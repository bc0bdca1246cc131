"""`snappy compact`."""

import json
import shutil
from pathlib import Path

from snappy_core.stores import SqliteStore
from snappy_core.testing.stores import document, texts


def test_gives_back_room(snappy, made, tmp_path):
    made = Path(shutil.copy(made, tmp_path))
    asked = ("search", "boats", "--in", made, "--json")
    found = json.loads(snappy(*asked).out)["hits"]
    store = SqliteStore(made)
    store.write(document("long"), texts(*["Tides turn " * 100] * 20))
    store.delete("long")
    store.close()
    full = made.stat().st_size
    done = snappy("compact", made)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert made.stat().st_size < full
    assert json.loads(snappy(*asked).out)["hits"] == found


def test_a_missing_index_is_not_made(snappy, tmp_path):
    done = snappy("compact", tmp_path / "none.snappy")
    assert done.code == 1
    assert "none.snappy: no such index" in done.error
