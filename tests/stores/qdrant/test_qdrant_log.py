"""The log of a Qdrant index: page ids and numbers, and events as payloads."""

import pytest

from snappy_core.stores.base import DocumentRecord
from snappy_core.stores.event_log import Event, EventLog
from snappy_core.stores.qdrant.log import PageNumbering, QdrantLog, page_numbers, put_event_body
from snappy_core.stores.qdrant.log_collection import event_of, event_payload


def record(name, content="1"):
    return DocumentRecord(name, f"/papers/{name}.pdf", content, "layout 1", metadata={"n": 1})


def putting(at, name, pages=2, content="1"):
    body = put_event_body(record(name, content), range(1, pages + 1))
    return Event(at, f"w{at}", "put", body)


def log_of(events, numbering=None):
    log = EventLog().replay(sorted(events, key=lambda event: event.order))
    return QdrantLog(log, (numbering or PageNumbering()).assign(log.entries.values()))


def test_pages_that_do_not_exist_are_excluded():
    events = log_of([putting(at, "a") for at in range(1, 1500)]).events
    log = QdrantLog(events)
    assert len(log.excluded_writes) == 1000
    assert log.excluded_writes[-1] == "w1498"
    log = QdrantLog(events, unfinished=(Event(9999, "open", "begin"),))
    assert log.excluded_writes[0] == "open"
    assert len(log.excluded_writes) == 1001
    assert log.last == 9999


def test_page_ids_rise_and_stay():
    numbering = PageNumbering()
    events = [putting(1, "a"), putting(2, "nothing", 0), putting(3, "b", 3)]
    log = log_of(events, numbering)
    assert [list(log.page_ids(log.events.entries[name])) for name in "ab"] == [[1, 2], [3, 4, 5]]
    later = log_of([*events, putting(5, "a")], numbering)
    assert list(later.page_ids(later.events.entries["a"])) == [6, 7]
    late = log_of([*events, putting(4, "c"), putting(5, "a")], numbering)  # 4 arrived last
    assert [late.page_ids(late.events.entries[name])[0] for name in "abc"] == [6, 3, 8]
    for page_id, expected in ((3, ("b", 0)), (5, ("b", 2)), (6, ("a", 0)), (9, ("c", 1))):
        entry, index = late.locate(page_id)
        assert (entry.record.document_id, index) == expected
    for page_id in (0, 1, 2, 10):
        with pytest.raises(KeyError, match=str(page_id)):
            late.locate(page_id)


@pytest.mark.parametrize("numbers", [[], [1, 2, 3], [2, 3], [3, 1], [7]])
def test_numbers_of_pages(numbers):
    event = Event(1, "w", "put", put_event_body(record("a"), numbers))
    assert (event.body["numbers"] is None) == (numbers in ([], [1, 2, 3]))
    entry = log_of([event]).events.entries["a"]
    assert list(page_numbers(entry)) == numbers
    assert entry.record.pages == len(numbers)


def test_odd_text_comes_back():
    name = "odd \ud800 \x00 'ü' \U0001f41f"
    event = putting(1, name)
    payload = event_payload(event)
    assert payload["body"].isascii()
    event_again = event_of(payload)
    assert (event_again, event_again.body) == (event, {**event.body})
    assert name in log_of([event_again]).events.entries
