"""Files made to break a reader: mutations of good files, and structures built for harm.

A case is known by its name: the name and the seed give the same bytes everywhere.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.hostile import mutations, names, pages, pictures, trees

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Case:
    """A hostile file.

    Attributes:
        name: tells it from all others; with the seed it gives the bytes.
        make: returns the bytes.
        ocr: as in `ReadingOptions`.
        document: what the file is called, when that is part of the attack.
        worker: PDFium itself hangs or dies on it: only a worker process can hold it.
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
    for file, read in {**good, **pictures.GOOD}.items():
        for kind, mutate in mutations.KINDS.items():
            name = f"mutated/{file}/{kind}/{number}"
            # A few go to OCR: it is slow.
            ocr = "auto" if random.Random(f"{seed} {name} ocr").random() < 0.02 else "never"
            yield Case(name, _mutation(f"{seed} {name}", read, mutate), ocr)


def built() -> Iterator[Case]:
    """Yield the files that are built object by object."""
    for module in (pages, trees, pictures):
        for name, make in module.cases():
            yield Case(name, make, worker=name in WORKER)
    for name, document in names.NAMES.items():
        yield Case(f"names/{name}", names.plain_page, document=document)


def _mutation(
    chance: str, read: Callable[[], bytes], mutate: mutations.Mutation
) -> Callable[[], bytes]:
    return lambda: mutate(read(), random.Random(chance))


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
