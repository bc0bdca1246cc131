"""A process that reads hostile files one after the other and reports the outcome of each.

`python -m tests.hostile.runner SEED ROUNDS` takes names of cases on standard input. It writes two
JSON lines for each case: its name before, its outcome after. If a file kills the process, the
name comes without an outcome; a hang ends with a traceback on standard error.
"""

import faulthandler
import json
import resource
import sys
import tempfile
import time
import traceback
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from snappy_core import parsing
from snappy_core.errors import SnappyError
from snappy_core.parsing import ReadingOptions, Source
from snappy_core.scoring.membership import assign
from snappy_core.scoring.pooling import pool
from snappy_core.stores import open_store
from snappy_core.stores.base import DocumentRecord, PageRecord, Store
from snappy_core.testing import FakeEncoder
from snappy_core.types import Page
from tests.hostile.cases import Case, all_cases
from tests.hostile.contract import check_page

SECONDS = 240
"""After so long a file hangs: many times what the slowest takes, for machines that are busy."""

MEMORY = 3 << 30
"""Limit of the address space, in bytes."""

PAGES = 30
"""Number of pages read of a file, besides the last: there are files of 100,000 pages."""

ENCODER = FakeEncoder()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    seed, rounds = int(sys.argv[1]), int(sys.argv[2])
    names = set(sys.stdin.read().splitlines())
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "index.snappy")
        for case in all_cases(seed, rounds):
            if case.name in names:
                _say(case=case.name)
                data = case.make()
                started = time.perf_counter()
                faulthandler.dump_traceback_later(SECONDS, exit=True)
                outcome, trace = read(case, data, store, Path(folder))
                faulthandler.cancel_dump_traceback_later()
                seconds = round(time.perf_counter() - started, 2)
                _say(case=case.name, outcome=outcome, trace=trace, seconds=seconds)


def read(case: Case, data: bytes, store: Store, folder: Path) -> tuple[str, str]:
    """Return the outcome of a file, and the traceback of an unexpected error."""
    source = Source.from_bytes(data, case.document or case.name)
    if not case.document and zlib.crc32(case.name.encode()) % 3 == 0:  # some come from the disk
        path = folder / "hostile"
        path.write_bytes(data)
        source = Source.from_path(path)
    try:
        pages = _add(case, source, store)
    except SnappyError as error:
        return f"{type(error).__name__}: {error}"[:300], ""
    except Exception as error:
        return f"raised {type(error).__name__}: {error}"[:300], traceback.format_exc()
    return pages, ""


def _add(case: Case, source: Source, store: Store) -> str:
    """Read, encode and write a file, and draw its first page."""
    warnings: list[str] = []
    document = DocumentRecord(source.name, source.name, source.content_hash(), "hostile")
    store.write(document, _records(case, source, warnings))
    with store.read() as snapshot:
        pages = snapshot.page_ids(source.name)
        for page in pages.values():
            snapshot.page(page)
            snapshot.patches(page)
    store.delete(source.name)
    return f"indexed {len(pages)} pages" + (f" ({warnings[0]})" if warnings else "")


def _records(case: Case, source: Source, warnings: list[str]) -> Iterator[PageRecord]:
    for page in _pages(case, source):
        if page.number == 1 and page.renderer is not None:
            page.render(50)
        if page.warning:
            warnings.append(page.warning)
        check_page(page)
        (patches,) = ENCODER.encode_pages([page])
        membership, pooled = (
            assign(page.regions, patches),
            pool(patches, page.regions, page.words.texts),
        )
        yield PageRecord(replace(page, renderer=None), patches, membership, pooled)


def _pages(case: Case, source: Source) -> Iterator[Page]:
    options = ReadingOptions(ocr=case.ocr)  # type: ignore[arg-type]
    yield from islice(parsing.read(source, options), PAGES)
    if (last := parsing.count_pages(source)) > PAGES:
        yield from parsing.read_pages(source, [last], options)


def _say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
