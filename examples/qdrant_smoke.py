"""Check that a live Qdrant server does all that Snappy asks of it.

    docker run --rm -p 6333:6333 qdrant/qdrant
    python examples/qdrant_smoke.py                             # or give another server:
    QDRANT_API_KEY=... python examples/qdrant_smoke.py qdrants://example.org:6333

It creates an index with a random name, and removes it at the end. It prints a line for each check
that passed; the first one that fails raises an error.
"""

import secrets
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
from qdrant_client import QdrantClient

from snappy_core import ReadingOptions, RegionIndex
from snappy_core.ingest.jobs import prepare
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.stores.base import DocumentRecord, PageFilter
from snappy_core.stores.copy import copy
from snappy_core.stores.qdrant.points import MULTIVECTOR
from snappy_core.stores.qdrant.server import parse_location
from snappy_core.stores.qdrant.store import QdrantStore
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.types import Patches
from snappy_core.vectors import normalize, quantize

REPORT = Path(__file__).parent / "report.pdf"
QUESTIONS = ("What did grid services earn in the third quarter?", "coupon of the bond", "risks")


def check_search(store: QdrantStore) -> str:
    """Copy an index of a report to the server: it returns the same hits with the same scores."""
    source = MemoryStore()
    memory = RegionIndex(source, FakeEncoder())
    memory.add_document(
        REPORT,
        document_id="report",
        metadata={"year": 2025},
        reading=ReadingOptions(layout_model="never"),
    )
    copy(source, store, progress=False)
    index = RegionIndex(store, FakeEncoder())
    for question in QUESTIONS:
        for filter in (None, {"year": 2025, "page_number": [1, 2]}):
            hits = index.search(question, filter=filter)
            expected = memory.search(question, filter=filter)
            assert hits.hits == expected.hits, question
    assert index.explain(index.search(QUESTIONS[0])[0])
    return f"a report of {index.info().pages} pages answers as in memory"


def check_ranking(store: QdrantStore) -> str:
    """Let the server rank many pages: it finds the same as the store in memory."""
    encoder, chance = FakeEncoder(), np.random.default_rng(0)
    words = [f"word{n}" for n in range(400)]
    memory = MemoryStore()
    for number in range(30):
        pages = [make_page(" ".join(chance.choice(words, 25)), number=n) for n in (1, 2, 3)]
        records = list(map(prepare, pages, encoder.encode_pages(pages)))
        record = DocumentRecord(f"many{number}", "many", "1", "1", metadata={"n": number})
        for target in (store, memory):
            target.write(record, records)
    index, in_memory = RegionIndex(store, encoder), RegionIndex(memory, encoder)
    for question in ("word7 word8", "word100", "word300 word301 word302"):
        for filter in ({"source": "many"}, {"n": list(range(20))}):
            hits = index.search(question, k=3, filter=filter)
            expected = in_memory.search(question, k=3, filter=filter)
            ids = [hit.region_id for hit in expected]
            assert [hit.region_id for hit in hits] == ids, question
    return "the server finds the best of 90 pages"


def check_writes(store: QdrantStore) -> str:
    """Replace and delete, with a reader in between, from several threads."""
    encoder = FakeEncoder()

    def write(name: str, *texts: str) -> None:
        pages = [make_page(text, number=number) for number, text in enumerate(texts, start=1)]
        records = map(prepare, pages, encoder.encode_pages(pages))
        store.write(DocumentRecord(name, name, str(len(texts)), "1"), records)

    write("animals", "Okapi rest", "Quagga run")
    with store.read() as before:
        write("animals", "Numbat sleep")
        with store.read() as after:
            for snapshot, counts in ((before, [1, 0]), (after, [0, 1])):
                frequencies = snapshot.frequencies(["quagga", "numbat"])
                assert [frequencies.get(term, 0) for term in ("quagga", "numbat")] == counts
        assert before.page(before.page_ids("animals")[2]).words.texts == ("Quagga", "run")
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: write(f"t{n}", f"yak {n}"), range(12)))
        assert all(threads.map(store.delete, (f"t{n}" for n in range(12))))
    with store.read() as snapshot:
        assert snapshot.frequencies(["yak"]) == {}
    assert store.delete("animals")
    return "documents are replaced and deleted while it is read, and by threads"


def check_limits(store: QdrantStore) -> str:
    """Write pages at the limits of the server: they are split, and read back exactly."""
    dim = FakeEncoder().dim
    rng = np.random.default_rng(0)
    for count in (MULTIVECTOR // dim, MULTIVECTOR // dim + 1, 3 * MULTIVECTOR // dim):
        rows = normalize(rng.standard_normal((count, dim)).astype(np.float32))
        boxes = np.tile(np.array([0, 0, 1, 1], np.float32), (count, 1))
        patches = Patches(*quantize(rows), boxes, np.ones(count, bool), (1, count))
        page = prepare(make_page("A very large page"), patches)
        store.write(DocumentRecord("large", "large", str(count), "1"), [page])
        with store.read() as snapshot:
            (page_id,) = snapshot.page_ids("large").values()
            np.testing.assert_array_equal(snapshot.patches(page_id).vectors, patches.vectors)
            one = np.ones(1, np.float32)
            candidates = snapshot.candidates(rows[-1:], one, PageFilter(), 1)
            assert candidates.tolist() == [page_id]  # by its last patch, which is in its last part
    store.delete("large")
    return f"pages of more than {MULTIVECTOR} elements are split"


def check_copies(store: QdrantStore) -> str:
    """Copy everything to a file, and compare it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(SqliteStore(Path(folder) / "copy.snappy")) as target,
    ):
        report = copy(store, target, progress=False)
    return f"{report.pages} pages are copied to a file"


def check_clean_up(store: QdrantStore, client: QdrantClient) -> str:
    """Remove what was replaced: the number of points is then that of the pages."""
    store.compact(keep=timedelta(0))
    with store.read() as snapshot:
        pages = snapshot.page_count()
    name = parse_location(store.location)[1]
    assert client.count(name).count == pages, client.count(name)
    for collection, fields in (
        (
            name,
            {"write", "number", "label", "region_labels", "sections", "since", "until", "terms"},
        ),
        (f"{name}.log", {"at", "kind"}),
    ):
        schema = client.get_collection(collection).payload_schema
        assert set(schema) == fields, schema
    return f"{pages} pages are left after the clean-up, and all payload indexes exist"


def main(server: str = "qdrant://localhost:6333") -> None:
    """Run all checks on a server."""
    location = f"{server}/snappy-smoke-{secrets.token_hex(4)}"
    with closing(QdrantStore(location)) as store:
        url, name = parse_location(location)
        client = store._server._client
        try:
            print(f"Qdrant {client.info().version} at {url}")
            for check in (check_search, check_ranking, check_writes, check_limits, check_copies):
                print(f"ok: {check(store)}")
            print(f"ok: {check_clean_up(store, client)}")
        finally:
            for collection in (name, f"{name}.log"):
                client.delete_collection(collection)


if __name__ == "__main__":
    main(*sys.argv[1:2])
