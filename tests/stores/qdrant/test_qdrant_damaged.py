"""A Qdrant index that was damaged: errors that name the page."""

import base64

import pytest

from snappy_core.errors import StoreError
from snappy_core.stores.qdrant.store import QdrantStore
from snappy_core.testing.stores.samples import document, grid_record
from tests.stores.qdrant.qdrant_stub import LOCAL_MODE, local_client

pytestmark = [LOCAL_MODE, pytest.mark.requires("qdrant_client")]
LOCATION = "qdrant://local/index"


@pytest.fixture
def client():
    client = local_client()
    store = QdrantStore(LOCATION, client=client)
    store.bind_encoder("mini-1", 16)
    store.write(document("tide.pdf"), [grid_record()])
    store.close()
    return client


def flip(text):
    blob = bytearray(base64.b64decode(text))
    blob[-1] ^= 1
    return base64.b64encode(blob).decode()


@pytest.mark.parametrize("edit", [flip, lambda _: "", lambda _: "no base64", lambda _: 7])
@pytest.mark.parametrize("part", ["content", "patch_boxes", "scoring", "pooled"])
def test_a_damaged_part_names_the_page(client, part, edit):
    (point,), _ = client.scroll("index")
    client.set_payload("index", {part: edit(point.payload[part])}, points=[point.id])
    with QdrantStore(LOCATION, client=client, create=False).read() as snapshot:
        (page,) = snapshot.page_ids("tide.pdf").values()
        reads = {
            "content": [lambda: snapshot.page(page)],
            "patch_boxes": [lambda: snapshot.patches(page)],
            "scoring": [lambda: snapshot.vectors([page]), lambda: snapshot.patches(page)],
            "pooled": [lambda: snapshot.vectors([page]), snapshot.catalog],
        }
        for read in reads[part]:
            with pytest.raises(StoreError, match=r"page 1 of tide\.pdf is damaged in the index"):
                read()


def test_an_event_that_cannot_be_read(client):
    for point in client.scroll("index.log")[0]:
        if point.payload.get("kind") == "put":
            client.set_payload("index.log", {"body": "{"}, points=[point.id])
    with pytest.raises(StoreError, match="its log is damaged"):
        QdrantStore(LOCATION, client=client, create=False).encoder()
