"""The commands of the paper's benchmark and of the mutation run."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from snappy_core.cli.options import (
    EncoderName,
    Json,
    OcrMode,
    WorkerCount,
    load_encoder,
    worker_count,
)
from snappy_core.cli.output import print_json, print_lines
from snappy_core.terminal import plain

if TYPE_CHECKING:
    from benchmarks.bbox_docvqa.results import Result
    from benchmarks.bbox_docvqa.runner import Watch

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command("bbox_docvqa")
def bbox_docvqa(
    dataset: Annotated[
        Path, typer.Argument(metavar="DIR", help="A JSONL file of questions, images or PDFs.")
    ],
    encoder: EncoderName = None,
    category: Annotated[
        list[str] | None,
        typer.Option("--category", help="Only questions of this category; repeatable."),
    ] = None,
    doc: Annotated[
        list[str] | None,
        typer.Option("--doc", help="Only questions about this document; repeatable."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N questions.")
    ] = None,
    scoring: Annotated[
        Literal["maxsim", "iou_weighted", "max", "mean"] | None,
        typer.Option(
            "--scoring", help="How patches score a region; by default the encoder's rule."
        ),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Also try all scorings, percentiles and overlaps.")
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option(
            "--resume",
            metavar="FILE",
            help="Append results to this file; questions that it already holds are not repeated.",
        ),
    ] = None,
    regions: Annotated[
        Path | None,
        typer.Option(
            "--regions", metavar="FILE", help="JSON: regions from another parser, by doc_name."
        ),
    ] = None,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Leave out questions whose files are missing.")
    ] = False,
    ocr: OcrMode = "auto",
    workers: WorkerCount = None,
    json: Json = False,
) -> None:
    """Run BBox-DocVQA: is the evidence among the regions of its page?"""
    from benchmarks.bbox_docvqa.dataset import load_regions, load_samples
    from benchmarks.bbox_docvqa.reports import docvqa_report
    from benchmarks.bbox_docvqa.runner import run_docvqa
    from benchmarks.bbox_docvqa.summary import docvqa_summary
    from snappy_core import ReadingOptions, Workers

    samples = load_samples(dataset, categories=category or (), documents=doc or (), limit=limit)
    opened = load_encoder(encoder)
    count = worker_count(workers, opened)
    with _progress() as watch:
        run = run_docvqa(
            samples,
            opened,
            scoring=scoring,
            sweep=sweep,
            reading=ReadingOptions(ocr),
            executor=Workers(count) if count else None,
            regions=None if regions is None else load_regions(regions),
            resume=resume,
            skip_missing=skip_missing,
            watch=watch,
        )
    summary = docvqa_summary(run)
    _warn(run.results)
    if json:
        print_json(summary)
    else:
        print_lines(docvqa_report(summary))


@app.command("recorded")
def recorded(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Recorded runs, .jsonl or .jsonl.gz.")
    ],
    charts: Annotated[
        Path | None, typer.Option("--charts", metavar="DIR", help="Draw charts (PNG) into it.")
    ] = None,
    json: Json = False,
) -> None:
    """Print the paper's tables from recorded runs on BBox-DocVQA, and measures beside them."""
    from benchmarks.bbox_docvqa.recorded import load_runs, recorded_summary
    from benchmarks.bbox_docvqa.reports import recorded_report

    summaries = [recorded_summary(run) for run in load_runs(files)]
    paths: list[Path] = []
    if charts is not None:
        from benchmarks.bbox_docvqa.charts import draw_charts

        paths = draw_charts(summaries, charts)
    if json:
        several = {"models": {summary["model"]: summary for summary in summaries}}
        print_json(summaries[0] if len(summaries) == 1 else several)
        return
    print_lines(recorded_report(summaries))
    if paths:
        print_lines("\nCharts: " + ", ".join(map(str, paths)))


@app.command("vision_maps")
def vision_maps(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Recorded runs, .jsonl or .jsonl.gz.")
    ],
    json: Json = False,
) -> None:
    """Try other orders of the regions of recorded runs: generic question, priors."""
    from benchmarks.bbox_docvqa.recorded import load_runs
    from benchmarks.bbox_docvqa.vision_maps import try_orders, vision_maps_report

    results = [try_orders(run) for run in load_runs(files)]
    if json:
        print_json({"runs": results})
    else:
        print_lines(vision_maps_report(results))


@app.command("grounding")
def grounding(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DIR...]", help="Benches, by whose answers to measure; else the sample report."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Ground true sentences, the same with a change, and sentences of another document."""
    from benchmarks.grounding import grounding_report, run_grounding

    summary = run_grounding(folders or [])
    if json:
        print_json(summary)
    else:
        print_lines(grounding_report(summary))


@app.command("judge")
def judge(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Of MMDocIR, with unanswerable.json.", exists=True),
    ],
    judge: Annotated[
        str,
        typer.Option(
            "--judge",
            metavar="MODULE:NAME",
            help="The judge to import: a function of a question and hits, such as chat_judge(...).",
        ),
    ],
    json: Json = False,
) -> None:
    """Ask a judge whether hits answer, for questions that documents answer and others."""
    from benchmarks.judging import judging_report, load_judge, run_judging

    summary = run_judging(folder, load_judge(judge))
    if json:
        print_json(summary)
    else:
        print_lines(judging_report(summary))


@app.command("mutation")
def mutation(
    count: Annotated[
        int, typer.Option("--count", metavar="N", min=1, help="How many mutants to test.")
    ] = 150,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the random sample.")] = 0,
) -> None:
    """Test mutants of scoring, search and ingest; print how many are killed, and the survivors."""
    from benchmarks.mutation import run

    run(count, seed)


def _warn(results: Sequence[Result]) -> None:
    """Name on standard error the pages that gave no region."""
    missed = [result for result in results if result.error]
    for line in dict.fromkeys(f"{r.doc_name}, page {r.page}: {r.error}" for r in missed):
        print(plain(f"warning: {line}"), file=sys.stderr)
    if missed:
        print(f"warning: {len(missed)} questions count as missed", file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Watch]:
    """Yield a function that shows the questions answered and the hit rates so far."""
    from snappy_core.progress import progress_bar

    hits: Counter[str] = Counter()
    bar = progress_bar("{task.completed}/{task.total}", "{task.fields[rates]}")
    task = bar.add_task("questions", rates="")

    def watch(result: Result, done: int, total: int) -> None:
        bar.start()  # not before the first question: indexing has its own bar
        hits.update(
            {name: result.measures[f"{name}_hit50"] for name in ("all", "selected", "top1")}
        )
        rates = ", ".join(f"{name} {count / done:.1%}" for name, count in hits.items())
        bar.update(task, total=total, completed=done, rates=f"IoU@0.5: {rates}")

    try:
        yield watch
    finally:
        bar.stop()
