"""`snappy compact`."""

import json
import shutil
from pathlib import Path

from snappy_core.stores import SqliteStore
from snappy_core.testing.stores.samples import document, texts


def test_gives_back_room(snappy, small_index, tmp_path):
    small_index = Path(shutil.copy(small_index, tmp_path))
    asked = ("search", "boats", "--in", small_index, "--json")
    output = json.loads(snappy(*asked).out)["hits"]
    store = SqliteStore(small_index)
    store.write(document("long"), texts(*["Tides turn " * 100] * 20))
    store.delete("long")
    store.close()
    full = small_index.stat().st_size
    result = snappy("compact", small_index)
    assert (result.code, result.out, result.err) == (0, "", "")
    assert small_index.stat().st_size < full
    assert json.loads(snappy(*asked).out)["hits"] == output


def test_a_missing_index_is_not_made(snappy, tmp_path):
    result = snappy("compact", tmp_path / "none.snappy")
    assert result.code == 1
    assert "none.snappy: no such index" in result.error
