"""`timeout` of `add`, `sync` and `search`: a typed error, and nothing that is half written."""

import asyncio
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

import pytest

from snappy_core import (
    RegionIndex,
    SnappyError,
    Source,
    TimeLimitError,
    cancellation,
    parsing,
    report_html,
)
from snappy_core.cli import main
from snappy_core.fused_search import FusedSearch
from snappy_core.page_search import PageReference, PageSearch
from snappy_core.search import filters
from snappy_core.search.locations import prior
from snappy_core.search.options import check_options
from snappy_core.stores.copy import copy
from snappy_core.testing import FakeEncoder

QUESTION = "How many boats land at Brae?"


@pytest.fixture
def ticking(monkeypatch):
    """A clock that goes on by a second each time that somebody looks at it."""
    ticks = count()
    monkeypatch.setattr(cancellation, "time", SimpleNamespace(monotonic=lambda: next(ticks)))


@pytest.fixture
def filled(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add([data / "table.pdf", data / "two_columns.pdf"]).raise_failed()
        yield index


def sources(data):
    """Three documents of one page and one of many."""
    content = (data / "table.pdf").read_bytes()
    small = [Source.from_bytes(content + b"\n%" * n, f"{n}.pdf") for n in range(3)]
    return [*small, Source.from_path(data / "many_pages.pdf")]


@pytest.mark.parametrize("location", [":memory:", "FILE", "LANCE"])
def test_whenever_adding_ends_whole_documents_are_there(tmp_path, data, ticking, location):
    if location == "LANCE":
        pytest.importorskip("lancedb")
    names = {":memory:": location, "FILE": tmp_path / "a.snappy", "LANCE": tmp_path / "a.lance"}
    states, messages = [], []
    with RegionIndex.open(names[location], FakeEncoder()) as index:
        while True:
            timeout = 2 * len(states) + 1
            try:
                report = index.add(sources(data), timeout=timeout)
                break
            except TimeLimitError as error:
                messages.append(str(error))
                states.append([document.pages for document in index.documents()])
            for document in index.documents():
                index.delete(document.document_id)
        whole = sorted(document.pages for document in index.documents())
    assert len(report.added) == 4
    assert messages == [
        f"adding took longer than {n} seconds (timeout); finished documents are in the index"
        for n in range(1, 2 * len(states), 2)
    ]
    assert states[0] == []
    assert {tuple(state) for state in states} == {(), (1,), (1, 1), (1, 1, 1)}
    assert whole == [1, 1, 1, report.pages - 3]


def test_adding_again_does_the_rest(data, ticking):
    with RegionIndex(encoder=FakeEncoder()) as index:
        with pytest.raises(TimeLimitError):
            index.add(sources(data), timeout=8)
        before = len(index.documents())
        report = index.add(sources(data))
    assert before == len(report.unchanged) == 4 - len(report.added) > 0


class Hanging:
    """An executor, and its pool, whose jobs never end."""

    capacity = 8

    @contextmanager
    def start(self, encoder):
        yield self

    def stage(self, source):
        return source

    def submit(self, job):
        return Future()


def test_work_elsewhere_that_hangs_is_not_waited_for(data):
    with (
        RegionIndex(encoder=FakeEncoder()) as index,
        pytest.raises(TimeLimitError, match=r"longer than 0\.2 seconds"),
    ):
        index.add(data / "table.pdf", executor=Hanging(), timeout=0.2)


def test_sync_removes_nothing_when_its_time_is_up(tmp_path, data, ticking):
    (tmp_path / "old.pdf").write_bytes((data / "table.pdf").read_bytes())
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.sync(tmp_path)
        (tmp_path / "old.pdf").rename(tmp_path / "new.pdf")
        (tmp_path / "more.pdf").write_bytes((data / "unicode.pdf").read_bytes())
        with pytest.raises(TimeLimitError):
            index.sync(tmp_path, timeout=0.5)
        assert [document.document_id for document in index.documents()] == ["old.pdf"]
        index.add_document(data / "unicode.pdf", timeout=1000)


def test_whenever_a_search_ends_it_says_so(filled, ticking):
    asked, messages = [], []

    def reranker(question, hits):
        asked.append(timeout)
        return [1.0] * len(hits)

    for timeout in range(1, 1000):
        try:
            hits = filled.search(QUESTION, k=2, timeout=timeout, reranker=reranker)
            break
        except TimeLimitError as error:
            messages.append(str(error))
    assert messages == [
        f"the search took longer than {n} seconds (timeout)" for n in range(1, timeout)
    ]
    assert timeout > 4  # the question, pages, hits, highlights
    assert asked == list(range(asked[0], timeout + 1))  # not when the time was up before
    assert asked[0] > 3  # the question, pages and hits; highlights come later
    assert hits == filled.search(QUESTION, k=2, reranker=reranker)


@pytest.mark.parametrize(
    ("module", "question", "filter"),
    [(prior, f"{QUESTION} See page 1.", None), (filters, QUESTION, {"section": {"$ne": "none"}})],
)
def test_a_search_may_end_between_pages_that_it_reads(
    filled, monkeypatch, module, question, filter
):
    asked = []
    monkeypatch.setattr(module, "raise_if_ended", lambda: asked.append(1))
    assert filled.search(question, filter=filter)
    assert len(asked) == 2


def test_every_search_has_it(data, filled, ticking):
    page = PageReference(str(data / "table.pdf"), 1)
    for search in (
        lambda: asyncio.run(filled.asearch(QUESTION, timeout=0.5)),
        lambda: PageSearch(filled).search(QUESTION, [page], timeout=0.5),
        lambda: PageSearch(root=data, encoder=FakeEncoder()).search(QUESTION, [page], timeout=0.5),
        lambda: FusedSearch([filled, filled]).search(QUESTION, timeout=0.5),
    ):
        with pytest.raises(TimeLimitError, match=r"the search took longer than 0\.5 seconds"):
            search()
    with RegionIndex(encoder=FakeEncoder()) as index, pytest.raises(TimeLimitError):
        asyncio.run(index.aadd(data / "table.pdf", timeout=0.5))
    assert filled.search(QUESTION)  # no limit is left behind


def test_grounding_ends_between_two_claims(filled, ticking):
    answer = "Brae has 9 boats. Dunmore has 5 boats. " * 20
    with pytest.raises(TimeLimitError, match=r"grounding took longer than 4 seconds \(timeout\)"):
        filled.ground(answer, filled.search(QUESTION), timeout=4)
    with pytest.raises(TimeLimitError):
        filled.ground(answer, timeout=4)
    with pytest.raises(TimeLimitError):
        asyncio.run(filled.aground(answer, timeout=4))
    assert len(filled.ground(answer, filled.search(QUESTION), timeout=1000)) == 40


def test_drawing_ends_between_two_pages(filled, monkeypatch, ticking):
    hits = filled.search(QUESTION, k=20)
    assert len({hit.document_id for hit in hits}) == 2
    drawn = []
    draw = parsing.render
    monkeypatch.setattr(parsing, "render", lambda *page: drawn.append(page) or draw(*page))
    with pytest.raises(TimeLimitError, match="after 1"), cancellation.time_limit(1, "after {}"):
        report_html(hits, filled)
    assert len(drawn) == 1


def test_copying_goes_on_where_it_ended(filled, ticking):
    with RegionIndex(encoder=FakeEncoder()) as target:
        with (
            pytest.raises(TimeLimitError, match="after 1"),
            cancellation.time_limit(1, "after {}"),
        ):
            copy(filled._store, target._store)
        (first,) = target.documents()
        report = copy(filled._store, target._store)
    assert report.unchanged == (first.document_id,)
    assert len(report.copied) == 1


def test_the_limit_that_ends_first_counts(ticking):
    def work():
        for _ in range(40):
            cancellation.raise_if_ended()

    for outer, inner in [(3, 50), (50, 3)]:
        with (
            pytest.raises(TimeLimitError, match="after 3"),
            cancellation.time_limit(outer, "after {}"),
            cancellation.time_limit(inner, "after {}"),
            cancellation.time_limit(None, "never"),
        ):
            work()
    work()  # no limit is left behind


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "3", True])
def test_a_limit_is_a_positive_number(data, timeout):
    with RegionIndex(encoder=FakeEncoder()) as index:
        with pytest.raises(ValueError, match="timeout must be a positive number of seconds"):
            index.add(data / "table.pdf", timeout=timeout)
        assert index.documents() == []
    with pytest.raises(ValueError, match="timeout must be a positive number of seconds"):
        check_options({"timeout": timeout})


def test_the_error_is_typed():
    assert issubclass(TimeLimitError, SnappyError)
    assert issubclass(TimeLimitError, TimeoutError)


@pytest.mark.parametrize("command", ["index", "sync"])
def test_the_command_line(tmp_path, data, capsys, command):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "table.pdf").write_bytes((data / "table.pdf").read_bytes())
    arguments = [command, str(folder), "--to", str(tmp_path / "a.snappy"), "--workers", "0"]
    assert main([*arguments, "--time-limit", "0.000001"]) == 1
    assert "adding took longer than 1e-06 seconds" in capsys.readouterr().err
    assert main([*arguments, "--time-limit", "600"]) == 0


@pytest.mark.parametrize("place", [["--in", "INDEX"], ["--pdf", "PDF"]], ids=["index", "pdf"])
@pytest.mark.parametrize("command", ["search", "show", "ground"])
def test_commands_that_search(tmp_path, data, capsys, command, place):
    index, pdf = tmp_path / "a.snappy", data / "table.pdf"
    assert main(["index", str(pdf), "--to", str(index), "--workers", "0"]) == 0
    arguments = [command, QUESTION, *place]
    arguments = [{"INDEX": str(index), "PDF": str(pdf)}.get(word, word) for word in arguments]
    if command == "show":
        arguments += ["--out", str(tmp_path / "page.png")]
    assert main([*arguments, "--time-limit", "0.000001"]) == 1
    error = capsys.readouterr().err
    assert error == "error: it took longer than 1e-06 seconds (--time-limit)\n"
    assert main([*arguments, "--time-limit", "-1"]) == 2
    assert main([*arguments, "--time-limit", "600"]) == 0


def test_copying_by_the_command_line(tmp_path, data, capsys):
    source, target = str(tmp_path / "a.snappy"), str(tmp_path / "b.snappy")
    assert main(["index", str(data / "table.pdf"), "--to", source, "--workers", "0"]) == 0
    assert main(["copy", source, target, "--time-limit", "0.000001"]) == 1
    assert "it took longer than 1e-06 seconds (--time-limit)" in capsys.readouterr().err
    assert main(["copy", source, target, "--time-limit", "600"]) == 0
