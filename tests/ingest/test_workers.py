"""Workers make the index that one process makes; a document that breaks one costs only itself."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from snappy_core import RegionIndex, Source, UnreadableDocumentError, WorkerError, Workers
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.ingest.plan import name_documents
from snappy_core.ingest.write import ingest
from snappy_core.parsing import ReadingOptions
from snappy_core.stores import MemoryStore
from snappy_core.testing import FakeEncoder
from tests.ingest.contents import contents, outcome
from tests.ingest.misbehaving import (
    TIMEOUT,
    Absent,
    Deadly,
    KilledOnce,
    Locked,
    MisbehavingEncoder,
)
from tests.ingest.processes import alive, wait_for

ROOT = Path(__file__).parents[2]
needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")

ADD = """
import signal, sys
from snappy_core import RegionIndex, Workers
from tests.ingest.misbehaving import MisbehavingEncoder

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs
with RegionIndex.open(sys.argv[1], MisbehavingEncoder(sys.argv[2])) as index:
    index.add(sys.argv[3], executor=Workers(2)).raise_failed()
    print("added", flush=True)
    index.add(sys.argv[4:], executor=Workers(2))
"""


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path, monkeypatch):
    """No file in the folder for temporary files, and no process but loky's two trackers."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []
    assert [line for line in children(os.getpid()) if "resource_tracker" not in line] == []


def children(pid):
    """Return the command lines of the processes that a process started; "" for a zombie."""
    try:
        pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [Path(f"/proc/{pid}/cmdline").read_text() for pid in pids]
    except OSError:
        return []


@pytest.fixture
def paper(tmp_path):
    """Makes PDFs; each argument is a page."""

    def make(name, *pages):
        path = tmp_path / f"{name}.pdf"
        canvas = Canvas(str(path), pagesize=(300, 200))
        for text in pages:
            canvas.drawString(30, 150, f"The tide of {name} says {text} today")
            canvas.showPage()
        canvas.save()
        return path

    return make


@pytest.fixture
def pids(tmp_path):
    """A folder in which `MisbehavingEncoder` names the processes it ran in."""
    folder = tmp_path / "pids"
    folder.mkdir()
    return folder


def add(store, encoder, paths, workers, **limits):
    return ingest(
        store,
        encoder,
        name_documents(paths),
        metadata={"team": "sea"},
        reading=ReadingOptions(ocr="never"),
        executor=Workers(workers, **limits) if workers else None,
        progress=False,
    )


@pytest.mark.parametrize("make", [FakeEncoder, MiniLMEncoder], ids=["fake", "minilm"])
def test_two_workers_make_the_index_that_one_process_makes(data, make):
    """All awkward files; with the real encoder, those that fill more than one batch."""
    paths = sorted(data.glob("*.pdf"))
    if make is not FakeEncoder:
        paths = [data / f"{name}.pdf" for name in ("two_columns", "many_pages", "table")]
    encoder, here, there = make(), MemoryStore(), MemoryStore()
    expected = add(here, encoder, paths, 0)
    assert outcome(add(there, encoder, paths, 2)) == outcome(expected)
    assert contents(there) == contents(here)
    assert outcome(add(there, encoder, paths, 2)).unchanged == expected.added


@pytest.mark.parametrize(
    ("misdeed", "cause"),
    [
        ("kill", "the worker process was killed (SIGKILL) (encoding page 1)"),
        ("segfault", "the worker process was killed (SIGSEGV) (encoding page 1)"),
        ("abort", "the worker process was killed (SIGABRT) (encoding page 1)"),
        ("exit", "the worker process ended (exit code 3) (encoding page 1)"),
        ("hang", f"took longer than {TIMEOUT} seconds (encoding page 1)"),
        ("memory", "needs more memory than there is (encoding page 1)"),
        pytest.param(
            "grow", "needs more than 400 MiB of memory (encoding page 1)", marks=needs_proc
        ),
    ],
)
def test_what_breaks_a_worker_costs_one_document(paper, pids, misdeed, cause):
    good = [paper(name, "ebb", "flood") for name in ("a", "b", "c", "d")]
    bad = paper("bad", misdeed)
    limits = {"timeout": TIMEOUT if misdeed == "hang" else 60, "memory": 400 << 20}
    store = MemoryStore()
    report = add(store, MisbehavingEncoder(pids), [*good[:2], bad, *good[2:]], 2, **limits)
    assert report.added == tuple(path.as_posix() for path in good)
    (failure,) = report.failed
    assert (failure.source, failure.cause) == (bad.as_posix(), cause)
    assert type(failure.error) is WorkerError
    here = MemoryStore()
    add(here, MisbehavingEncoder(pids), good, 0)
    assert contents(store) == contents(here)


def test_a_document_that_kills_its_reader_costs_itself(data):
    deadly = Deadly("deadly.pdf", data=b"%PDF- damaged")
    report = add(MemoryStore(), FakeEncoder(), [deadly, data / "table.pdf"], 1)
    (failure,) = report.failed
    assert failure.cause == "the worker process was killed (SIGKILL) (opening it)"
    assert len(report.added) == 1


def test_a_worker_killed_for_no_fault_of_its_document_costs_nothing(data, tmp_path):
    paths = [data / "many_pages.pdf", data / "table.pdf"]
    store, here = MemoryStore(), MemoryStore()
    report = add(store, KilledOnce(tmp_path / "flag"), paths, 2)
    assert report.failed == ()
    add(here, FakeEncoder(), paths, 0)
    assert contents(store) == contents(here)


def test_pages_before_the_one_that_breaks_do_not_stay(paper, pids):
    old = paper("long", *["ebb"] * 3)
    store, encoder = MemoryStore(), MisbehavingEncoder(pids)
    add(store, encoder, old, 0)
    before = contents(store)
    paper("long", *["ebb"] * 17, "kill")
    (failure,) = add(store, encoder, old, 2).failed
    assert failure.cause.endswith("(encoding pages 17-18)")
    assert contents(store) == before


def test_one_large_document_uses_all_workers(data, pids):
    report = add(MemoryStore(), MisbehavingEncoder(pids), data / "many_pages.pdf", 2)
    assert report.pages == 12
    assert len(list(pids.iterdir())) == 2


def test_many_small_documents_given_as_bytes(data):
    content = (data / "table.pdf").read_bytes()
    names = [f"mail/{number}.pdf" for number in range(60)]
    sources = [Source.from_bytes(content, name) for name in names]
    sources.insert(30, Source.from_bytes(b"no PDF", "bad.pdf"))
    store = MemoryStore()
    report = add(store, FakeEncoder(), sources, 2)
    assert report.added == tuple(names)
    assert [failure.source for failure in report.failed] == ["bad.pdf"]
    assert {found.source for found in contents(store)["documents"]} == set(names)


def test_an_error_of_the_encoder_is_raised(paper, pids):
    with pytest.raises(KeyError, match="no such word") as caught:
        add(MemoryStore(), MisbehavingEncoder(pids), paper("bad", "raise"), 1)
    assert "misbehaving.py" in caught.value.__notes__[0]


def test_an_encoder_that_cannot_be_sent(data):
    with pytest.raises(TypeError, match=r"fake-1 cannot be sent .*a lock.*executor=None"):
        add(MemoryStore(), Locked(), data / "table.pdf", 1)
    with pytest.raises(RuntimeError, match=r"cannot be loaded .*no such model.*executor=None"):
        add(MemoryStore(), Absent(), data / "table.pdf", 1)


def test_bytes_are_written_to_a_file_as_long_as_they_are_needed(tmp_path, paper):
    original = Source.from_path(paper("a", "ebb"))
    with Workers(1).start(FakeEncoder()) as pool:
        staged = pool.stage(Source.from_bytes(b"%PDF-", "b.pdf"))
        assert (staged.path.read_bytes(), staged.data) == (b"%PDF-", None)
        assert pool.stage(original) is original
        for source in (staged, staged, original, Source.from_bytes(b"%PDF-", "c.pdf")):
            pool.unstage(source)  # the same file twice: two jobs of one document
        assert not staged.path.exists()
        assert original.path.exists()


def test_limits_are_checked():
    for options in ({"count": -1}, {"count": 0}, {"timeout": 0}, {"memory": -5}):
        (name,) = options
        with pytest.raises(ValueError, match=f"{name} must be positive"):
            Workers(**{"count": 1, **options})


async def test_an_index_adds_with_workers(data, capsys):
    with RegionIndex.open(":memory:", FakeEncoder()) as index:
        paths = [data / "many_pages.pdf", data / "no_pages.pdf"]
        reading = ReadingOptions(ocr="never", languages="deu")
        report = await index.aadd(paths, reading=reading, executor=Workers(2), progress=True)
        assert report.pages == 12
        with pytest.raises(UnreadableDocumentError):
            report.raise_failed()
        (document,) = index.documents()
        assert "ocr never deu" in document.fingerprint
    said = capsys.readouterr().err
    assert "12 pages" in said
    assert "2/2" in said
    assert "1 failed" in said


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
@pytest.mark.parametrize("end", ["SIGINT", "SIGKILL"])
def test_an_end_from_outside_takes_the_workers_along(paper, pids, tmp_path, end):
    """Ctrl-C, which a terminal sends to the whole group, and a kill that nobody can prepare for."""
    first, file = paper("first", "ebb"), tmp_path / "index.snappy"
    hanging = [paper(f"h{number}", "hang") for number in range(3)]
    process = subprocess.Popen(
        [sys.executable, "-c", ADD, *map(str, (file, pids, first, *hanging))],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "temporary")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "added\n"
    wait_for(lambda: len(list(pids.iterdir())) == 3)  # one of the first document, two that hang
    workers = [int(path.name) for path in pids.iterdir()]
    assert len([pid for pid in workers if alive(pid)]) == 2
    os.killpg(process.pid, getattr(signal, end))
    _, said = process.communicate(timeout=120)
    assert process.returncode == -getattr(signal, end)
    if end == "SIGINT":
        assert said.count("Traceback") == said.count("KeyboardInterrupt\n") == 1
        assert not any(map(alive, workers))
    else:
        wait_for(lambda: not any(map(alive, workers)))
        for left in (tmp_path / "temporary").iterdir():
            left.rmdir()  # nobody was left to do it
    with RegionIndex.open(file, MisbehavingEncoder(pids), create=False) as index:
        assert [document.source for document in index.documents()] == [first.as_posix()]
