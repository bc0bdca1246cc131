import asyncio
import json
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from snappy_core import IndexMismatchError, PageUnavailableError, RegionIndex, Source
from snappy_core.display.render import crop
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.testing import FakeEncoder
from snappy_core.testing.stores.samples import assert_consistent
from snappy_core.types import Label

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "index.snappy"


@pytest.fixture(params=["memory", "sqlite"])
def index(request, file):
    location = ":memory:" if request.param == "memory" else file
    with RegionIndex.open(location, FakeEncoder()) as index:
        yield index


# Opening


def test_open_makes_a_file_that_stays(file, data):
    with RegionIndex.open(file, FakeEncoder()) as index:
        index.add(data / "table.pdf", metadata={"team": "sea"}).raise_failed()
        hits = index.search("price of a ticket", k=50)
    assert [found.name for found in file.parent.iterdir()] == [file.name]
    with RegionIndex.open(str(file), FakeEncoder(), create=False) as index:
        assert index.search("price of a ticket", k=50) == hits
        assert index.add(data / "table.pdf", metadata={"team": "sea"}).unchanged


def test_open_in_memory():
    with RegionIndex.open(":memory:", FakeEncoder()) as index:
        assert index.info().location == ":memory:"
    assert RegionIndex(encoder=FakeEncoder()).info().location == ":memory:"


def test_open_without_making(file):
    with pytest.raises(FileNotFoundError, match="no such index"):
        RegionIndex.open(file, FakeEncoder(), create=False)


@pytest.mark.parametrize("other", [FakeEncoder(name="fake-2"), FakeEncoder(dim=32)])
def test_open_with_another_encoder(file, other):
    RegionIndex.open(file, FakeEncoder()).close()
    with pytest.raises(IndexMismatchError) as caught:
        RegionIndex.open(file, other)
    said = str(caught.value)
    assert "fake-1 (64 dimensions)" in said
    assert f"{other.name} ({other.dim})" in said
    assert [found.name for found in file.parent.iterdir()] == [file.name]  # it was closed again
    RegionIndex.open(file, FakeEncoder()).close()


def test_a_store_belongs_to_one_encoder():
    store = MemoryStore()
    RegionIndex(store, FakeEncoder())
    with pytest.raises(IndexMismatchError, match=r"fake-1 \(64 dimensions\), not fake-2 \(64\)"):
        RegionIndex(store, FakeEncoder(name="fake-2"))


def test_a_file_may_be_open_twice(file, data):
    with (
        RegionIndex.open(file, FakeEncoder()) as one,
        RegionIndex.open(file, FakeEncoder()) as other,
    ):
        one.add(data / "table.pdf").raise_failed()
        assert other.search("price") == one.search("price")
        assert other.delete((data / "table.pdf").as_posix())
        assert list(one.search("price")) == []


# Documents


def test_documents_delete_and_info(index, data, file):
    names = [(data / name).as_posix() for name in ("many_pages.pdf", "table.pdf")]
    index.add(names, metadata={"team": "sea"})
    assert [(found.document_id, found.pages) for found in index.documents()] == [
        (names[0], 12),
        (names[1], 1),
    ]
    info = index.info()
    assert (info.encoder, info.dim, info.documents, info.pages) == ("fake-1", 64, 2, 13)
    if info.location == ":memory:":
        assert info.bytes is None
    else:
        log = file.with_name(file.name + "-wal")
        size = file.stat().st_size + log.stat().st_size
        assert (info.location, info.bytes) == (str(file), size)

    assert index.delete(names[0]) == 1
    assert index.delete(names[0]) == 0
    assert [found.document_id for found in index.documents()] == names[1:]
    assert {hit.document_id for hit in index.search("page", k=99)} == {names[1]}
    assert index.info().pages == 1


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"source": "x"}, "'source' is reserved"),
        ({"score": 1}, "'score' is reserved"),
        ({"tags": [["a"]]}, "'tags' must be a scalar or a list of scalars, not list"),
        ({7: "x"}, "must be strings, not 7"),
        ({"x": float("nan")}, "must be a finite number"),
    ],
)
def test_wrong_metadata(index, data, metadata, message):
    with pytest.raises(ValueError, match=message):
        index.add(data / "table.pdf", metadata=metadata)
    assert index.documents() == []


def test_metadata_comes_with_every_hit(index, data):
    index.add(data / "table.pdf", metadata={"team": "sea", "year": 2024, "draft": None})
    for hit in index.search("price", k=50):
        assert dict(hit.metadata) == {"team": "sea", "year": 2024, "draft": None}
    index.add(data / "table.pdf", metadata={"team": "sky"})
    assert dict(index.search("price")[0].metadata) == {"team": "sky"}


def test_document_id(index, data):
    index.add_document(data / "table.pdf", document_id="prices").raise_failed()
    hit = index.search("price")[0]
    assert (hit.document_id, hit.source) == ("prices", (data / "table.pdf").as_posix())
    assert hit.region_id.startswith("prices#p1r")
    for document_id in ("all", None):
        with pytest.raises(ValueError, match=r"holds \d+ documents; add it with `add`"):
            index.add_document(data, document_id=document_id)


def test_a_replaced_document_answers_anew(index, data, tmp_path):
    path = tmp_path / "paper.pdf"
    shutil.copy(data / "table.pdf", path)
    index.add(path)
    before = {hit.region.text for hit in index.search("page", k=99)}
    shutil.copy(data / "hyphens.pdf", path)
    index.add(path)
    after = {hit.region.text for hit in index.search("page", k=99)}
    assert after
    assert not before & after


def test_password(index, data):
    (failure,) = index.add(data / "encrypted.pdf").failed
    assert "give its password" in failure.cause
    index.add(data / "encrypted.pdf", password="tide").raise_failed()
    (hit, *_) = index.search("tide")
    with pytest.raises(PageUnavailableError, match="give its password"):
        index.page_image(hit)
    assert index.page_image(hit, password="tide").size[0] > 100


def test_the_last_page_label_and_section_come_along(index, data):
    index.add(data / "page_labels.pdf").raise_failed()
    labels = {hit.page_number: hit.page_label for hit in index.search("page", k=99)}
    assert labels == {1: "i", 2: "ii", 3: "1", 4: "A-1"}


# Pictures


def dark_share(picture, box):
    """Return which share of the ink of a picture lies in a box of page fractions."""
    ink = 255 - np.asarray(picture.convert("L"), dtype=np.float64)
    height, width = ink.shape
    x0, y0, x1, y1 = np.array(box) * [width, height, width, height] + [-2, -2, 2, 2]
    return ink[max(int(y0), 0) : int(y1) + 1, max(int(x0), 0) : int(x1) + 1].sum() / ink.sum()


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("rotate_0.pdf", (300, 500)),
        ("rotate_90.pdf", (500, 300)),
        ("rotate_180.pdf", (300, 500)),
        ("rotate_270.pdf", (500, 300)),
        ("crop_rotate_90.pdf", (500, 400)),
    ],
)
def test_page_image_and_boxes_share_a_frame(index, data, name, size):
    index.add(data / name).raise_failed()
    # A word alone near the edge may be taken for a running head, which does not answer.
    labels = {"region_label": list(get_args(Label))}
    hits = index.search("alpha inside", k=9, filter=labels)
    picture = index.page_image(hits[0], dpi=144)
    assert (hits[0].page_width, hits[0].page_height) == size
    assert (picture.mode, picture.size) == ("RGB", (2 * size[0], 2 * size[1]))
    shares = [dark_share(picture, hit.region.box) for hit in hits]
    assert min(shares) > 0.1
    assert sum(shares) == pytest.approx(1, abs=0.02)


def test_page_image_of_a_later_page(index, data):
    index.add(data / "many_pages.pdf").raise_failed()
    hits = {hit.page_number: hit for hit in index.search("page", k=99)}
    for number in (1, 7, 12):
        picture = index.page_image(hits[number], dpi=72)
        assert dark_share(picture, hits[number].region.box) > 0.3


def test_a_file_is_read_whole_for_the_first_of_its_pages(index, data, tmp_path, monkeypatch):
    path = tmp_path / "paper.pdf"
    shutil.copy(data / "many_pages.pdf", path)
    index.add(path).raise_failed()
    hits = {hit.page_number: hit for hit in index.search("page", k=99)}
    read = []
    content_hash = Source.content_hash
    monkeypatch.setattr(Source, "content_hash", lambda of: read.append(of) or content_hash(of))
    for number in (1, 2, 7):
        index.page_image(hits[number], dpi=36)
    assert len(read) == 1
    stale = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    os.utime(path, ns=(stale.st_atime_ns, stale.st_mtime_ns))
    with pytest.raises(PageUnavailableError, match="the file has changed"):
        index.page_image(hits[1])


def test_page_image_wants_the_file_as_it_was(index, data, tmp_path):
    path = tmp_path / "paper.pdf"
    shutil.copy(data / "table.pdf", path)
    index.add(path).raise_failed()
    hit = index.search("price")[0]
    first = index.page_image(hit, dpi=36)
    shutil.copy(data / "hyphens.pdf", path)
    with pytest.raises(PageUnavailableError, match=r"paper\.pdf, page 1: the file has changed"):
        index.page_image(hit)
    path.write_bytes(b"")
    with pytest.raises(PageUnavailableError, match=r"paper\.pdf, page 1: is empty"):
        index.page_image(hit)
    path.unlink()
    with pytest.raises(PageUnavailableError, match=r"paper\.pdf, page 1: there is no such file"):
        index.page_image(hit)
    path.mkdir()
    with pytest.raises(PageUnavailableError, match="there is no such file"):
        index.page_image(hit)
    path.rmdir()
    shutil.copy(data / "table.pdf", path)
    assert index.page_image(hit, dpi=36).tobytes() == first.tobytes()


@pytest.mark.parametrize("name", ["mail/1.pdf", "x" * 5000, "a\x00b"])
def test_page_image_of_bytes(index, data, name):
    index.add(Source.from_bytes((data / "table.pdf").read_bytes(), name)).raise_failed()
    hit = index.search("price")[0]
    assert hit.source == name
    with pytest.raises(PageUnavailableError, match="there is no such file to draw it from"):
        index.page_image(hit)


@pytest.mark.parametrize("dpi", [0, -1, float("nan")])
def test_page_image_wants_a_resolution(index, data, dpi):
    index.add(data / "table.pdf").raise_failed()
    with pytest.raises(ValueError, match="dpi must be"):
        index.page_image(index.search("price")[0], dpi)


async def test_region_image_is_cut_out_of_the_page(index, data, tmp_path):
    path = tmp_path / "paper.pdf"
    shutil.copy(data / "crop_rotate_90.pdf", path)
    index.add(path).raise_failed()
    for hit in index.search("alpha inside", k=9):
        picture = index.region_image(hit.region_id, hit.region.text, dpi=72)
        assert picture.tobytes() == crop(index.page_image(hit, dpi=72), hit.region.box).tobytes()
        again = await index.aregion_image(hit.region_id, hit.region.text, dpi=72)
        assert again.tobytes() == picture.tobytes()
    for region_id, text in (
        (hit.region_id, "another text"),
        (f"{path}#p9r0", hit.region.text),
        (f"{path}#p1r99", hit.region.text),
        ("gone.pdf#p1r0", hit.region.text),
        ("nonsense", hit.region.text),
    ):
        with pytest.raises(PageUnavailableError, match=r"no longer in the index .* search again"):
            index.region_image(region_id, text)
    path.unlink()
    with pytest.raises(PageUnavailableError, match=r"paper\.pdf, page 1: there is no such file"):
        index.region_image(hit.region_id, hit.region.text)


# Async twins and threads


async def test_async_twins_do_the_same(index, data):
    path, metadata = data / "table.pdf", {"team": "sea"}
    report = await index.aadd_document(path, document_id="prices", metadata=metadata)
    assert report.added == ("prices",)
    options = {"k": 2, "filter": {"team": "sea"}, "per_page": 1, "scoring": "max"}
    hits = await index.asearch("price of a ticket", score_threshold=0.1, **options)
    assert hits == index.search("price of a ticket", score_threshold=0.1, **options)
    (hit,) = hits
    assert await index.aexplain(hit) == index.explain(hit)
    found = await index.aheatmap(hit, "ticket")
    np.testing.assert_array_equal(found.values, index.heatmap(hit, "ticket").values)
    assert (await index.apage_image(hit, 36)).size == index.page_image(hit, 36).size
    assert await index.adocuments() == index.documents()
    assert await index.adelete("prices") is True
    assert index.documents() == []


class WaitingEncoder(FakeEncoder):
    """Works only when the event loop says so."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()

    def encode_query(self, text):
        assert self.go.wait(timeout=120), "the event loop is blocked"
        return super().encode_query(text)

    def encode_pages(self, pages):
        assert self.go.wait(timeout=120), "the event loop is blocked"
        return super().encode_pages(pages)


async def test_async_twins_leave_the_event_loop_free(data):
    index = RegionIndex(encoder=WaitingEncoder())
    tasks = [
        asyncio.create_task(index.aadd(data / "table.pdf")),
        asyncio.create_task(index.asearch("price")),
    ]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in tasks)
    index.encoder.go.set()
    report, hits = await asyncio.gather(*tasks)
    assert len(report.added) == 1
    assert hits.query == "price"


def test_threads_search_while_one_adds(index, data):
    """Eight threads see each document whole or not at all, and every score in range."""
    content = (data / "page_labels.pdf").read_bytes()
    index.add(Source.from_bytes(content, "first")).raise_failed()
    regions = len(index.search("page", k=999))
    done = threading.Event()

    def search():
        most = times = 0
        while not (done.is_set() and times):
            hits = index.search("page of the tide", k=999)
            documents = [hit.document_id for hit in hits]
            assert {documents.count(name) for name in documents} == {regions}
            assert len({hit.region_id for hit in hits}) == len(hits)
            assert all(-1 <= hit.score <= 1 for hit in hits)
            index.explain(hits[0])
            assert len(hits) >= most  # what was seen stays
            most, times = len(hits), times + 1
        return times

    with ThreadPoolExecutor(8) as threads:
        searches = [threads.submit(search) for _ in range(8)]
        try:
            for number in range(6):
                other = content + f"\n% {number}".encode()  # the same bytes would be one document
                index.add(Source.from_bytes(other, f"copy {number}")).raise_failed()
        finally:
            done.set()
        assert all(task.result() > 0 for task in searches)
    assert len(index.search("page", k=999)) == 7 * regions
    with index._store.read() as snapshot:
        assert_consistent(snapshot)


# From end to end


def test_the_embedded_encoder_answers_the_example_questions(tmp_path):
    """With the default encoder: the region that holds the answer is among the first three."""
    questions = json.loads((EXAMPLES / "questions.json").read_text())
    with RegionIndex.open(tmp_path / "index.snappy") as index:
        index.add(EXAMPLES / "report.pdf").raise_failed()
        found = 0
        for question in questions:
            hits = index.search(question["question"], k=3)
            found += any(
                hit.page_number == question["page"] and question["contains"] in hit.region.text
                for hit in hits
            )
    assert found >= len(questions) - 1


def test_index_takes_a_store(tmp_path, data):
    with RegionIndex(SqliteStore(tmp_path / "index.snappy"), FakeEncoder()) as index:
        assert index.add(data / "table.pdf").pages == 1
