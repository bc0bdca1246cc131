"""Questions and results as JSON Lines."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def parse_lines(
    path: str | os.PathLike[str], data: bytes, parse: Callable[[Any], T], kind: str = "question"
) -> list[T]:
    """Return what `parse` makes of each line of JSON; blank lines are ignored.

    Args:
        path: the file, for messages; `data` is its content, in UTF-8.
        kind: what a line is called in messages.

    Raises:
        ValueError: there are no lines, or one cannot be parsed; the message has its number.
    """
    items = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            try:
                items.append(parse(json.loads(line)))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: not a {kind} ({error!r})") from error
    if not items:
        raise ValueError(f"{path}: no {kind}s")
    return items
