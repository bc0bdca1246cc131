"""Adding and searching leave nothing behind but the index, and call nobody.

On Linux with strace, what the libraries ask the kernel for is looked at, too, also in the programs
and processes that they start; elsewhere Python's audit events tell of calls.
"""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CALLS_ARE_REFUSED = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        if not (event == "socket.connect" and isinstance(arguments[1], (str, bytes))):  # a pipe
            print("CALL", event, arguments, flush=True)
            raise OSError("the network is blocked")

sys.addaudithook(refuse)
"""
ADD_AND_SEARCH = """
import sys
from snappy_core import ReadingOptions, RegionIndex, Workers
from snappy_core.encoders import open_encoder

_, location, document, *models = sys.argv
with RegionIndex.open(location, open_encoder(models[0]) if models else None) as index:
    index.add(document, progress=False{options}).raise_failed()
    print(index.search("How many boats land at Brae?")[0].source)
"""
LANGCHAIN = """
from snappy_langchain import SnappyRetriever
retriever = SnappyRetriever(index=RegionIndex.open(location), k=1)
print(retriever.invoke("How many boats land at Brae?")[0].metadata["source"])
"""
LLAMAINDEX = """
from snappy_llamaindex import SnappyRetriever
retriever = SnappyRetriever(index=RegionIndex.open(location), k=1)
print(retriever.retrieve("How many boats land at Brae?")[0].node.metadata["source"])
"""
QDRANT = """
import qdrant_client
from snappy_core.stores.qdrant.store import QdrantStore
client = qdrant_client.QdrantClient(path=location + ".qdrant")
with RegionIndex(QdrantStore("qdrant://local/index", client=client)) as index:
    index.add(document, progress=False).raise_failed()
    print(index.search("How many boats land at Brae?")[0].source)
client.close()
"""
SCANNED = ", reading=ReadingOptions(ocr='always', layout_model='{model}')"
WORKERS = ", executor=Workers(1)"


@pytest.mark.parametrize(("options", "more", "index"), [
    ("", "", "index.snappy"),
    (WORKERS, "", "index.snappy"),
    pytest.param(
        SCANNED.format(model="never"), "", "index.snappy", marks=pytest.mark.tesseract
    ),
    pytest.param(
        SCANNED.format(model="always"), "", "index.snappy",
        marks=[pytest.mark.tesseract, pytest.mark.requires("rapid_layout")],
    ),
    pytest.param("", "", "index.lance", marks=pytest.mark.requires("lancedb")),
    pytest.param("", QDRANT, "index.snappy", marks=pytest.mark.requires("qdrant_client")),
    pytest.param("", LANGCHAIN, "index.snappy", marks=pytest.mark.requires("langchain_core")),
    pytest.param(
        "", LLAMAINDEX, "index.snappy", marks=pytest.mark.requires("llama_index.core")
    ),
], ids=[
    "core", "workers", "tesseract", "layout", "lance", "qdrant", "langchain", "llamaindex",
])  # fmt: skip
def test_no_file_is_left_and_nobody_is_called(tmp_path, data, options, more, index):
    assert_no_traces(tmp_path, "", options, more, tmp_path / index, data / "table.pdf")


@pytest.mark.requires("torch", "transformers", "safetensors")
def test_torch_and_transformers_call_nobody(tmp_path, data):
    """A ColBERT model in a folder."""
    torchvision = "from tests.encoders.colvision.tiny import import_torchvision as go\ngo()\n"
    model = tmp_path / "model"
    model.mkdir()
    save = (
        "import pathlib, sys\nfrom tests.encoders.tiny_colbert import save_pylate\n"
        "save_pylate(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", torchvision + save, model], cwd=ROOT, check=True)
    arguments = tmp_path / "index.snappy", data / "table.pdf", model
    assert_no_traces(tmp_path, torchvision, "", "", *arguments)


def assert_no_traces(tmp_path, before, options, more, *arguments):
    """Run in empty home and temporary folders, with the network blocked and everything traced."""
    folders = {name: tmp_path / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for folder in folders.values():
        folder.mkdir()
    vendors = ("ORT_", "HF_", "RAY_", "LANGCHAIN_", "LANGSMITH_", "XDG_", "NLTK_", "TIKTOKEN_")
    environment = {k: value for k, value in os.environ.items() if not k.startswith(vendors)}
    environment |= {k: str(v) for k, v in folders.items()}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    code = CALLS_ARE_REFUSED + before + ADD_AND_SEARCH.format(options=options) + more
    trace = tmp_path / "trace"
    tracer = [*_STRACE, trace] if _can_trace() else []
    done = subprocess.run(
        [*tracer, sys.executable, "-c", code, *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "CALL" not in done.stdout
    assert done.stdout.strip().endswith("table.pdf")
    left = [path for folder in folders.values() for path in folder.rglob("*")]
    assert [path for path in left if not path.name.startswith(_EMPTY_FOLDER)] == []
    if tracer:
        lines = trace.read_text(errors="replace").splitlines()
        assert [line for line in lines if str(arguments[1]) in line]  # it was traced
        assert calls(lines) == []
        assert written(lines, tmp_path) == []


_STRACE = [
    "strace", "-f", "-qq", "--seccomp-bpf", "-s", "4096", "-e",
    "trace=connect,sendto,sendmsg,sendmmsg,openat,?open,?creat,?mkdir,mkdirat,?rename,renameat,"
    "renameat2,?link,linkat,?symlink,symlinkat", "-o",
]  # fmt: skip
_EMPTY_FOLDER = "torchinductor_"  # of torch, in the temporary folder; see docs/guarantees.md
_TELLS_NOBODY = ("/dev/null", "/dev/tty", "/dev/shm/", "/proc/self/")


@cache
def _can_trace():
    if shutil.which("strace") is None:
        return False
    return subprocess.run([*_STRACE, os.devnull, "true"], capture_output=True).returncode == 0


def calls(lines):
    """Return the lines of a trace in which another machine, or its address, is asked for."""
    return [line for line in lines if re.search(r"sa_family=AF_INET6?\b", line)]


def written(lines, folder):
    """Return the lines of a trace that write a file which is not in a folder."""
    writing = [
        line for line in lines
        if re.search(r"O_WRONLY|O_RDWR|O_CREAT|^\d+ +(creat|mkdir|rename|link|symlink)", line)
    ]  # fmt: skip
    return [
        line
        for line in writing
        if not any(f'"{place}' in line for place in (str(folder), *_TELLS_NOBODY))
        and not line.endswith(")")  # it failed: -1 ENOENT (...)
    ]


def test_a_trace_is_understood(tmp_path):
    inside = f'7 openat(AT_FDCWD, "{tmp_path}/a", O_RDWR|O_CREAT, 0644) = 3'
    outside = '7 openat(AT_FDCWD, "/root/.id", O_WRONLY|O_CREAT, 0600) = 4'
    failed = '7 mkdir("/root", 0777) = -1 EEXIST (File exists)'
    read = '7 openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 5'
    lookup = "7 connect(4, {sa_family=AF_INET, sin_port=htons(53)}, 16) = 0"
    pipe = '7 connect(4, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0'
    lines = [inside, outside, failed, read, lookup, pipe]
    assert written(lines, tmp_path) == [outside]
    assert calls(lines) == [lookup]
