"""With a store to which many processes write, the actors write, and this process only plans."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from snappy_core import Ray, ReadingOptions, RegionIndex, Source, WorkerError
from snappy_core.errors import StoreError
from snappy_core.ingest import queued_document
from snappy_core.stores.lance.store import LanceStore
from snappy_core.testing import FakeEncoder
from tests.ingest.contents import contents, outcome
from tests.ingest.misbehaving import TIMEOUT, KilledOnce, MisbehavingEncoder, Slow
from tests.ingest.processes import alive, offspring, wait_for

pytestmark = [
    pytest.mark.requires("ray", "lancedb"),
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups"),
    pytest.mark.enable_socket,
]
NO_OCR = ReadingOptions(ocr="never")
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def cluster():
    """The address of a cluster of two cores; this process is connected to it."""
    import ray
    from ray.cluster_utils import Cluster

    nodes = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False}
    )
    ray.init(nodes.address, log_to_driver=False, logging_level="ERROR")
    yield nodes.address
    ray.shutdown()
    nodes.shutdown()


@pytest.fixture
def paths(data, tmp_path):
    """Ten documents of one to twelve pages, one of them encrypted."""
    names = ("table", "many_pages", "two_columns", "encrypted", "unicode")
    paths = [data / f"{name}.pdf" for name in names]
    for number in range(5):
        paths.append(tmp_path / f"{number}.pdf")
        content = (data / "page_labels.pdf").read_bytes()
        paths[-1].write_bytes(content + b"%d" % number)
    return paths


@pytest.fixture
def driver_writes(monkeypatch):
    """The ids of the documents that this process itself writes."""
    written = []
    write = LanceStore.write

    def noted(store, document, pages):
        write(store, document, pages)
        written.append(document.document_id)

    monkeypatch.setattr(LanceStore, "write", noted)
    return written


def unordered(store):
    """The contents of a store but for the order in which documents were written."""
    return {key: value for key, value in contents(store).items() if key not in ("order", "pooled")}


def here(encoder, paths, **options):
    index = RegionIndex(encoder=encoder)
    report = index.add(paths, reading=NO_OCR, progress=False, **options)
    return unordered(index._store), outcome(report)


def test_workers_write_what_this_process_would(cluster, paths, tmp_path, driver_writes):
    counts = []

    def count(progress):
        counts.append((progress.pages, progress.done, progress.failed))

    options = {"reading": NO_OCR, "executor": Ray(cluster), "metadata": {"team": "sea"}}
    with RegionIndex.open(tmp_path / "a.lance", FakeEncoder()) as index:
        report = index.add(paths, progress=count, **options)
        expected, expected_report = here(FakeEncoder(), paths, metadata={"team": "sea"})
        assert outcome(report) == expected_report
        assert unordered(index._store) == expected
        assert counts[-1] == (report.pages, len(paths), 1)
        assert [pages for pages, _, _ in counts] == sorted(pages for pages, _, _ in counts)
        assert index._store._table.latest().rows == 2 + report.pages + len(report.added)
        again = index.add([path for path in paths if path.stem != "encrypted"], **options)
        assert (again.unchanged, again.added) == (report.added, ())
    assert driver_writes == []


def test_this_process_writes_what_leaves_its_content_to_copies(
    cluster, data, paths, tmp_path, driver_writes
):
    executor, copy = Ray(cluster), tmp_path / "copy.pdf"
    shutil.copy(paths[-1], copy)
    with RegionIndex.open(tmp_path / "a.lance", FakeEncoder()) as index:
        index.add([paths[-1], copy], reading=NO_OCR, executor=executor)
        changed = ReadingOptions(ocr="never", pool_block=2)
        index.add(paths[-1], reading=changed, executor=executor)
        assert [len(record.sources) for record in index.documents()] == [2]
        shutil.copy(data / "table.pdf", paths[-1])
        index.add(paths[-1], reading=NO_OCR, executor=executor)
        assert [(r.source, r.aliases) for r in index.documents()] == [
            (str(paths[-1]), ()), (str(copy), ()),
        ]  # fmt: skip
        assert driver_writes == [str(paths[-1]), str(copy), str(paths[-1])]


def test_a_copy_that_changes_too_is_written_by_this_process_and_last(
    cluster, data, paths, tmp_path, driver_writes
):
    executor, copy = Ray(cluster), tmp_path / "copy.pdf"
    shutil.copy(paths[-1], copy)
    both = [paths[-1], copy]
    with RegionIndex.open(tmp_path / "a.lance", FakeEncoder()) as index:
        index.add(both, metadata={"team": "x"}, reading=NO_OCR, executor=executor)
        shutil.copy(data / "table.pdf", paths[-1])
        shutil.copy(data / "unicode.pdf", copy)
        index.add(both, reading=NO_OCR, executor=executor)
        assert driver_writes == [str(copy), str(paths[-1]), str(copy)]
        expected = here(FakeEncoder(), both, metadata={"team": "x"})[0]
        assert unordered(index._store) == expected


def test_what_a_document_does_to_its_worker_is_told_as_before(cluster, data, paths, tmp_path):
    sources = [Source.from_path(path) for path in paths]
    from reportlab.pdfgen.canvas import Canvas

    for name, text in (("deadly", "kill"), ("slow", "hang")):
        canvas = Canvas(str(tmp_path / f"{name}.pdf"), pagesize=(300, 200))
        for word in [*["ebb"] * 9, text]:
            canvas.drawString(30, 150, f"The tide says {word} today")
            canvas.showPage()
        canvas.save()
        sources.insert(2, Source.from_path(tmp_path / f"{name}.pdf"))
    sources.append(Source.from_bytes((data / "table.pdf").read_bytes() + b"\0", "mail/1.pdf"))
    encoder = MisbehavingEncoder(tmp_path)
    with RegionIndex.open(tmp_path / "a.lance", encoder) as index:
        report = index.add(sources, reading=NO_OCR, executor=Ray(cluster, timeout=TIMEOUT))
        good = [source for source in sources if source.name in report.added]
        assert unordered(index._store) == here(encoder, good)[0]
    causes = {failure.cause for failure in report.failed if type(failure.error) is WorkerError}
    assert causes == {
        "the worker process was killed (SIGKILL) (encoding pages 9-10)",
        f"took longer than {2 * TIMEOUT} seconds (encoding pages 9-10)",
    }
    assert len(report.failed) == 3
    assert report.added[-1] == "mail/1.pdf"


def test_long_documents_are_shared_and_written_here(
    cluster, paths, tmp_path, driver_writes, monkeypatch
):
    monkeypatch.setattr(queued_document, "MAX_WHOLE", 11)
    with RegionIndex.open(tmp_path / "a.lance", FakeEncoder()) as index:
        report = index.add(paths, reading=NO_OCR, executor=Ray(cluster))
        expected, expected_report = here(FakeEncoder(), paths)
        assert outcome(report) == expected_report
        assert unordered(index._store) == expected
    assert driver_writes == [path for path in report.added if "many_pages" in path]


def test_workers_that_have_another_index_at_its_place_leave_it_alone(
    cluster, paths, tmp_path, driver_writes, monkeypatch, caplog
):
    """As on another machine with a folder of the same name."""
    with RegionIndex.open(tmp_path / "b.lance", FakeEncoder()) as other:
        elsewhere = other._store.__reduce__()
        with RegionIndex.open(tmp_path / "a.lance", FakeEncoder()) as index:
            monkeypatch.setattr(LanceStore, "__reduce__", lambda _: elsewhere)
            report = index.add(paths, reading=NO_OCR, executor=Ray(cluster))
            expected, expected_report = here(FakeEncoder(), paths)
            assert outcome(report) == expected_report
            assert unordered(index._store) == expected
        (warning,) = [text for text in caplog.messages if "writes to it" in text]
        assert "a.lance: where a worker runs, there is another index at this place" in warning
        assert driver_writes == list(report.added)
        assert other.documents() == []


def test_files_are_kept_by_the_workers_and_go_with_their_bytes(cluster, paths, tmp_path):
    path = tmp_path / "1.pdf"
    options = {"reading": NO_OCR, "executor": Ray(cluster), "keep": "source"}
    with RegionIndex.open(tmp_path / "a.lance", FakeEncoder()) as index:
        index.add(paths, **options)
        (before,) = [d for d in index.documents() if d.document_id == str(path)]
        assert index._store.kept_file(before.content_hash, "source") == path.read_bytes()
        path.write_bytes(path.read_bytes() + b"changed")
        assert index.add(path, **options).added == (str(path),)
        (after,) = [d for d in index.documents() if d.document_id == str(path)]
        assert index._store.kept_file(after.content_hash, "source") == path.read_bytes()
        assert index._store.kept_files(before.content_hash) == frozenset()


def test_a_store_that_cannot_be_written_ends_it(cluster, paths, tmp_path):
    index = RegionIndex.open(tmp_path / "a.lance", FakeEncoder())
    versions = tmp_path / "a.lance" / "snappy.lance" / "data"
    shutil.rmtree(versions)
    versions.write_text("no folder")
    with pytest.raises(StoreError, match=r"a\.lance"):
        index.add(paths, reading=NO_OCR, executor=Ray(cluster))


def test_an_actor_that_dies_costs_nothing(cluster, paths, tmp_path):
    encoder = KilledOnce(tmp_path / "flag")
    with RegionIndex.open(tmp_path / "a.lance", encoder) as index:
        report = index.add(paths, reading=NO_OCR, executor=Ray(cluster, workers=0))
        assert (tmp_path / "flag").exists()
        expected, expected_report = here(encoder, paths)
        assert outcome(report) == expected_report
        assert unordered(index._store) == expected


def actors():
    """Return the ids of the processes of this process's cluster that are actors, idle or not."""
    found = []
    for pid in offspring(os.getpid()):
        with suppress(OSError):
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"ray::Actor"):
                found.append(pid)
    return found


def next_actor():
    """Return the process of an actor; one that was killed comes back, if not at once."""
    deadline = time.monotonic() + 60
    while not (running := actors()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return running[0] if running else None


def test_killed_actors_lose_nothing_that_was_acknowledged(cluster, data, tmp_path):
    paths = []
    for number in range(20):
        paths.append(tmp_path / f"{number:02}.pdf")
        paths[-1].write_bytes((data / "page_labels.pdf").read_bytes() + b"%d" % number)
    acknowledged, killed = [], []

    def kill(progress):
        if progress.done > len(acknowledged):
            with store.read() as snapshot:
                acknowledged.append({document.document_id for document in snapshot.documents()})
            assert len(acknowledged[-1]) >= progress.done
            assert all(before <= acknowledged[-1] for before in acknowledged)
        wanted = (progress.done >= 4) + (progress.done >= 12)
        if len(killed) < wanted and (actor := next_actor()):
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(actor, signal.SIGKILL)
                killed.append(actor)

    with RegionIndex.open(tmp_path / "a.lance", Slow()) as index:
        store = LanceStore(tmp_path / "a.lance")
        report = index.add(paths, reading=NO_OCR, executor=Ray(cluster), progress=kill)
        assert len(killed) >= 2
        expected, expected_report = here(FakeEncoder(), paths)
        assert outcome(report) == expected_report
        assert unordered(index._store) == expected


ADD = """
import sys
from snappy_core import Ray, ReadingOptions, RegionIndex
from tests.ingest.misbehaving import TIMEOUT, Slow

with RegionIndex.open(sys.argv[1], Slow()) as index:
    print("open", flush=True)
    reading = ReadingOptions(ocr="never")
    report = index.add(sys.argv[2:], reading=reading, executor=Ray("local", workers=2))
    print(report, flush=True)
"""


def test_it_goes_on_where_it_was_killed(cluster, data, tmp_path):
    paths = []
    for number in range(12):
        paths.append(str(tmp_path / f"{number:02}.pdf"))
        Path(paths[-1]).write_bytes((data / "page_labels.pdf").read_bytes() + b"%d" % number)
    process = subprocess.Popen(
        [sys.executable, "-c", ADD, str(tmp_path / "a.lance"), *paths],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout.readline() == "open\n"
        with RegionIndex.open(tmp_path / "a.lance", Slow()) as index:
            wait_for(index.documents, seconds=180)
            processes = offspring(process.pid)
            os.killpg(process.pid, signal.SIGKILL)
            assert "IngestReport" not in process.communicate(timeout=120)[0]
            wait_for(lambda: not any(map(alive, processes)))
            first = {document.document_id for document in index.documents()}
            assert 0 < len(first) < len(paths)
            report = index.add(paths, reading=NO_OCR, executor=Ray(cluster))
            assert report.unchanged == tuple(path for path in paths if path in first)
            assert report.added == tuple(path for path in paths if path not in first)
            assert unordered(index._store) == here(FakeEncoder(), paths)[0]
    finally:
        process.kill()
        process.communicate()
