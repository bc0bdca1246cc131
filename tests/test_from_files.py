"""`from_files` and `from_index`, which the retrievers of both frameworks share."""

import pickle
from importlib import import_module

import pytest

from snappy_core import (
    IngestReport,
    IngestWarning,
    RegionIndex,
    TimeLimitError,
    UnreadableDocumentError,
    Workers,
)
from snappy_core.fused_search import FusedSearch
from snappy_core.testing import FakeEncoder, FakeGridEncoder

FRAMEWORKS = {"snappy_langchain": "langchain_core", "snappy_llamaindex": "llama_index.core"}


@pytest.fixture(params=FRAMEWORKS)
def retriever_class(request):
    pytest.importorskip(FRAMEWORKS[request.param])
    return import_module(request.param).SnappyRetriever


@pytest.fixture
def ask(retriever_class):
    method = "invoke" if retriever_class.__module__.startswith("snappy_langchain") else "retrieve"
    return lambda retriever, question: getattr(retriever, method)(question)


@pytest.fixture
def paths(data):
    return [data / name for name in ("table.pdf", "not_a_pdf.pdf", "mixed_blank.pdf")]


def names(index):
    return [record.source.rsplit("/")[-1] for record in index.documents()]


def test_the_report_is_kept(retriever_class, data, paths):
    retriever = retriever_class.from_files(data / "mixed_blank.pdf", encoder=FakeEncoder())
    report = retriever.report
    assert isinstance(report, IngestReport)
    assert report.added == ((data / "mixed_blank.pdf").as_posix(),)
    assert [warning.rsplit(", ")[-1] for warning in report.warnings] == ["page 2: has no text"]
    assert retriever_class(index=retriever.index).report is None


def test_warn_goes_on_without_what_cannot_be_read(retriever_class, ask, paths):
    with pytest.warns(IngestWarning, match=r"not_a_pdf\.pdf was not added: .*page 2: has no text"):
        retriever = retriever_class.from_files(paths, encoder=FakeEncoder(), on_error="warn", k=1)
    assert [failure.source for failure in retriever.report.failed] == [paths[1].as_posix()]
    assert names(retriever.index) == ["mixed_blank.pdf", "table.pdf"]
    assert len(ask(retriever, "boats")) == 1


def test_raise_loses_nothing_that_was_read(retriever_class, ask, paths, tmp_path):
    for index_path in (":memory:", tmp_path / "a.snappy"):
        with pytest.raises(UnreadableDocumentError, match=r"not_a_pdf\.pdf") as caught:
            retriever_class.from_files(paths, encoder=FakeEncoder(), index_path=index_path, k=1)
        assert "on_error='warn'" in caught.value.__notes__[0]
        retriever = caught.value.retriever
        assert isinstance(retriever, retriever_class)
        assert len(retriever.report.failed) == 1
        assert names(retriever.index) == ["mixed_blank.pdf", "table.pdf"]
        assert len(ask(retriever, "boats")) == 1
        retriever.index.close()


@pytest.mark.parametrize("on_error", ["raise", "warn"])
def test_nothing_that_can_be_read_is_an_error(retriever_class, paths, on_error):
    """A retriever that answers nothing, for a name that was mistyped, would help nobody."""
    with pytest.raises(UnreadableDocumentError, match=r"not_a_pdf\.pdf") as caught:
        retriever_class.from_files(paths[1], encoder=FakeEncoder(), on_error=on_error)
    assert not hasattr(caught.value, "retriever")


def test_another_word_is_refused_before_anything_is_read(retriever_class, tmp_path):
    with pytest.raises(ValueError, match="on_error must be 'raise' or 'warn', not 'ignore'"):
        retriever_class.from_files("none.pdf", index_path=tmp_path / "a", on_error="ignore")
    assert list(tmp_path.iterdir()) == []


def test_all_options_of_add(retriever_class, data, monkeypatch):
    """They reach `add` by the same names; only its time-out has another."""
    from inspect import signature

    given = {}
    add = RegionIndex.add
    monkeypatch.setattr(
        RegionIndex, "add", lambda self, paths, **options: given.update(options) or add(self, paths)
    )
    options = {
        "root": data, "metadata": {"team": "a"}, "password": "tide", "describe": lambda *_: "",
        "executor": Workers(1), "progress": False, "keep": "source",
    }  # fmt: skip
    retriever_class.from_files(
        data / "table.pdf", encoder=FakeEncoder(), add_timeout=60, timeout=30, **options
    )
    assert given.items() >= {**options, "timeout": 60}.items()
    assert set(given) == set(signature(add).parameters) - {"self", "paths"}


def test_a_limit_of_adding_is_not_one_of_searching(retriever_class, data):
    with pytest.raises(TimeLimitError, match="adding took longer"):
        retriever_class.from_files(data / "table.pdf", encoder=FakeEncoder(), add_timeout=1e-9)


def test_from_index(retriever_class, ask, data, tmp_path):
    path = tmp_path / "a.snappy"
    with RegionIndex.open(path, FakeEncoder()) as index:
        index.add(data / "table.pdf")
        of_open = retriever_class.from_index(index, k=1)
        assert of_open.index is index
        assert len(ask(of_open, "boats")) == 1
        with pytest.raises(ValueError, match="an open index has its encoder"):
            retriever_class.from_index(index, encoder=FakeEncoder())
    retriever = retriever_class.from_index(path, encoder=FakeEncoder(), k=1)
    assert len(ask(retriever, "boats")) == 1
    retriever.index.close()
    with pytest.raises((TypeError, ValueError)):
        retriever_class.from_index(path, encoder=FakeEncoder(), kk=1)
    with pytest.raises(FileNotFoundError):
        retriever_class.from_index(tmp_path / "none.snappy")
    assert not (tmp_path / "none.snappy").exists()


def test_from_a_fused_search(retriever_class, ask, data):
    indexes = [RegionIndex(encoder=FakeEncoder()), RegionIndex(encoder=FakeGridEncoder())]
    for index in indexes:
        index.add(data / "table.pdf")
    fused = FusedSearch(indexes)
    retriever = retriever_class.from_index(fused, k=1)
    assert (retriever.index, retriever.fused) == (indexes[0], fused)
    assert len(ask(retriever, "boats")) == 1
    with pytest.raises((TypeError, ValueError)):
        retriever_class.from_index(fused, kk=1)
    assert indexes[0].documents()  # it is still open
    with pytest.raises(ValueError, match="an open index has its encoder"):
        retriever_class.from_index(fused, encoder=FakeEncoder())


def test_a_report_pickles(retriever_class, data):
    retriever = retriever_class.from_files(data / "table.pdf", encoder=FakeEncoder())
    assert pickle.loads(pickle.dumps(retriever.report)) == retriever.report
