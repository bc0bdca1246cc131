"""The index: add documents and search their regions. It only connects the imported modules."""

from __future__ import annotations

from snappy_core.index.documents import Documents
from snappy_core.index.pictures import Pictures


class RegionIndex(Documents, Pictures):
    """A searchable index of documents and their regions.

    Open one with `RegionIndex.open`, or create one in memory with `RegionIndex()`. It can be used
    from several threads, and many processes can read an index file while one writes. Long-running
    methods have async twins (`aadd`, `asearch`, ...) that run in a thread; a canceled `aadd`
    keeps the documents that it has added and starts no further one.

    Example:
        with RegionIndex.open("reports.snappy") as index:
            index.add(["q3.pdf", "archive/"], metadata={"team": "finance"})
            for hit in index.search("What was Q3 revenue?", k=5):
                print(hit.page_number, hit.region.label, hit.region.box, hit.region.text)

    Args:
        store: where the index is stored, or a location as in `open`; in memory by default.
        encoder: by default the encoder that created the index, opened by name when it is first
            needed if it is on this machine. It is not downloaded; to download it, pass an encoder.
            A new index uses the embedded encoder (all-MiniLM-L6-v2, English, CPU).

    Raises:
        IndexMismatchError: the index was created by another encoder. An encoder that cannot be
            opened by name only raises when it is first needed: listing and deleting need none.
    """
