"""The stand-in for a store that was closed."""

from __future__ import annotations

from typing import NoReturn

from snappy_core.errors import StoreError


class ClosedStore:
    """Raises StoreError for everything except its location and closing it again."""

    def __init__(self, location: str) -> None:
        self.location = location

    def close(self) -> None:
        pass

    def __reduce__(self) -> NoReturn:
        self.__getattr__("pickle")

    def __getattr__(self, name: str) -> NoReturn:
        raise StoreError(f"{self.location}: the index is closed; open it again")
