"""A Ray cluster of two nodes makes the index and the report that one machine makes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from snappy_core import (
    Ray,
    ReadingOptions,
    RegionIndex,
    Source,
    UnreadableDocumentError,
    WorkerError,
    Workers,
)
from snappy_core.cli import main
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.ingest.ray.actor import fetch
from snappy_core.testing import FakeEncoder
from tests.ingest.contents import contents, outcome
from tests.ingest.misbehaving import TIMEOUT, Deadly, KilledOnce, MisbehavingEncoder
from tests.ingest.processes import alive, offspring, wait_for

pytestmark = [
    pytest.mark.requires("ray"),
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups"),
    # The processes of Ray talk over an address of this machine, which is not the loopback.
    pytest.mark.enable_socket,
]

ROOT = Path(__file__).parents[3]

ADD = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs
import sys, time
from snappy_core import Ray, RegionIndex
from snappy_core.testing import FakeEncoder

class Slow(FakeEncoder):
    def encode_pages(self, pages):
        time.sleep(0.2)
        return super().encode_pages(pages)

with RegionIndex.open(sys.argv[1], Slow()) as index:
    print("open", flush=True)
    print(index.add(sys.argv[3:], executor=Ray(sys.argv[2], workers=2)), flush=True)
"""


@pytest.fixture(scope="module")
def cluster():
    """The address of a cluster of two nodes with a core each; this process is connected to it."""
    import ray
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 1, "include_dashboard": False}
    nodes = Cluster(initialize_head=True, head_node_args=head)
    nodes.add_node(num_cpus=1)
    ray.init(nodes.address, log_to_driver=False, logging_level="ERROR")
    yield nodes.address
    assert ray.is_initialized()  # what was there before stays
    ray.shutdown()
    nodes.shutdown()


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


NO_OCR = ReadingOptions(ocr="never")


def add(encoder, paths, executor=None):
    index = RegionIndex(encoder=encoder)
    options = {"reading": NO_OCR, "executor": executor, "progress": False}
    report = index.add(paths, metadata={"team": "sea"}, **options)
    return index, report


def test_what_comes_out_is_what_comes_out_on_one_machine(cluster, data, paper, tmp_path):
    """All awkward files, two that kill or hang their worker, and bytes that are no file."""
    paths = [path for path in sorted(data.glob("*.pdf")) if path.stem != "hyphens"]  # "raise"
    sources = [Source.from_path(path) for path in paths]
    sources.insert(3, Source.from_path(paper("deadly", *["ebb"] * 9, "kill")))
    sources.insert(9, Source.from_path(paper("slow", "hang")))
    sources.insert(12, Deadly("deadly.pdf", data=b"%PDF- damaged"))
    sources += [
        Source.from_path(tmp_path / "gone.pdf"),
        Source.from_bytes((data / "table.pdf").read_bytes() + b"\0\0", "mail/1.pdf"),
    ]
    encoder = MisbehavingEncoder(tmp_path)
    here, expected = add(encoder, sources, Workers(2, timeout=TIMEOUT))
    index, report = add(encoder, sources, Ray(cluster, timeout=TIMEOUT))
    assert outcome(report) == outcome(expected)
    assert contents(index._store) == contents(here._store)
    broken = [failure for failure in report.failed if type(failure.error) is WorkerError]
    assert [failure.cause for failure in broken] == [
        "the worker process was killed (SIGKILL) (encoding pages 9-10)",
        f"took longer than {TIMEOUT} seconds (encoding page 1)",
        "the worker process was killed (SIGKILL) (opening it)",
    ]

    good = [source for source in sources if source.name in report.added]
    options = {"reading": NO_OCR, "executor": Ray(cluster)}
    again = index.add(good, **options)
    assert (again.unchanged, again.added, again.pages) == (report.added, (), 0)
    (changed,) = index.add(good[:1], metadata={"team": "land"}, **options).added
    assert changed == report.added[0]


def test_a_file_travels_to_another_node(cluster, paper):
    import ray

    home = ray.get_runtime_context().get_node_id()
    (other,) = {node["NodeID"] for node in ray.nodes()} - {home}
    path = paper("far", "ebb")
    source = Source.from_path(path, "tide")
    assert fetch(source, home, []) is source
    assert fetch(source, other, []) == Source(source.name, data=path.read_bytes(), password="tide")
    path.unlink()
    with pytest.raises(UnreadableDocumentError, match=r"far\.pdf: No such file"):
        fetch(source, other, [])


def test_an_actor_that_dies_costs_nothing(cluster, data, tmp_path):
    """Without a worker process of its own the encoder takes the actor with it."""
    paths = [data / f"{name}.pdf" for name in ("table", "many_pages", "two_columns", "empty")]
    encoder = KilledOnce(tmp_path / "flag")
    index, report = add(encoder, paths, Ray(cluster, workers=0))
    assert (tmp_path / "flag").exists()
    here, expected = add(encoder, paths)
    assert outcome(report) == outcome(expected)
    assert contents(index._store) == contents(here._store)


def test_a_document_that_kills_actors_again_and_again_is_reported(cluster, paper, tmp_path):
    paths = [paper("good", "ebb"), paper("bad", "kill")]
    _, report = add(MisbehavingEncoder(tmp_path), paths, Ray(cluster, workers=0))
    assert report.added == (paths[0].as_posix(),)
    assert [failure.cause for failure in report.failed] == ["the Ray actor died (encoding page 1)"]


def test_the_command_line_with_the_embedded_encoder(cluster, data, tmp_path, capsys):
    paths = [str(data / f"{name}.pdf") for name in ("two_columns", "many_pages", "encrypted")]
    there, here = str(tmp_path / "there.snappy"), str(tmp_path / "here.snappy")
    assert main(["index", *paths, "--to", there, "--ray", cluster, "--password", "tide"]) == 0
    said = capsys.readouterr().out
    assert main(["index", *paths, "--to", here, "--workers", "0", "--password", "tide"]) == 0
    assert said.partition(" in ")[0] == capsys.readouterr().out.partition(" in ")[0]
    encoder = MiniLMEncoder()
    with RegionIndex.open(there, encoder) as index, RegionIndex.open(here, encoder) as expected:
        assert contents(index._store) == contents(expected._store)


@pytest.fixture
def begun(data, tmp_path):
    """Begins to add documents in a process of its own, on a cluster; returns when some are there.

    It returns the process, the index and the documents.
    """
    paths = [str(data / f"{name}.pdf") for name in ("table", "many_pages", "two_columns")]
    content = (data / "page_labels.pdf").read_bytes()
    for number in range(12):
        paths.insert(2, str(tmp_path / f"{number:02}.pdf"))
        Path(paths[2]).write_bytes(content + b"%d" % number)
    file = tmp_path / "index.snappy"
    processes = []

    def begin(address):
        process = subprocess.Popen(
            [sys.executable, "-c", ADD, str(file), address, *paths],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        assert process.stdout.readline() == "open\n"
        wait_for(lambda: stored(file), seconds=180)
        return process, file, paths

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def test_it_goes_on_where_it_was_killed(cluster, begun):
    """And the cluster that it had started for itself ends with it."""
    process, file, paths = begun("local")
    processes = offspring(process.pid)
    assert len(processes) > 5
    os.killpg(process.pid, signal.SIGKILL)
    assert "IngestReport" not in process.communicate(timeout=120)[0]  # it was not done
    wait_for(lambda: not any(map(alive, processes)))
    first = stored(file)
    assert 0 < len(first) < len(paths)
    with RegionIndex.open(file, FakeEncoder()) as index:
        report = index.add(paths, executor=Ray(cluster))
        assert report.unchanged == tuple(path for path in paths if path in first)
        assert report.added == tuple(path for path in paths if path not in first)
        with RegionIndex(encoder=FakeEncoder()) as expected:
            expected.add(paths)
            assert contents(index._store) == contents(expected._store)


def test_ctrl_c_ends_it_and_leaves_the_cluster(cluster, begun):
    import ray

    process, file, paths = begun(cluster)
    os.killpg(process.pid, signal.SIGINT)
    out, said = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGINT
    assert "IngestReport" not in out
    assert said.count("KeyboardInterrupt\n") == said.count("Traceback") == 1
    assert 0 < len(stored(file)) < len(paths)
    assert sum(node["Alive"] for node in ray.nodes()) == 2
    wait_for(lambda: ray.available_resources().get("CPU") == 2)


def stored(file):
    with RegionIndex.open(file, FakeEncoder(), create=False) as index:
        return {document.source for document in index.documents()}
