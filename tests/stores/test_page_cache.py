"""Pages kept between searches: what is kept, for how long, and whether it is ever stale."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.scoring.membership import Membership
from snappy_core.stores import page_cache
from snappy_core.stores.base import PageVectors
from snappy_core.stores.page_cache import RecentPages


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes of other tests may be open, and their pages kept."""
    monkeypatch.setattr(RecentPages, "_kept", OrderedDict())
    monkeypatch.setattr(RecentPages, "_bytes", 0)


def _page() -> PageVectors:
    ids, shares = np.zeros(0, np.int32), np.zeros(0, np.float32)
    members = Membership(ids.astype(np.int64), ids, shares, shares, np.zeros(0, bool))
    vectors = np.zeros((10, 10), np.int8)  # 100 bytes in all
    return PageVectors(vectors, shares, members, np.zeros(0, np.uint8), ids, (vectors[:0], shares))


class _Reader:
    def __init__(self) -> None:
        self.read: list[int] = []

    def __call__(self, page_id: int) -> PageVectors:
        self.read.append(page_id)
        return _page()


def test_a_page_is_read_once() -> None:
    reader, pages = _Reader(), RecentPages()
    first = pages.vectors([1, 2], reader)
    assert pages.vectors([2, 3, 1], reader)[0] is first[1]
    assert reader.read == [1, 2, 3]
    pages.forget()


def test_two_indexes_do_not_share_pages() -> None:
    reader, one, other = _Reader(), RecentPages(), RecentPages()
    assert one.vectors([1], reader)[0] is not other.vectors([1], reader)[0]
    one.forget()
    other.vectors([1], reader)
    assert reader.read == [1, 1]
    other.forget()


def test_those_read_longest_ago_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "LIMIT", 200)
    reader, pages = _Reader(), RecentPages()
    for page_id in (1, 2, 1, 3):
        pages.vectors([page_id], reader)
    assert reader.read == [1, 2, 3]
    pages.vectors([1, 3], reader)
    assert reader.read == [1, 2, 3]
    pages.vectors([2], reader)
    assert reader.read == [1, 2, 3, 2]
    assert len(pages.vectors(range(10), reader)) == 10  # more than fit
    pages.forget()


def test_closing_an_index_frees_its_pages(tmp_path: Path) -> None:
    with RegionIndex.open(tmp_path / "a.snappy") as index:
        index.add(Path("examples/report.pdf"), progress=False).raise_failed()
        index.search("revenue")
        assert RecentPages._bytes > 0
    assert RecentPages._bytes == 0
