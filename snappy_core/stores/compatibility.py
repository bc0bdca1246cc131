"""Checks that an index can be used: its schema and its encoder."""

from __future__ import annotations

from snappy_core.errors import IndexMismatchError


def check_schema(location: str, version: object, supported: int, target: str) -> None:
    """Check the schema version of an index.

    Args:
        target: where to index again, as the error says it: "into a new file".

    Raises:
        IndexMismatchError: it is not the supported one.
    """
    if version != supported:
        raise IndexMismatchError(
            f"{location}: has the schema {version}, this version of Snappy reads {supported}; "
            f"index the documents again {target}"
        )


def check_encoder(
    location: str, bound: tuple[str, int], given: tuple[str, int], target: str
) -> None:
    """Check the name and dimension of an encoder against those of the one that made an index.

    Args:
        target: where to index instead, as the error says it: "into a new file".

    Raises:
        IndexMismatchError: they differ.
    """
    if bound != given:
        raise IndexMismatchError(
            f"{location}: made by the encoder {bound[0]} ({bound[1]} dimensions), not {given[0]} "
            f"({given[1]}); open it with that encoder, or index {target}"
        )
