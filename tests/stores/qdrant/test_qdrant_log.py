"""Events of a Qdrant index, in and out of their order."""

from dataclasses import replace

import pytest

from snappy_core.stores.base import DocumentRecord
from snappy_core.stores.qdrant.event_log import Dead, Event, Log, Numbering, put, read_event


def record(name, content="1"):
    return DocumentRecord(name, f"/papers/{name}.pdf", content, "layout 1", metadata={"n": 1})


def putting(at, name, pages=2, content="1"):
    return Event(at, f"w{at}", "put", put(record(name, content), range(1, pages + 1)))


def setting(at, name, **metadata):
    return Event(at, f"w{at}", "set", {"document_id": name, "metadata": metadata})


def dropping(at, name):
    return Event(at, f"w{at}", "drop", {"document_id": name})


def fold(*events):
    return Log().extend(sorted(events, key=lambda event: event.order), Numbering())


def test_events_say_what_is_there():
    log = fold(putting(1, "a"), putting(2, "b", 3), setting(3, "a", team="sea"))
    assert log.entries["a"].record == replace(record("a"), pages=2, metadata={"team": "sea"})
    assert log.entries["b"].record == replace(record("b"), pages=3)
    assert (log.last, log.page_count, log.dead) == (3, 5, ())


def test_later_events_take_the_place_of_earlier_ones():
    first, second, third = putting(1, "a"), setting(2, "a", x=1), setting(3, "a", x=2)
    again, drop = putting(4, "a", content="2"), dropping(5, "a")
    log = fold(first, second, third)
    assert log.dead == (Dead(second, 3),)
    log = log.extend([again], Numbering())
    assert dict(log.entries["a"].record.metadata) == {"n": 1}
    assert log.dead == (Dead(second, 3), Dead(first, 4), Dead(third, 4))
    log = log.extend([drop, setting(6, "a", x=3), dropping(7, "a")], Numbering())
    assert log.entries == {}
    assert [dead.at for dead in log.dead] == [3, 4, 4, 5, 5, 6, 7]
    assert log.hidden == ["w1", "w4"]


def test_the_first_encoder_counts():
    said = [Event(at, f"w{at}", "encoder", {"name": f"mini-{at}", "dim": 16}) for at in (1, 2)]
    assert fold(*said).encoder == ("mini-1", 16)


def test_two_that_happened_at_once_have_an_order():
    one = Event(5, "x", "put", put(record("a", "1"), [1]))
    two = Event(5, "y", "put", put(record("a", "2"), [1]))
    assert fold(one, two).entries == fold(two, one).entries
    assert fold(two, one).entries["a"].record.content_hash == "2"


def test_pages_that_are_not_there_are_named():
    log = fold(*(putting(at, "a") for at in range(1, 1500)))
    assert len(log.hidden) == 1000
    assert log.hidden[-1] == "w1498"
    log = replace(log, begun=(Event(9999, "open", "begin"),))
    assert log.hidden[0] == "open"
    assert len(log.hidden) == 1001


def test_page_ids_rise_and_stay():
    numbering = Numbering()
    events = [putting(1, "a"), putting(2, "nothing", 0), putting(3, "b", 3)]
    log = Log().extend(events, numbering)
    assert [log.entries[name].first for name in ("a", "b")] == [1, 3]
    later = log.extend([putting(5, "a")], numbering)
    assert later.entries["a"].first == 6
    again = Log().extend([*events, putting(4, "c"), putting(5, "a")], numbering)  # 4 came late
    assert [again.entries[name].first for name in "abc"] == [6, 3, 8]
    for page, found in ((3, ("b", 0)), (5, ("b", 2)), (6, ("a", 0)), (9, ("c", 1))):
        entry, place = again.locate(page)
        assert (entry.record.document_id, place) == found
    for page in (0, 1, 2, 10):
        with pytest.raises(KeyError, match=str(page)):
            again.locate(page)


@pytest.mark.parametrize("numbers", [[], [1, 2, 3], [2, 3], [3, 1], [7]])
def test_numbers_of_pages(numbers):
    event = Event(1, "w", "put", put(record("a"), numbers))
    assert (event.body["numbers"] is None) == (numbers in ([], [1, 2, 3]))
    entry = fold(event).entries["a"]
    assert list(entry.numbers) == numbers
    assert entry.record.pages == len(numbers)


def test_odd_text_comes_back():
    name = "odd \ud800 \x00 'ü' \U0001f41f"
    event = putting(1, name)
    payload = event.payload()
    assert payload["body"].isascii()
    back = read_event(payload)
    assert (back, back.body) == (event, {**event.body})
    assert name in fold(back).entries
