"""Events of an index that only appends."""

from dataclasses import replace

import pytest

from snappy_core.stores.base import DocumentRecord
from snappy_core.stores.event_log import Event, EventLog, LogSnapshot, put_body


class Snapshot(LogSnapshot):
    """A snapshot of documents without pages."""

    catalog = document_of = page = None


def record(name, content="1"):
    return DocumentRecord(name, f"/papers/{name}.pdf", content, "layout 1", metadata={"n": 1})


def putting(at, name, pages=2, content="1"):
    return Event(at, f"w{at}", "put", put_body(record(name, content), pages))


def setting(at, name, **metadata):
    return Event(at, f"w{at}", "set", {"document_id": name, "metadata": metadata})


def dropping(at, name):
    return Event(at, f"w{at}", "drop", {"document_id": name})


def replay(*events):
    return EventLog().replay(sorted(events, key=lambda event: event.order))


def test_events_say_what_exists():
    log = replay(putting(1, "a"), putting(2, "b", 3), setting(3, "a", team="sea"))
    snapshot = Snapshot(log)
    assert snapshot.document("a") == replace(record("a"), pages=2, metadata={"team": "sea"})
    assert snapshot.document("b") == replace(record("b"), pages=3)
    assert snapshot.document("c") is None
    assert snapshot.documents() == [snapshot.document("a"), snapshot.document("b")]
    assert (log.last, log.page_count, log.superseded) == (3, 5, ())


def test_later_events_supersede_earlier_ones():
    first, second, third = putting(1, "a"), setting(2, "a", x=1), setting(3, "a", x=2)
    again, drop = putting(4, "a", content="2"), dropping(5, "a")
    log = replay(first, second, third)
    assert log.superseded == ((second, 3),)
    log = log.replay([again])
    assert dict(log.entries["a"].record.metadata) == {"n": 1}
    assert log.superseded == ((second, 3), (first, 4), (third, 4))
    log = log.replay([drop, setting(6, "a", x=3), dropping(7, "a")])
    assert log.entries == {}
    assert [at for _, at in log.superseded] == [3, 4, 4, 5, 5, 6, 7]


def test_the_first_encoder_counts():
    events = [Event(at, f"w{at}", "encoder", {"name": f"mini-{at}", "dim": 16}) for at in (1, 2)]
    log = replay(*events)
    assert log.encoder == ("mini-1", 16)
    assert log.superseded == ((events[1], 2),)
    assert replay(putting(1, "a")).encoder is None


def test_events_of_the_same_time_have_an_order():
    one = Event(5, "x", "put", put_body(record("a", "1"), 1))
    two = Event(5, "y", "put", put_body(record("a", "2"), 1))
    assert replay(one, two).entries == replay(two, one).entries
    assert replay(two, one).entries["a"].record.content_hash == "2"


@pytest.mark.parametrize("event", [setting(2, "b", x=1), dropping(2, "b")])
def test_events_of_unknown_documents_are_superseded(event):
    log = replay(putting(1, "a"), event)
    assert list(log.entries) == ["a"]
    assert log.superseded == ((event, 2),)
