"""Creating a Lance table while other processes may create the same one."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from snappy_core.stores.lance.errors import libraries

UNFINISHED = ".snappy-"
"""Prefix of the folder in which a table is created."""


def create_table(
    database: Any,
    name: str,
    rows: Any,
    folder: Path | None,
    storage_options: Mapping[str, str] | None = None,
) -> None:
    """Create a table, unless another process creates it in the meantime.

    On its own, Lance would let the later table replace the earlier one and everything written
    to it.

    Args:
        rows: the first rows, an Arrow table; the same in all processes.
        folder: of the database; None on S3.
    """
    if folder is not None:
        _create_in(folder, name, rows, storage_options)
    else:
        _create(database, name, rows, storage_options)


def _create_in(
    folder: Path, name: str, rows: Any, storage_options: Mapping[str, str] | None
) -> None:
    """Create a table elsewhere and rename it: of several processes, one succeeds."""
    lancedb, _ = libraries()
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as aside:
        lancedb.connect(aside).create_table(name, rows, storage_options=storage_options)
        try:
            os.rename(Path(aside, f"{name}.lance"), folder / f"{name}.lance")
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise


def _create(database: Any, name: str, rows: Any, storage_options: Mapping[str, str] | None) -> None:
    """Create a table; append to it the rows of a table that it has replaced."""
    try:
        table = database.create_table(name, rows, storage_options=storage_options)
    except (ValueError, RuntimeError, OSError):
        database.open_table(name)  # which another process created
        return
    if table.version > 1:
        replaced = database.open_table(name)
        replaced.checkout(table.version - 1)
        written = replaced.search().offset(len(rows)).limit(None).to_arrow()
        if len(written):
            table.add(written, write_parallelism=1)
