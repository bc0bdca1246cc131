"""Whether what a process uses grows, told from samples over time."""

from collections.abc import Sequence

from tests.soak.usage import Sample

MEMORY = 0.05  # relative growth of the memory that is noise: arenas of the allocator
INDEX = 80  # MiB; the log of an index comes and goes, up to 64
FILES = 4  # connections and temporary files that are open at the moment


def growth(samples: Sequence[Sample]) -> list[str]:
    """Return what has grown from the third quarter of a run to the last; caches fill before.

    >>> flat = [Sample(n, 100 + n % 3, 20, 5, 8) for n in range(40)]
    >>> growth(flat)
    []
    >>> growth([Sample(n, 100 + n, 20 + n, 5, 8) for n in range(40)])
    ['memory grew from 120 to 130 MiB', 'open files grew from 40 to 50']
    """
    quarter = len(samples) // 4
    before, after = samples[-2 * quarter : -quarter], samples[-quarter:]
    limits = {
        "memory": ("memory", " MiB", lambda m: m * MEMORY),
        "files": ("open files", "", lambda _: FILES),
        "threads": ("threads", "", lambda _: 1),
        "index": ("the index", " MiB", lambda _: INDEX),
    }
    problems = []
    for name, (label, unit, allowed) in limits.items():
        # The least: what a moment needs comes on top, such as another open index.
        first, last = (min(getattr(s, name) for s in part) for part in (before, after))
        if last - first > allowed(first):
            problems.append(f"{label} grew from {first:g} to {last:g}{unit}")
    return problems
