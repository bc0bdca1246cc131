"""Printing results, as text and as JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace

from rich.console import Console
from rich.text import Text

from snappy_core import Hit, IngestReport
from snappy_core.metadata import region_metadata
from snappy_core.terminal import plain, plain_lines
from snappy_core.types import MetadataValue


def print_json(value: object) -> None:
    """Print JSON, in ASCII: any terminal can show it and any pipe pass it on."""
    print(json.dumps(value, indent=2))


def record(hit: Hit) -> dict[str, MetadataValue]:
    """Return a hit as a flat JSON object: the metadata of its region, its text and its scores."""
    return {
        **region_metadata(hit),
        "text": hit.region.text,
        "score": round(hit.score, 6),
        "region_score": round(hit.region_score, 6),
        "page_score": round(hit.page_score, 6),
        "rank": hit.rank,
    }


def console(err: bool = False) -> Console:
    """Return standard output or error; text is printed as it is, never as markup of rich."""
    return Console(markup=False, emoji=False, highlight=False, stderr=err)


def print_lines(text: str, style: str | None = None, *, err: bool = False) -> None:
    """Print lines without wrapping them, and without control characters that a file may hold."""
    console(err).print(plain_lines(text), style=style, soft_wrap=True)


def print_report(report: IngestReport, as_json: bool) -> int:
    """Print what was added; failures and warnings on standard error. Return the exit code."""
    if as_json:
        failed = [{"source": failure.source, "cause": failure.cause} for failure in report.failed]
        print_json({**asdict(replace(report, failed=())), "failed": failed,
                    "seconds": round(report.seconds, 3)})  # fmt: skip
        return 1 if report.failed else 0
    counts = [f"{len(report.added)} added", f"{len(report.unchanged)} unchanged"]
    counts += [f"{len(report.duplicates)} duplicates"] if report.duplicates else []
    counts += [f"{len(report.removed)} removed"] if report.removed else []
    counts += [f"{len(report.failed)} failed"]
    print_lines(f"{', '.join(counts)}; {report.pages} pages in {report.seconds:.1f} s")
    for warning in report.warnings:
        print_lines(plain(f"warning: {warning}"), style="yellow", err=True)
    for failure in report.failed:
        print_lines(plain(f"failed: {failure.source}: {failure.cause}"), style="red", err=True)
    return 1 if report.failed else 0


def print_hits(hits: Iterable[Hit]) -> None:
    """Print hits, each with its page, label, score, box, source, section, text and quotes."""
    out = console()
    width = max(out.width - 4, 20)
    for hit in hits:
        page = f"page {hit.page_number}"
        if hit.page_label != str(hit.page_number):
            page += f" (printed {plain(hit.page_label)})"
        box = " ".join(f"{value:.3f}" for value in hit.region.box)
        heading = Text.assemble(
            (f"{hit.rank:>2}  ", "bold"),
            (f"{page}, {hit.region.label.replace('_', ' ')}", "bold cyan"),
            f"  score {hit.score:.3f}  box {box}",
        )
        out.print(heading, soft_wrap=True)
        for context in filter(None, (hit.source, hit.region.section)):
            out.print(Text(f"    {plain(context)}", "dim"), soft_wrap=True)
        for row in hit.region.text.split("\n"):  # rows of a table, items of a list
            for line in Text(plain(row)).wrap(out, width):
                line.rstrip()
                out.print(Text("    ").append_text(line), soft_wrap=True)
        for quote in hit.quotes:
            for line in Text(plain(" ".join(quote.split())), "bold").wrap(out, width):
                line.rstrip()
                out.print(Text("  > ").append_text(line), soft_wrap=True)
        out.print()
