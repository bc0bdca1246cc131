"""Files made to break a reader: mutations of good files, and structures built to do harm.

A case is identified by its name: name and seed always give the same bytes.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.hostile import images, mutations, names, pages, trees

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Case:
    """A hostile file.

    Attributes:
        name: unique; determines the bytes together with the seed.
        make: returns the bytes.
        ocr: as in `ReadingOptions`.
        document: the name of the file, if that is part of the attack.
        worker: PDFium itself hangs or crashes on it, so that it needs a worker process.
    """

    name: str
    make: Callable[[], bytes]
    ocr: str = "never"
    document: str = ""
    worker: bool = False


def all_cases(seed: int, rounds: int = 1) -> Iterator[Case]:
    """Yield every case: `rounds` mutations of each kind of each good file, then the built ones."""
    for number in range(rounds):
        yield from mutated(seed, number)
    yield from built()


def mutated(seed: int, number: int) -> Iterator[Case]:
    """Yield a mutation of each kind of each good file."""
    good = {path.name: path.read_bytes for path in sorted(DATA.glob("*.pdf"))}
    for file, read in {**good, **images.GOOD}.items():
        for kind, mutate in mutations.KINDS.items():
            name = f"mutated/{file}/{kind}/{number}"
            # Only a few go to OCR, which is slow.
            ocr = "auto" if random.Random(f"{seed} {name} ocr").random() < 0.02 else "never"
            yield Case(name, _mutation(f"{seed} {name}", read, mutate), ocr)


def built() -> Iterator[Case]:
    """Yield the files that are built object by object."""
    for module in (pages, trees, images):
        for name, make in module.cases():
            yield Case(name, make, worker=name in WORKER)
    for name, document in names.NAMES.items():
        yield Case(f"names/{name}", names.plain_page, document=document)


def _mutation(
    seed: str, read: Callable[[], bytes], mutate: mutations.Mutation
) -> Callable[[], bytes]:
    return lambda: mutate(read(), random.Random(seed))


WORKER = frozenset(
    {
        "pages/forms: calls itself",
        "pages/forms: call each other",
        "pages/forms: fan of 2 ** 40",
        "pages/forms: fan of 10 ** 9",
        "pages/pattern: of itself",
        "pages/pattern: tiny steps",
        "pages/pictures: 20000 times the same",
        "trees/labels: a loop",
    }
)
"""Cases on which PDFium itself crashes, hangs or takes all memory."""
