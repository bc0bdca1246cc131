"""Adding and searching leave nothing behind but the index."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ADD_AND_SEARCH = """
import sys
from snappy_core import RegionIndex
with RegionIndex.open(sys.argv[1]) as index:
    index.add(sys.argv[2], progress=False).raise_failed()
    print(index.search("How many boats land at Brae?")[0].source)
"""


def test_no_file_is_left_in_the_home_or_the_temporary_folder(tmp_path, data):
    folders = {name: tmp_path / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for folder in folders.values():
        folder.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ORT_")}
    done = subprocess.run(
        [sys.executable, "-c", ADD_AND_SEARCH, tmp_path / "index.snappy", data / "table.pdf"],
        env={**environment, **{k: str(v) for k, v in folders.items()}, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip().endswith("table.pdf")
    assert [path for folder in folders.values() for path in folder.rglob("*")] == []
