"""Runs the speed benchmarks: a Markdown table, a line of JSON for the history, and a chart."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.machine import describe_machine, versions
from benchmarks.measure import NotRun, Result
from snappy_core.errors import MissingDependencyError

BENCHMARKS = (
    "encoding", "colvision", "scoring", "scan", "stages", "grids", "index", "asking", "question",
    "filters", "scale", "adding", "plain", "mixed", "adapters", "reading", "ocr", "pictures",
    "workers", "ray_workers", "memory", "serve", "lance_scale",
)  # fmt: skip
"""Modules of this package whose `run()` returns or yields `measure.Result`s and `NotRun`s."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class Broken(NotRun):
    """A benchmark that raised an error."""


@app.command()
def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...")] = None,
    json: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Append the run to this file, as a line."),
    ] = None,
    chart: Annotated[
        Path | None,
        typer.Option("--chart", metavar="FILE", help="Draw how fast the peers are, as PNG."),
    ] = None,
) -> None:
    """Run speed benchmarks by name, or all; exit code 1 if a bound is broken."""
    for name in names or ():
        if name not in BENCHMARKS:
            raise ValueError(f"no benchmark {name!r}: see python -m benchmarks --help")
    report = run_benchmarks(names or BENCHMARKS)
    if json is not None:
        append(report, json)
    if chart is not None:
        from benchmarks.chart import draw

        draw(report, chart)
    if report["failed"] or not all(result["holds"] for result in report["results"]):
        raise typer.Exit(1)


def run_benchmarks(names: Sequence[str]) -> dict[str, Any]:
    """Run benchmarks, print a row for each result as it arrives, and return everything.

    Returns:
        date, machine, versions; `results`: the fields of `Result`, its benchmark and whether it
        holds; `not_run`: the name of a comparison and the reason; `failed`: benchmarks that failed.
    """
    report: dict[str, Any] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(), "versions": versions(),
        "results": [], "not_run": [], "failed": [],
    }  # fmt: skip
    print(f"{report['machine']}, {report['date'][:10]}\n{_libraries(report['versions'])}\n")
    print("| what | ratio | bound | times |\n| --- | --- | --- | --- |")
    for name in names:
        for outcome in _outcomes(name):
            print(_row(outcome), flush=True)
            if isinstance(outcome, Result):
                holds = bool(outcome.holds)  # some are numpy bools
                fields = {**asdict(outcome), "ratio": float(outcome.ratio)}
                report["results"].append({"benchmark": name, **fields, "holds": holds})
            else:
                report["not_run"].append({"benchmark": name, **asdict(outcome)})
                report["failed"] += [name] if isinstance(outcome, Broken) else []
    return report


def append(report: dict[str, Any], file: Path) -> None:
    """Append a run to a file of JSON lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as history:
        history.write(json.dumps(report) + "\n")


def _outcomes(name: str) -> Iterator[Result | NotRun]:
    """Yield the results of a benchmark; an error ends only this one."""
    try:
        yield from import_module(f"benchmarks.{name}").run()
    except (ImportError, MissingDependencyError) as error:
        yield NotRun(name, str(error))
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        yield Broken(name, f"{type(error).__name__}: {error}")


def _row(outcome: Result | NotRun) -> str:
    if isinstance(outcome, NotRun):
        cells = [outcome.name, "not run", "", " ".join(outcome.why.split())]
    else:
        sign = "at least" if outcome.gain else "at most"
        ratio = f"{outcome.ratio:.2f}" + ("" if outcome.holds else " **broken**")
        cells = [outcome.name, ratio, f"{sign} {outcome.bound:g}", outcome.detail]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _libraries(found: dict[str, str | None]) -> str:
    return ", ".join(f"{name} {version or '(not installed)'}" for name, version in found.items())
