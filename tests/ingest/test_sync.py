"""What a document is: its path from a root, its bytes; and folders that an index follows."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from snappy_core import (
    IngestWarning,
    ReadingOptions,
    RegionIndex,
    Source,
    StoreError,
    Workers,
)
from snappy_core.ingest.sources import drop_sources, hand_over
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.stores.sqlite.snapshot import SqliteSnapshot
from snappy_core.testing import FakeEncoder


class CountingEncoder(FakeEncoder):
    """Counts the pages that it encodes."""

    pages = 0

    def encode_pages(self, pages):
        self.pages += len(pages)
        return super().encode_pages(pages)


@pytest.fixture(params=["memory", "sqlite"])
def index(request, tmp_path):
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "i.snappy")
    with RegionIndex(store, CountingEncoder()) as index:
        yield index


@pytest.fixture
def folder(tmp_path, data):
    folder = tmp_path / "docs"
    (folder / "2025").mkdir(parents=True)
    shutil.copy(data / "table.pdf", folder / "a.pdf")
    shutil.copy(data / "unicode.pdf", folder / "2025" / "b.pdf")
    return folder


def sources(index):
    return {record.document_id: record.sources for record in index.documents()}


def test_a_moved_folder_is_the_same_documents(index, folder, tmp_path):
    report = index.add(folder, root=folder, metadata={"team": "x"})
    assert set(report.added) == {"a.pdf", "2025/b.pdf"}
    pages = index.encoder.pages
    moved = folder.rename(tmp_path / "elsewhere")
    report = index.add(moved, root=moved)
    assert set(report.unchanged) == {"a.pdf", "2025/b.pdf"}
    assert report.added == ()
    assert index.encoder.pages == pages
    assert sources(index)["a.pdf"] == (f"{moved}/a.pdf",)
    (hit,) = index.search("price", k=1, filter={"document_id": "a.pdf"})
    assert hit.region_id.startswith("a.pdf#p1")
    assert hit.citation == hit.region_id
    assert index.page_image(hit, dpi=30).width > 0


def test_files_outside_the_root_are_refused(index, folder, data):
    with pytest.raises(ValueError, match=r"table.pdf is not in the root folder .*/docs/"):
        index.add([data / "table.pdf"], root=folder)


def test_the_same_bytes_are_one_document(index, folder, data):
    shutil.copy(folder / "a.pdf", folder / "copy of a.pdf")
    report = index.add(folder, root=folder)
    assert report.duplicates == {f"{folder}/copy of a.pdf": "a.pdf"}
    assert sources(index)["a.pdf"] == (f"{folder}/a.pdf", f"{folder}/copy of a.pdf")
    again = index.add([folder / "copy of a.pdf", Source.from_bytes(
        (folder / "a.pdf").read_bytes(), "upload.pdf")], root=folder)  # fmt: skip
    assert set(again.duplicates.values()) == {"a.pdf"}
    assert sources(index)["a.pdf"][-1] == "upload.pdf"
    assert len(index.documents()) == 2
    for name in ("copy of a.pdf", "upload.pdf", "a.pdf"):
        hits = index.search("price", k=50, filter={"file_name": name})
        assert {hit.document_id for hit in hits} == {"a.pdf"}
    (folder / "a.pdf").unlink()
    record = next(r for r in index.documents() if r.document_id == "a.pdf")
    hit = index.regions(record.document_id)[0]
    assert index.page_image(hit, 30).width > 0  # from the other source


def test_copies_with_other_metadata_stay_apart_and_fill_no_places(index, folder):
    shutil.copy(folder / "a.pdf", folder / "copy.pdf")
    index.add(folder / "a.pdf", root=folder, metadata={"groups": ["hr"]})
    report = index.add(folder / "copy.pdf", root=folder, metadata={"groups": ["all"]})
    assert report.added == ("copy.pdf",)
    hits = index.search("price", k=50)
    assert len({hit.region.text for hit in hits}) == len(hits)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    for group, name in (("hr", "a.pdf"), ("all", "copy.pdf")):
        found = index.search("price", k=50, filter={"groups": group})
        assert {hit.document_id for hit in found} == {name}
        assert len(found) == len(hits)


def groups(index):
    return {record.document_id: record.metadata["groups"] for record in index.documents()}


@pytest.mark.parametrize("how", ["add", "sync"])
def test_copies_with_other_metadata_stay_apart_when_they_are_read_again(index, folder, how):
    index.add(folder, root=folder, metadata={"groups": ["hr"]})
    shutil.copy(folder / "a.pdf", folder / "copy.pdf")
    index.add(folder / "copy.pdf", root=folder, metadata={"groups": ["all"]})
    before = groups(index)
    reading = ReadingOptions(pool_block=2)
    if how == "add":
        report = index.add(folder, root=folder, reading=reading)
    else:
        report = index.sync(folder, reading=reading)
    assert report.duplicates == {}
    assert groups(index) == before
    assert before["a.pdf"] != before["copy.pdf"]


def test_a_copy_that_is_left_content_stays_apart_from_those_with_other_metadata(
    index, folder, data
):
    shutil.copy(folder / "a.pdf", folder / "y.pdf")
    index.add(folder, root=folder, metadata={"groups": ["hr"]})
    shutil.copy(folder / "a.pdf", folder / "copy.pdf")
    index.add(folder / "copy.pdf", root=folder, metadata={"groups": ["all"]})
    shutil.copy(data / "list_items.pdf", folder / "a.pdf")
    index.add(folder, root=folder, executor=Workers(1))  # it plans ahead of what it writes
    assert groups(index)["y.pdf"] == ["hr"]


def test_a_copy_whose_original_changes_is_what_that_was(index, folder, data):
    shutil.copy(folder / "a.pdf", folder / "z.pdf")
    index.add(folder, root=folder)
    shutil.copy(data / "list_items.pdf", folder / "a.pdf")
    report = index.add(folder, root=folder)
    assert (report.added, report.failed) == (("a.pdf",), ())
    assert set(report.unchanged) == {"2025/b.pdf", "z.pdf"}
    assert sources(index)["a.pdf"] == (f"{folder}/a.pdf",)
    shutil.copy(folder / "a.pdf", folder / "z.pdf")  # now they are the same again
    report = index.add(folder, root=folder)
    assert report.duplicates == {f"{folder}/z.pdf": "a.pdf"}
    assert set(sources(index)) == {"a.pdf", "2025/b.pdf"}


def test_a_copy_of_what_cannot_be_read_fails_too(index, data, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        shutil.copy(data / "truncated.pdf", tmp_path / name)
    report = index.add([tmp_path / "a.pdf", tmp_path / "b.pdf"])
    assert [failure.source for failure in report.failed] == [
        f"{tmp_path}/a.pdf",
        f"{tmp_path}/b.pdf",
    ]
    assert "has the bytes of" in report.failed[1].cause
    assert index.documents() == []


def test_sync_adds_updates_and_removes(index, folder, data):
    kept = index.add(Source.from_bytes((data / "hyphens.pdf").read_bytes(), "upload.pdf"))
    index.add(data / "many_pages.pdf")
    index.add_document(data / "ligatures.pdf", document_id="mine")
    others = {"upload.pdf", f"{data}/many_pages.pdf", "mine"}
    assert kept.added == ("upload.pdf",)
    assert set(index.sync(folder).added) == {"a.pdf", "2025/b.pdf"}
    shutil.copy(data / "list_items.pdf", folder / "a.pdf")
    (folder / "2025" / "b.pdf").unlink()
    shutil.copy(data / "two_columns.pdf", folder / "c.pdf")
    foreseen = index.sync(folder, dry_run=True)
    assert set(sources(index)) == {"a.pdf", "2025/b.pdf", *others}
    report = index.sync(folder)
    for each in (foreseen, report):
        assert set(each.added) == {"a.pdf", "c.pdf"}
        assert each.removed == ("2025/b.pdf",)
    assert set(sources(index)) == {"a.pdf", "c.pdf", *others}
    assert index.sync(folder).removed == ()


def test_sync_of_a_part_leaves_the_rest(index, folder):
    index.sync(folder)
    (folder / "a.pdf").unlink()
    (folder / "2025" / "b.pdf").rename(folder / "2025" / "c.pdf")
    report = index.sync(folder / "2025", root=folder)
    assert (report.added, report.removed) == (("2025/c.pdf",), ("2025/b.pdf",))
    assert set(sources(index)) == {"a.pdf", "2025/c.pdf"}


def test_sync_forgets_a_copy_that_is_gone(index, folder):
    shutil.copy(folder / "a.pdf", folder / "z.pdf")
    index.sync(folder)
    assert len(sources(index)["a.pdf"]) == 2
    (folder / "z.pdf").unlink()
    assert index.sync(folder).removed == ()
    assert sources(index)["a.pdf"] == (f"{folder}/a.pdf",)
    (folder / "a.pdf").rename(folder / "z.pdf")
    report = index.sync(folder)
    assert (report.added, report.removed) == (("z.pdf",), ("a.pdf",))


def test_sync_removes_only_what_is_known_to_be_missing(index, folder, monkeypatch):
    index.sync(folder)
    closed, rglob = folder / "2025", Path.rglob
    with monkeypatch.context() as may_not_list:  # permissions do not bind root
        may_not_list.setattr(
            Path, "rglob", lambda *args: [f for f in rglob(*args) if closed not in f.parents]
        )
        may_not_list.setattr(os, "access", lambda path, mode: Path(path) != closed)
        assert index.sync(folder, dry_run=True).removed == ()
        assert index.sync(folder).removed == ()
    file, copy = closed / "b.pdf", closed / "copy of a.pdf"
    shutil.copy(folder / "a.pdf", copy)
    index.sync(folder)
    for path in (file, copy):
        path.unlink()
        path.symlink_to(path)  # in place of a disk that does not answer
    assert index.sync(folder).removed == ()
    assert len(sources(index)["a.pdf"]) == 2
    file.unlink()
    file.mkdir()
    assert index.sync(folder).removed == ("2025/b.pdf",)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="needs permissions")
@pytest.mark.parametrize("mode", [0o000, 0o100, 0o400])
def test_sync_keeps_what_is_in_a_folder_that_is_closed(index, folder, mode):
    shutil.copy(folder / "a.pdf", folder / "2025" / "copy of a.pdf")
    index.sync(folder)
    before = sources(index)
    (folder / "2025").chmod(mode)
    try:
        with suppress(PermissionError):  # where names are seen, and nothing else
            assert index.sync(folder).removed == ()
    finally:
        (folder / "2025").chmod(0o755)
    assert sources(index) == before


def test_sync_does_not_empty_an_index_by_mistake(index, folder, tmp_path):
    index.sync(folder)
    empty = tmp_path / "empty"
    with pytest.raises(NotADirectoryError, match="is no folder"):
        index.sync(empty)
    empty.mkdir()
    with pytest.raises(ValueError, match="holds no documents; is it mounted"):
        index.sync(empty)
    assert len(index.documents()) == 2


@pytest.fixture
def copies(index, folder):
    """A folder in an index, with a.pdf and its copies z.pdf and y.pdf as one document."""
    for name in ("y.pdf", "z.pdf"):
        shutil.copy(folder / "a.pdf", folder / name)
    index.add(folder, root=folder, metadata={"team": "x"}, keep="source")
    return folder


def texts(index, document_id):
    return [hit.region.text for hit in index.regions(document_id)]


def test_two_that_become_the_same_unreadable_bytes_both_stay(index, folder, data):
    index.add(folder, root=folder)
    before = {name: texts(index, name) for name in ("a.pdf", "2025/b.pdf")}
    for name in before:
        shutil.copy(data / "truncated.pdf", folder / name)
    report = index.add(folder, root=folder)
    assert (len(report.failed), report.duplicates) == (2, {})
    assert {name: texts(index, name) for name in before} == before
    assert [len(names) for names in sources(index).values()] == [1, 1]


def test_a_document_that_changes_leaves_its_content_to_its_copies(index, copies, data):
    before = texts(index, "a.pdf")
    old_hash = index.documents(where={"document_id": "a.pdf"})[0].content_hash
    shutil.copy(data / "truncated.pdf", copies / "a.pdf")
    index.add(copies / "a.pdf", root=copies)
    assert len(sources(index)["a.pdf"]) == 3  # as long as the new bytes cannot be read
    shutil.copy(data / "list_items.pdf", copies / "a.pdf")
    pages = index.encoder.pages
    report = index.add(copies / "a.pdf", root=copies)
    assert (report.added, report.warnings) == (("a.pdf",), ())
    assert index.encoder.pages == pages + report.pages
    assert sources(index)["a.pdf"] == (f"{copies}/a.pdf",)
    assert sources(index)["y.pdf"] == (f"{copies}/y.pdf", f"{copies}/z.pdf")
    assert texts(index, "y.pdf") == before != texts(index, "a.pdf")
    assert dict(index.documents(where={"document_id": "y.pdf"})[0].metadata) == {"team": "x"}
    assert index._store.kept_files(old_hash) == {"source"}
    assert set(index.sync(copies).unchanged) == {"2025/b.pdf", "a.pdf", "y.pdf"}


@pytest.mark.parametrize("executor", [None, Workers(1)])
@pytest.mark.parametrize("name", ["y.pdf", "z.pdf"])
def test_a_copy_that_cannot_be_read_keeps_what_the_changed_document_was(
    index, copies, data, name, executor
):
    before = texts(index, "a.pdf")
    shutil.copy(data / "list_items.pdf", copies / "a.pdf")
    shutil.copy(data / "truncated.pdf", copies / name)
    (failure,) = index.sync(copies, executor=executor).failed
    assert failure.source == f"{copies}/{name}"
    assert f"{copies}/{name}" in sources(index)["y.pdf"]
    assert texts(index, "y.pdf") == before != texts(index, "a.pdf")


@pytest.mark.parametrize("executor", [None, Workers(1)])
def test_a_copy_that_changes_too_leaves_its_content_to_the_next(index, copies, data, executor):
    before = texts(index, "a.pdf")
    shutil.copy(data / "list_items.pdf", copies / "a.pdf")
    shutil.copy(data / "two_columns.pdf", copies / "y.pdf")
    shutil.copy(data / "truncated.pdf", copies / "z.pdf")
    assert len(index.sync(copies, executor=executor).failed) == 1
    assert [len(names) for names in sources(index).values()] == [1, 1, 1, 1]
    assert texts(index, "z.pdf") == before


@pytest.mark.parametrize("executor", [None, Workers(1)])
@pytest.mark.parametrize("how", ["changed", "gone"])
def test_copies_keep_the_metadata_of_what_is_changed_or_gone(index, copies, data, how, executor):
    shutil.copy(data / "list_items.pdf", copies / "a.pdf")
    if how == "gone":
        (copies / "a.pdf").unlink()
    foreseen = index.sync(copies, dry_run=True)
    pages = index.encoder.pages
    report = index.sync(copies, executor=executor)
    assert all(dict(record.metadata) == {"team": "x"} for record in index.documents())
    assert sources(index)["y.pdf"] == (f"{copies}/y.pdf", f"{copies}/z.pdf")
    if executor is None:  # workers read ahead
        assert index.encoder.pages == pages + (how == "changed")
        assert (report.added, set(report.unchanged)) == (foreseen.added, set(foreseen.unchanged))
        assert report.added == (("a.pdf",) if how == "changed" else ())


def test_copies_are_left_content_without_a_look_at_all_documents(copies, index, data, monkeypatch):
    if isinstance(index._store, MemoryStore):
        pytest.skip("in memory, filters look at all of them")
    with monkeypatch.context() as without:
        without.delattr(SqliteSnapshot, "documents")
        hand_over(index._store, "a.pdf")
    assert set(sources(index)) == {"a.pdf", "2025/b.pdf", "y.pdf"}


def test_sources_are_dropped_without_a_look_at_all_documents(copies, index, monkeypatch):
    if isinstance(index._store, MemoryStore):
        pytest.skip("in memory, filters look at all of them")
    with monkeypatch.context() as without:
        without.delattr(SqliteSnapshot, "documents")
        drop_sources(index._store, {f"{copies}/y.pdf": "a.pdf", f"{copies}/z.pdf": "mine"})
    assert sources(index)["a.pdf"] == (f"{copies}/a.pdf", f"{copies}/y.pdf")


def test_a_source_of_another_document_is_left_nothing(index, copies):
    index.add_document(copies / "y.pdf", document_id="mine")
    hand_over(index._store, "a.pdf")
    assert sources(index)["z.pdf"] == (f"{copies}/z.pdf",)
    assert "y.pdf" not in sources(index)


def test_a_file_without_a_log_is_left_content_too(folder, tmp_path, data):
    """A copy by VACUUM INTO is one: there, who reads keeps others from writing."""
    shutil.copy(folder / "a.pdf", folder / "y.pdf")
    path = tmp_path / "i.snappy"
    with RegionIndex.open(path, FakeEncoder()) as index:
        index.add(folder, root=folder)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = DELETE")
    shutil.copy(data / "list_items.pdf", folder / "a.pdf")
    with RegionIndex.open(path, FakeEncoder()) as index:
        assert index.add(folder / "a.pdf", root=folder).added == ("a.pdf",)
        assert set(sources(index)) == {"a.pdf", "2025/b.pdf", "y.pdf"}


def test_what_becomes_a_copy_leaves_its_content_to_its_own_copies(index, copies):
    shutil.copy(copies / "2025" / "b.pdf", copies / "a.pdf")
    report = index.add(copies / "a.pdf", root=copies)
    assert report.duplicates == {f"{copies}/a.pdf": "2025/b.pdf"}
    assert sources(index) == {
        "2025/b.pdf": (f"{copies}/2025/b.pdf", f"{copies}/a.pdf"),
        "y.pdf": (f"{copies}/y.pdf", f"{copies}/z.pdf"),
    }


def test_what_is_read_otherwise_keeps_its_copies(index, copies):
    pages = index.encoder.pages
    index.add(copies / "a.pdf", root=copies, reading=ReadingOptions(pool_block=2))
    assert index.encoder.pages == pages + 1
    assert len(sources(index)["a.pdf"]) == 3


def test_sync_leaves_what_is_gone_to_copies_elsewhere(index, copies):
    data = (copies / "a.pdf").read_bytes()
    index.add(Source.from_bytes(data, "upload.pdf"))
    for name in "ayz":
        (copies / f"{name}.pdf").unlink()
    assert index.sync(copies).removed == ("a.pdf",)
    assert sources(index)["upload.pdf"] == ("upload.pdf",)


def test_pages_that_cannot_be_left_to_copies_are_told(index, copies, data, monkeypatch):
    def damaged(snapshot, document_id):
        raise StoreError("page 1 is damaged")
        yield

    monkeypatch.setattr("snappy_core.ingest.sources.read_pages", damaged)
    shutil.copy(data / "list_items.pdf", copies / "a.pdf")
    with pytest.warns(IngestWarning):
        report = index.add(copies / "a.pdf", root=copies)
    assert report.warnings == tuple(
        f"{copies}/{name}.pdf: is lost, add it again (page 1 is damaged)" for name in "yz"
    )
    assert set(sources(index)) == {"a.pdf", "2025/b.pdf"}


@pytest.mark.parametrize("how", ["add", "sync"])
def test_a_copy_that_changes_is_no_longer_a_source(index, copies, data, how):
    shutil.copy(data / "list_items.pdf", copies / "z.pdf")
    index.add(copies / "z.pdf", root=copies) if how == "add" else index.sync(copies)
    assert sources(index)["a.pdf"] == (f"{copies}/a.pdf", f"{copies}/y.pdf")
    assert index.delete(where={"file_name": "z.pdf"}) == 1
    shutil.copy(copies / "2025" / "b.pdf", copies / "y.pdf")
    index.add(copies / "y.pdf", root=copies) if how == "add" else index.sync(copies)
    assert sources(index)["a.pdf"] == (f"{copies}/a.pdf",)
    assert f"{copies}/y.pdf" in sources(index)["2025/b.pdf"]


def test_a_copy_that_cannot_be_read_any_more_stays_a_source(index, copies, data):
    shutil.copy(data / "truncated.pdf", copies / "z.pdf")
    assert len(index.sync(copies).failed) == 1
    assert len(sources(index)["a.pdf"]) == 3


def test_one_that_gets_the_bytes_that_another_loses_in_the_same_run_is_read(index, folder, data):
    index.add(folder, root=folder)
    before = texts(index, "a.pdf")
    shutil.copy(folder / "a.pdf", folder / "2025" / "b.pdf")
    shutil.copy(data / "list_items.pdf", folder / "a.pdf")
    report = index.add(folder, root=folder)  # b.pdf comes first
    assert report.added == ("2025/b.pdf", "a.pdf")
    assert texts(index, "2025/b.pdf") == before != texts(index, "a.pdf")
