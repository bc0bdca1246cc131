"""Questions and results as JSON Lines."""

import json
import os
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def parse_lines(
    path: str | os.PathLike[str], data: bytes, parse: Callable[[Any], T], kind: str = "question"
) -> list[T]:
    """Return the result of `parse` for each line of JSON; blank lines are ignored.

    `data` is the UTF-8 content of the file at `path`; `kind` is the word for a line in messages. A
    ValueError has the number of the line that cannot be parsed, or says that there are none.
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
