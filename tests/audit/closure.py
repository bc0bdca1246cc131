"""What the extras install here: the distributions that they need, directly or not."""

import re
from collections.abc import Iterable
from importlib import metadata

from packaging.requirements import Requirement

EXTRAS = (
    "langchain", "llamaindex", "layout", "colpali", "hf", "lance", "qdrant", "ray", "eval", "bench",
)  # fmt: skip


def installed(name: str, extras: Iterable[str]) -> dict[str, metadata.Distribution]:
    """Return the distributions that one needs with some extras, by their normalized names.

    Those that are not installed, or not needed on this system, are left out.
    """
    found: dict[str, metadata.Distribution] = {}
    todo, seen = [(name, frozenset(extras))], set()
    while todo:
        name, wanted = todo.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[normalized(name)] = distribution
        for line in distribution.requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *wanted)):
                todo.append((requirement.name, frozenset(requirement.extras)))
    return found


def normalized(name: str) -> str:
    """Return a name as package indexes write it.

    >>> normalized("Typing_Extensions")
    'typing-extensions'
    """
    return re.sub(r"[-_.]+", "-", name).lower()
