"""Adding and searching leave nothing behind but the index, and call nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ADD_AND_SEARCH = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        if not (event == "socket.connect" and isinstance(arguments[1], (str, bytes))):  # a pipe
            print("CALL", event, arguments, flush=True)
            raise OSError("the network is blocked")

sys.addaudithook(refuse)
from snappy_core import RegionIndex
with RegionIndex.open(sys.argv[1]) as index:
    index.add(sys.argv[2], progress=False).raise_failed()
    print(index.search("How many boats land at Brae?")[0].source)
"""


LANGCHAIN = """
from snappy_langchain import SnappyRetriever
retriever = SnappyRetriever(index=RegionIndex.open(sys.argv[1]), k=1)
print(retriever.invoke("How many boats land at Brae?")[0].metadata["source"])
"""
QDRANT = """
import qdrant_client
from snappy_core.stores.qdrant.store import QdrantStore
client = qdrant_client.QdrantClient(":memory:")
with RegionIndex(QdrantStore("qdrant://local/index", client=client)) as index:
    index.add(sys.argv[2], progress=False).raise_failed()
    print(index.search("How many boats land at Brae?")[0].source)
"""


@pytest.mark.parametrize(("more", "index"), [
    ("", "index.snappy"),
    pytest.param("", "index.lance", marks=pytest.mark.requires("lancedb")),
    pytest.param(QDRANT, "index.snappy", marks=pytest.mark.requires("qdrant_client")),
    pytest.param(LANGCHAIN, "index.snappy", marks=pytest.mark.requires("langchain_core")),
], ids=["core", "lance", "qdrant", "langchain"])  # fmt: skip
def test_no_file_is_left_and_nobody_is_called(tmp_path, data, more, index):
    """The home and the temporary folder are empty at first, and the network is blocked."""
    folders = {name: tmp_path / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for folder in folders.values():
        folder.mkdir()
    vendors = ("ORT_", "HF_", "RAY_", "LANGCHAIN_", "LANGSMITH_")
    environment = {k: value for k, value in os.environ.items() if not k.startswith(vendors)}
    done = subprocess.run(
        [sys.executable, "-c", ADD_AND_SEARCH + more, tmp_path / index, data / "table.pdf"],
        env={**environment, **{k: str(v) for k, v in folders.items()}, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "CALL" not in done.stdout
    assert done.stdout.strip().endswith("table.pdf")
    assert [path for folder in folders.values() for path in folder.rglob("*")] == []
