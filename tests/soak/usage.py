"""An index in use by several threads, each with documents of its own, and what that takes."""

import random
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path

from snappy_core import RegionIndex, Source
from snappy_core.testing import FakeEncoder
from tests.parsing.pdf.simple_pdf import line, pdf

SUBJECTS = ("harbor", "tide", "ferry", "gauge", "pilot", "beacon", "cod", "anchor")
DOCUMENTS = 6  # of each thread


@dataclass(frozen=True)
class Sample:
    """What the process uses at one moment: memory and the index in MiB."""

    calls: int
    memory: float
    files: int
    threads: int
    index: float

    def row(self) -> tuple[object, ...]:
        return self.calls, f"{self.memory:.1f}", self.files, self.threads, f"{self.index:.1f}"


class Usage:
    """Threads that add, replace, search, explain, delete, compact, and open the index again.

    Attributes:
        errors: wrong answers and exceptions; the first one ends the use.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        self._path = folder / "index.snappy"
        self._index = RegionIndex.open(self._path, FakeEncoder())
        self._calls = 0
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number,)) for number in range(threads)
        ]
        self.errors: list[str] = []

    def __enter__(self) -> "Usage":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        self._index.close()

    def sample(self) -> Sample:
        files = self._path.parent.glob("index.snappy*")
        return Sample(
            self._calls,
            _memory(),
            len(list(Path("/proc/self/fd").iterdir())),
            threading.active_count(),
            sum(file.stat().st_size for file in files if file.exists()) / (1 << 20),
        )

    def _run(self, number: int) -> None:
        rng, held = random.Random(number), {}
        try:
            while not self._is_over.is_set():
                self._step(rng, number, held)
                self._calls += 1
        except Exception:
            self.errors.append(traceback.format_exc())
            self._is_over.set()

    def _step(self, rng: random.Random, number: int, held: dict[str, str]) -> None:
        """Do something; `held` has the subject of each document of this thread."""
        name = f"{number}/{rng.randrange(DOCUMENTS)}"
        chance = rng.random()
        if chance < 0.3:
            held[name] = f"{rng.choice(SUBJECTS)}{number}"
            self._index.add(Source.from_bytes(_document(held[name], rng), name)).raise_failed()
        elif chance < 0.4:
            assert self._index.delete(name) is (held.pop(name, None) is not None)
        elif chance < 0.42:
            self._index.compact()
        elif chance < 0.5:  # another one on the same file
            with RegionIndex.open(self._path, FakeEncoder(), create=False) as index:
                self._search(index, rng, number, held)
        else:
            self._search(self._index, rng, number, held)

    def _search(
        self, index: RegionIndex, rng: random.Random, number: int, held: dict[str, str]
    ) -> None:
        """A subject of this thread is found in its documents, and in no others."""
        subject = f"{rng.choice(SUBJECTS)}{number}"
        hits = index.search(f"{subject} level", k=100, scoring="maxsim")
        found = {hit.document_id for hit in hits if subject in hit.region.text}
        expected = {name for name, about in held.items() if about == subject}
        assert found == expected, f"{subject} is in {sorted(found)}, not {sorted(expected)}"
        own = [hit for hit in hits if hit.document_id in held]  # others may be replaced meanwhile
        if own:
            index.explain(own[0], "maxsim")


def _document(subject: str, rng: random.Random) -> bytes:
    """Return a PDF of a few pages about a subject."""
    pages = [
        "\n".join(
            line(40, 60 + 16 * row, f"The {subject} level {rng.randrange(500)}") for row in rows
        )
        for rows in [range(rng.randint(1, 8)) for _ in range(rng.randint(1, 3))]
    ]
    return pdf(*pages)


def _memory() -> float:
    """Return the resident memory of this process in MiB."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096 / (1 << 20)
