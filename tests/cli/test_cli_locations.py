"""Which index a command works on, and that a failed run leaves none behind."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from snappy_core.stores import SqliteStore, open_store
from snappy_core.stores.discard import discard_empty, indexes_in


@pytest.fixture
def here(tmp_path, monkeypatch, small_index):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SNAPPY_INDEX", raising=False)
    shutil.copy(small_index, tmp_path / "reports.db")
    (tmp_path / "notes.snappy").write_text("no index")
    (tmp_path / ".hidden.lance").mkdir()
    sqlite3.connect(tmp_path / "other.db").close()
    return tmp_path


@pytest.mark.parametrize(
    "command", [("search", "boats"), ("ground", "Brae: 9 boats."), ("info",), ("list",)]
)
def test_the_only_index_here(snappy, here, command):
    result = snappy(*command)
    assert result.code == 0
    assert result.err == "index: reports.db (the only one in this folder)\n"
    assert result.out == snappy(*command[:1], *command[1:], *_named(command, "reports.db")).out


def _named(command, index):
    return (index,) if command[0] in ("info", "list") else ("--in", index)


def test_the_index_of_the_environment_comes_first(snappy, here, monkeypatch, small_index):
    monkeypatch.setenv("SNAPPY_INDEX", str(small_index))
    result = snappy("info")
    assert result.err == f"index: {small_index} (SNAPPY_INDEX)\n"
    assert f"location   {small_index}" in result.out
    assert snappy("info", "reports.db").err == ""
    monkeypatch.setenv("SNAPPY_INDEX", "qdrant://user:secret@nowhere.invalid:1/x")
    assert "secret" not in snappy("info").err


@pytest.mark.parametrize(
    "command",
    [("info",), ("compact",), ("regions", "a.pdf"), ("eval", "recall"), ("index", "a.pdf")],
)
def test_none_or_several_are_not_guessed(snappy, here, command):
    (here / "b.lance").mkdir()
    result = snappy(*command)
    assert result.code == 2
    assert result.error == (
        "name an index, or set SNAPPY_INDEX; there is 2 in this folder: b.lance, reports.db"
    )
    shutil.rmtree(here / "b.lance")
    (here / "reports.db").unlink()
    assert snappy(*command).error.endswith("there is none in this folder")


def test_documents_are_added_to_the_only_index(snappy, here, data):
    assert snappy("index", data / "many_pages.pdf").out.startswith("1 added")
    assert "many_pages.pdf" in snappy("list", "reports.db").out


@pytest.mark.parametrize("name", ["new.snappy", "new.lance"])
@pytest.mark.parametrize("how", ["unreadable", "interrupted", "nothing"])
def test_a_failed_run_leaves_no_empty_index(snappy, data, tmp_path, monkeypatch, name, how):
    if name.endswith(".lance"):
        pytest.importorskip("lancedb")
    to, path = tmp_path / name, data / "not_a_pdf.pdf"
    if how == "interrupted":
        monkeypatch.setattr("snappy_core.RegionIndex.add", _interrupt)
    if how == "nothing":
        path = tmp_path / "folder"
        path.mkdir()
    code = snappy("index", path, "--to", to).code
    assert code == {"unreadable": 1, "interrupted": 130, "nothing": 0}[how]
    assert [file.name for file in tmp_path.iterdir()] == ["folder"] * (how == "nothing")


def _interrupt(*_, **__):
    raise KeyboardInterrupt


def test_a_new_index_with_documents_keeps_its_log(snappy, data, tmp_path):
    to = tmp_path / "new.snappy"
    assert snappy("index", data / "table.pdf", "--to", to).code == 0
    with closing(sqlite3.connect(to)) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_index_that_was_there_stays(snappy, data, tmp_path):
    to = tmp_path / "a.snappy"
    SqliteStore(to).close()
    assert snappy("index", data / "not_a_pdf.pdf", "--to", to).code == 1
    assert to.exists()


def test_an_index_in_use_or_with_documents_is_not_discarded(tmp_path, small_index):
    used = SqliteStore(tmp_path / "used.snappy")
    with used.read():
        assert not discard_empty(used.location)
    used.close()
    assert discard_empty(used.location)
    full = shutil.copy(small_index, tmp_path)
    assert not discard_empty(str(full))
    assert not discard_empty("qdrant://nowhere.invalid:1/x")
    with open_store(full, create=False).read() as snapshot:
        assert len(snapshot.documents()) == 3
    assert indexes_in(tmp_path) == ["small.snappy"]


def test_an_encoder_without_its_extra_fails_before_anything_is_read(
    snappy, data, tmp_path, monkeypatch
):
    monkeypatch.setattr("snappy_core.encoders.colvision.load.find_spec", lambda _: None)
    # A folder without the files of a text model.
    monkeypatch.setattr("snappy_core.encoders.model_folder._download", lambda *_, **__: data)
    arguments = ("--encoder", "vidore/colqwen2.5-v0.2")
    result = snappy("index", data / "table.pdf", "--to", tmp_path / "a.snappy", *arguments)
    assert result.code == 1
    assert result.error.startswith("vidore/colqwen2.5-v0.2: vision models need torch: pip install")
    assert list(tmp_path.iterdir()) == []
