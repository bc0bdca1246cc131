"""Where documents come from: files, bytes and folders."""

import hashlib
import os
import socket
from pathlib import Path

import pytest

from snappy_core import Source, UnreadableDocumentError
from snappy_core.parsing import read
from snappy_core.terminal import plain_lines

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
    assert str(caught.value).startswith(plain_lines(source.name))


@pytest.mark.parametrize("size", [4, 1000])
def test_head(tmp_path, size):
    (tmp_path / "log").write_bytes(b"low water at six")
    expected = b"low water at six"[:size]
    assert Source.from_path(tmp_path / "log").head(size) == expected
    assert Source.from_bytes(b"low water at six", "log").head(size) == expected


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("special", ["pipe", "socket", "device"])
def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path, special):
    path = tmp_path / "tide.pdf"
    if special == "pipe":
        os.mkfifo(path)
    elif special == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
    else:
        path = Path("/dev/zero")
    for method in (Source.head, Source.content_hash, Source.read_bytes):
        with pytest.raises(
            UnreadableDocumentError, match="is a pipe, device or socket, not a file"
        ):
            method(Source.from_path(path))
