"""Printing results, as text and as JSON."""

import json
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import PurePath

from rich.console import Console
from rich.text import Text

from snappy_core import Hit, IngestReport, IngestWarning
from snappy_core.metadata import region_metadata
from snappy_core.search.joining import page_range
from snappy_core.terminal import plain, plain_lines
from snappy_core.types import MetadataValue

_SUFFIXES = 5  # how many suffixes of skipped files are named


def print_json(value: object) -> None:
    """Print JSON in ASCII, which any terminal can display and any pipe can pass on."""
    print(json.dumps(value, indent=2))


def record(hit: Hit) -> dict[str, MetadataValue]:
    """Return a hit as a flat JSON object: the metadata of its region, its text and its scores."""
    return {
        **region_metadata(hit),
        "text": hit.text,
        "score": round(hit.score, 6),
        "region_score": round(hit.region_score, 6),
        "page_score": round(hit.page_score, 6),
        "rank": hit.rank,
    }


def console(err: bool = False) -> Console:
    """Return standard output or error; text is printed literally, never as rich markup."""
    return Console(markup=False, emoji=False, highlight=False, stderr=err)


def print_lines(text: str, style: str | None = None, *, err: bool = False) -> None:
    """Print lines without wrapping them, and without control characters from files."""
    console(err).print(plain_lines(text), style=style, soft_wrap=True)


def print_report(report: IngestReport, as_json: bool) -> int:
    """Print what was added, and failures and warnings to standard error; return the exit code."""
    if as_json:
        failed = [{"source": failure.source, "cause": failure.cause} for failure in report.failed]
        print_json({**asdict(replace(report, failed=())), "failed": failed,
                    "seconds": round(report.seconds, 3)})  # fmt: skip
        return 1 if report.failed else 0
    counts = [f"{len(report.added)} added", f"{len(report.unchanged)} unchanged"]
    counts += [f"{len(report.duplicates)} duplicates"] if report.duplicates else []
    counts += [f"{len(report.removed)} removed"] if report.removed else []
    counts += [f"{len(report.failed)} failed"]
    counts += [f"{len(report.skipped)} skipped ({_suffixes(report)})"] if report.skipped else []
    print_lines(f"{', '.join(counts)}; {report.pages} pages in {report.seconds:.1f} s")
    for warning in report.warnings:
        print_lines(plain(f"warning: {warning}"), style="yellow", err=True)
    for failure in report.failed:
        print_lines(plain(f"failed: {failure.source}: {failure.cause}"), style="red", err=True)
    return 1 if report.failed else 0


def _suffixes(report: IngestReport) -> str:
    """Return the suffixes of the files that were skipped, the most frequent first."""
    suffixes = Counter(PurePath(name).suffix.lower() or "no suffix" for name in report.skipped)
    first = [suffix for suffix, _ in suffixes.most_common(_SUFFIXES)]
    return ", ".join(first + ["..."] * (len(suffixes) > len(first)))


@contextmanager
def hide_ingest_warnings() -> Iterator[None]:
    """Suppress the Python warnings that repeat a report."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IngestWarning)
        yield


@contextmanager
def progress_lines() -> Iterator[None]:
    """Print the progress of adding documents as lines if no bar is drawn."""
    if sys.stderr.isatty():
        with hide_ingest_warnings():
            yield
        return
    handler = logging.StreamHandler(sys.stderr)
    logger = logging.getLogger("snappy_core.ingest.progress")
    level, is_passed_on = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        with hide_ingest_warnings():
            yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = is_passed_on


def print_regions(hits: Iterable[Hit]) -> None:
    """Print regions by page; those inside other regions are indented."""
    out = console()
    page = 0
    for hit in hits:
        if hit.page_number != page:
            page = hit.page_number
            printed = f" (printed {plain(hit.page_label)})" if hit.page_label != str(page) else ""
            out.print(Text(f"page {page}{printed}", "bold cyan"), soft_wrap=True)
        indent = "    " if hit.region.parent is None else "        "
        box = " ".join(f"{value:.3f}" for value in hit.region.box)
        label = hit.region.label.replace("_", " ")
        name = hit.region_id.rpartition("#")[2]
        out.print(Text(f"{indent[2:]}{name}  {label}  box {box}", "bold"), soft_wrap=True)
        _print_wrapped(out, hit.region.text.split("\n"), indent)


def print_hits(hits: Iterable[Hit]) -> None:
    """Print hits, each with its page, label, score, box, source, section, text and quotes."""
    out = console()
    for hit in hits:
        page = page_range([str(part.page_number) for part in hit.parts])
        if any(part.page_label != str(part.page_number) for part in hit.parts):
            page += f" (printed {plain(hit.page_range.partition(' ')[2])})"
        box = " ".join(f"{value:.3f}" for value in hit.region.box)
        heading = Text.assemble(
            (f"{hit.rank:>2}  ", "bold"),
            (f"{page}, {hit.region.label.replace('_', ' ')}", "bold cyan"),
            f"  score {hit.score:.3f}  box {box}",
        )
        out.print(heading, soft_wrap=True)
        for context in filter(None, (hit.source, hit.region.section)):
            out.print(Text(f"    {plain(context)}", "dim"), soft_wrap=True)
        _print_wrapped(out, hit.text.split("\n"), "    ")
        _print_wrapped(out, (" ".join(quote.split()) for quote in hit.quotes), "  > ", "bold")
        out.print()


def _print_wrapped(out: Console, rows: Iterable[str], indent: str, style: str = "") -> None:
    """Print rows of a table, items of a list or lines of text, wrapped to the width."""
    width = max(out.width - len(indent), 20)
    for row in rows:
        for line in Text(plain(row), style).wrap(out, width):
            line.rstrip()
            out.print(Text(indent).append_text(line), soft_wrap=True)
