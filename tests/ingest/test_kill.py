"""Adding documents survives SIGKILL at any moment: what was acknowledged stands, once."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from snappy_core import RegionIndex
from snappy_core.scoring.idf import page_terms
from snappy_core.stores.codec import encode_term
from snappy_core.testing import FakeEncoder
from snappy_core.testing.stores.samples import ENCODER, assert_consistent

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")

ROOT = Path(__file__).parents[2]
NAMES = (
    "hyphens", "many_pages", "table", "two_columns", "mixed_blank", "list_items",
    "page_labels", "unicode",
)  # fmt: skip
QUESTIONS = ("tide table price", "harbour water level", "page three")

ADD = """
import sys, time
from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder

class SlowEncoder(FakeEncoder):
    def encode_pages(self, pages):
        time.sleep(0.004 * len(pages))
        return super().encode_pages(pages)

with RegionIndex.open(sys.argv[1], SlowEncoder()) as index:
    print("open", flush=True)
    for path in sys.argv[2:]:
        index.add(path).raise_failed()
        print(path, flush=True)
    time.sleep(60)  # it waits for its end
"""


@pytest.fixture(scope="module")
def paths():
    return [(ROOT / "tests" / "data" / f"{name}.pdf").as_posix() for name in NAMES]


@pytest.fixture(scope="module")
def undisturbed(paths):
    with RegionIndex.open(":memory:", FakeEncoder()) as index:
        index.add(paths).raise_failed()
        yield index


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", ADD, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(process, acknowledged, delay):
    """Kill a process `delay` seconds after it said "open" and that many documents.

    Returns all that it acknowledged, up to its end.
    """
    said = [process.stdout.readline() for _ in range(acknowledged + 1)]
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    said += process.stdout.readlines()
    assert process.wait(timeout=120) == -signal.SIGKILL
    process.stdout.close()
    assert said[0] == "open\n"
    return [line.strip() for line in said[1:]]


def check_file(path):
    """Check the file itself, apart from the code that wrote it."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in ("scoring", "pooled"):
        query = f"SELECT count(*) FROM pages WHERE id NOT IN (SELECT page FROM {table})"
        assert connection.execute(query).fetchone() == (0,), table
    connection.close()


def check_index(index):
    with index._store.read() as snapshot:
        assert_consistent(snapshot)
        counts = Counter()
        for page in snapshot.catalog().page_ids.tolist():
            counts.update(page_terms(snapshot.page(page).words.texts))
        terms = {encode_term(term): count for term, count in counts.items()}
    with index._store._connections.connect() as connection:
        assert dict(connection.execute("SELECT term, pages FROM terms").fetchall()) == terms


def found(index):
    """Return what an index answers: the regions with their scores."""
    return [
        sorted((-hit.score, hit.region_id, hit.page_maxsim) for hit in index.search(q, k=200))
        for q in QUESTIONS
    ]


@pytest.mark.parametrize(
    ("acknowledged", "delay"),
    [(0, 0), (0, 0.003), (1, 0.001), (1, 0.03), (2, 0), (3, 0.006), (5, 0.012), (7, 0.002)],
)
def test_kill(tmp_path, paths, undisturbed, acknowledged, delay):
    file = tmp_path / "index.snappy"
    named = kill_after(start(file, *paths), acknowledged, delay)
    assert len(named) >= acknowledged

    with RegionIndex.open(file, FakeEncoder(), create=False) as index:
        held = [document.document_id for document in index.documents()]
        # Each document that was acknowledged, once; and at most the one not yet announced.
        assert sorted(held) in (sorted(named), sorted(paths[: len(named) + 1]))
        check_index(index)

        report = index.add(paths)
        assert report.failed == ()
        assert sorted(report.unchanged) == sorted(held)
        assert sorted(report.added) == sorted(set(paths) - set(held))
        check_index(index)
        assert [d.document_id for d in index.documents()] == sorted(paths)
        assert found(index) == found(undisturbed)
    check_file(file)


def test_kill_while_replacing(tmp_path, data):
    """The old document or the new one, never a mixture."""
    file, paper = tmp_path / "index.snappy", tmp_path / "paper.pdf"
    old, new = (data / "table.pdf").read_bytes(), (data / "many_pages.pdf").read_bytes()
    for delay in (0, 0.02, 0.05):
        with RegionIndex.open(file, FakeEncoder()) as index:
            paper.write_bytes(old)
            index.add(paper).raise_failed()
        paper.write_bytes(new)
        named = kill_after(start(file, paper), 0, delay)
        with RegionIndex.open(file, FakeEncoder(), create=False) as index:
            (document,) = index.documents()
            assert document.pages in ((12,) if named else (1, 12))
            check_index(index)
        check_file(file)


def test_kill_in_the_middle_of_a_write(tmp_path):
    """A transaction that has begun to write, as for a document of very many pages."""
    file = tmp_path / "index.snappy"
    script = """
import os, signal, sys
from snappy_core.stores import SqliteStore
from snappy_core.testing.stores.samples import ENCODER, document, texts

store = SqliteStore(sys.argv[1])
store.bind_encoder(ENCODER.name, ENCODER.dim)
store.write(document("a"), texts("Tides turn"))

def pages():
    for number in range(2000):
        if number == 1500:
            os.kill(os.getpid(), signal.SIGKILL)
        yield texts(f"Moon {number} pulls the tide")[0]

store.write(document("a", "2"), pages())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    with RegionIndex.open(file, ENCODER, create=False) as index:
        (document,) = index.documents()
        assert (document.content_hash, document.pages) == ("1", 1)
        check_index(index)
    check_file(file)
