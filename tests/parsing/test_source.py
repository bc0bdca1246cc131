"""Where documents come from: files, bytes and folders."""

import hashlib
import os
from pathlib import Path

import pytest

from snappy_core import Source, UnreadableDocumentError
from snappy_core.parsing import expand, read

AWKWARD = "name with space & ü.pdf"


def test_a_file_is_named_by_its_absolute_path(data, monkeypatch):
    monkeypatch.chdir(data.parent)
    source = Source.from_path("data/../data/rotate_0.pdf")
    assert source.name == (data / "rotate_0.pdf").as_posix()
    assert source.path == data / "rotate_0.pdf"


def test_an_awkward_name_is_kept(data):
    source = Source.from_path(data / AWKWARD)
    assert Path(source.name).name == AWKWARD
    assert [page.regions[0].text for page in read(source)] == ["The file has an awkward name."]


def test_a_name_that_is_no_text_can_be_stored(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.pdf"
    source = Source.from_path(os.fsdecode(path))
    assert source.name.encode("utf-8").endswith(rb"\udcff.pdf")
    Path(os.fsdecode(path)).write_bytes(b"low water")
    assert source.head() == b"low water"


def test_a_password_is_not_shown():
    source = Source.from_path("log.pdf", password="tide")
    assert source.password == "tide"
    assert "tide" not in repr(source)


def test_bytes_need_a_name():
    with pytest.raises(ValueError, match="name"):
        Source.from_bytes(b"low water", "")


def test_the_hash_is_of_the_bytes(data):
    content = (data / "rotate_90.pdf").read_bytes()
    expected = hashlib.sha256(content).hexdigest()
    assert Source.from_path(data / "rotate_90.pdf").content_hash() == expected
    assert Source.from_bytes(content, "any name").content_hash() == expected


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda data: Source.from_path(data / "nowhere.pdf"), "No such file"),
        (lambda data: Source.from_path(data), "Is a directory"),
        (lambda data: Source.from_path(data / "empty.pdf"), "is empty"),
        (lambda data: Source.from_bytes(b"", "log"), "is empty"),
        (lambda data: Source.from_path("a\0b.pdf"), "null"),  # no file can be called so
    ],
)
def test_what_has_no_hash(data, make, cause):
    source = make(data)
    with pytest.raises(UnreadableDocumentError, match=cause) as caught:
        source.content_hash()
    assert caught.value.source == source.name
    assert str(caught.value).startswith(source.name)


@pytest.mark.parametrize("size", [4, 1000])
def test_head(tmp_path, size):
    (tmp_path / "log").write_bytes(b"low water at six")
    expected = b"low water at six"[:size]
    assert Source.from_path(tmp_path / "log").head(size) == expected
    assert Source.from_bytes(b"low water at six", "log").head(size) == expected


@pytest.fixture
def folder(tmp_path):
    for name in ("b.pdf", "a/z.PDF", "a/deep/er/c.pdf", "notes.txt", ".hidden.pdf", ".git/d.pdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.pdf").mkdir()
    return tmp_path


def test_a_folder_is_walked_in_order(folder):
    found = [source.path.relative_to(folder).as_posix() for source in expand(folder)]
    assert found == ["a/deep/er/c.pdf", "a/z.PDF", "b.pdf"]


def test_files_folders_and_sources_in_the_order_given(folder):
    made = Source.from_bytes(b"low water", "log")
    found = list(expand([folder / "notes.txt", made, str(folder / "a"), "nowhere.pdf"], "tide"))
    names = [Path(source.name).name for source in found]
    assert names == ["notes.txt", "log", "c.pdf", "z.PDF", "nowhere.pdf"]
    assert [source.password for source in found] == ["tide", None, "tide", "tide", "tide"]


@pytest.mark.parametrize("one", ["log.pdf", Path("log.pdf"), Source.from_bytes(b"x", "log.pdf")])
def test_one_document_needs_no_list(one):
    assert [Path(source.name).name for source in expand(one)] == ["log.pdf"]


@pytest.mark.parametrize("wrong", [[b"%PDF-1.7"], [3], [None], b"%PDF-1.7"])
def test_what_is_no_document(wrong):
    with pytest.raises(TypeError, match="path or a Source"):
        list(expand(wrong))
