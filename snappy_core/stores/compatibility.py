"""Whether an index can be used: the version of its schema, and its encoder."""

from __future__ import annotations

from snappy_core.errors import IndexMismatchError


class OlderSchemaError(IndexMismatchError):
    """An index has an older schema, which can be read to copy it, but not searched."""


def check_schema(
    location: str, version: object, supported: int, oldest: int, target: str, *, older: bool
) -> None:
    """Check the version of the schema of an index.

    Args:
        oldest: the oldest version that can be read.
        target: where to index again, such as "into a new file".
        older: accept versions down to `oldest`.

    Raises:
        OlderSchemaError: the version is older than the supported one, but can be read.
        IndexMismatchError: it is newer, or too old.
    """
    if isinstance(version, int) and version > supported:
        raise IndexMismatchError(
            f"{location}: was made by a newer Snappy (schema {version}, this one reads "
            f"{supported}); pip install -U snappy-retriever"
        )
    if isinstance(version, int) and oldest <= version < supported:
        if older:
            return
        raise OlderSchemaError(
            f"{location}: has the schema {version}, this version of Snappy writes {supported}; "
            f"copy it {target}: snappy copy INDEX NEW"
        )
    if version != supported:
        raise IndexMismatchError(
            f"{location}: has the schema {version}, this version of Snappy reads {supported}; "
            f"index the documents again {target}: snappy index DOCUMENTS --to INDEX"
        )


def check_encoder(
    location: str, bound: tuple[str, int], given: tuple[str, int], target: str
) -> None:
    """Raise IndexMismatchError if an encoder's name or dimension differs from that of an index.

    `target` says where to index instead, such as "into a new file".
    """
    if bound != given:
        raise IndexMismatchError(
            f"{location}: made by the encoder {bound[0]} ({bound[1]} dimensions), not {given[0]} "
            f"({given[1]}); open it with that encoder, or index {target}"
        )
