"""Keeps the log of a Qdrant index up to date, reading as little as possible."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from snappy_core.stores.event_log import Event, EventLog
from snappy_core.stores.qdrant.log import PageNumbering, QdrantLog
from snappy_core.stores.qdrant.log_collection import LogCollection

_LATE = timedelta(minutes=1)  # by which an event may arrive after later ones


class LogReader:
    """Reads the log, and makes events that come after all that it has read."""

    def __init__(self, collection: LogCollection) -> None:
        self._collection = collection
        self._lock = threading.Lock()
        self._events: dict[str, Event[str]] = {}  # by write
        self._last = 0  # the time of the last of them
        self._numbering = PageNumbering()
        self._token: str | None = None
        self._log = QdrantLog()
        self._clock = threading.Lock()
        self._now = 0

    def latest(self) -> QdrantLog:
        """Return the current state; the same object while nothing has changed."""
        token = self._collection.token()
        with self._lock:
            if token != self._token:
                self._log = self._read()
                self._token = token
            return self._log

    def invalidate(self) -> None:
        """Read the log again next time, with writes that have begun but not ended."""
        self._token = None

    def new_event(self, kind: str, body: Mapping[str, Any], write: str | None = None) -> Event[str]:
        """Return an event that is later than all known ones, whatever the clocks say."""
        with self._clock:
            self._now = max(time.time_ns() // 1000, self._now + 1, self._log.last + 1)
            return Event(self._now, write or new_write(), kind, body)

    def _read(self) -> QdrantLog:
        log = self._log.events
        for after in (self._last - _LATE // timedelta(microseconds=1), 0):
            events = self._collection.events(after)
            new = [event for event in events if event.kind != "begin"]
            if after == 0:  # all events
                self._events, log = {}, EventLog[str]()
                break
            new = [event for event in new if event.write not in self._events]
            if self._collection.count_events() == len(self._events) + len(new):
                break
        new.sort(key=lambda event: event.order)
        if new and self._events and new[0].at <= self._last:  # one comes before known events
            new = sorted([*self._events.values(), *new], key=lambda event: event.order)
            log = EventLog[str]()
        self._events |= {event.write: event for event in new}
        self._last = max([self._last, *(event.at for event in new[-1:])])
        log = log.replay(new)
        unfinished = tuple(
            event for event in events if event.kind == "begin" and event.write not in self._events
        )
        return QdrantLog(log, self._numbering.assign(log.entries.values()), unfinished)


def new_write() -> str:
    """Return an id for a write."""
    return secrets.token_hex(8)
