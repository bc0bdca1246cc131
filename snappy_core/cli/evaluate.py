"""`snappy eval`: how well regions are found."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from snappy_core.cli.options import (
    EncoderName,
    Json,
    K,
    ModelMode,
    OcrMode,
    WorkerCount,
    given_encoder,
    worker_count,
)
from snappy_core.cli.output import console, plain, print_json

if TYPE_CHECKING:
    from benchmarks.bbox_docvqa.results import Result
    from benchmarks.bbox_docvqa.runner import Watch

app = typer.Typer(help="Measure how well regions are found.", no_args_is_help=True)


@app.command("bench")
def bench(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds queries.jsonl and pdfs/.", exists=True)
    ],
    ocr: OcrMode = "auto",
    layout_model: ModelMode = "auto",
    workers: WorkerCount = None,
    json: Json = False,
) -> None:
    """Ask a folder's questions over all its PDFs and compare what is found with the boxes."""
    from snappy_core.evaluation.report import bench_report
    from snappy_core.evaluation.runner import run_bench, summary

    found = summary(
        run_bench(folder, ocr=ocr, layout_model=layout_model, workers=worker_count(workers))
    )
    if json:
        print_json(found)
    else:
        console().print(bench_report(found))


@app.command("layout")
def layout(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Page images and samples.json.", exists=True)
    ],
    layout_model: ModelMode = "auto",
    json: Json = False,
) -> None:
    """Compare regions with labelled boxes: page images with COCO annotations."""
    from benchmarks.publaynet import run_layout
    from snappy_core.evaluation.report import layout_report

    found = run_layout(folder, layout_model)
    if json:
        print_json(found)
    else:
        console().print(layout_report(found))


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
    """Print the paper's tables from recorded runs on BBox-DocVQA, and what they hide."""
    from benchmarks.bbox_docvqa.charts import draw_charts
    from benchmarks.bbox_docvqa.recorded import load_runs, recorded_summary
    from benchmarks.bbox_docvqa.reports import recorded_report

    found = [recorded_summary(run) for run in load_runs(files)]
    drawn = [] if charts is None else draw_charts(found, charts)
    if json:
        print_json(found[0] if len(found) == 1 else {"models": {r["model"]: r for r in found}})
        return
    _print(recorded_report(found))
    if drawn:
        _print("\nDrawn: " + ", ".join(map(str, drawn)))


@app.command("bbox-docvqa")
def bbox_docvqa(
    dataset: Annotated[
        Path,
        typer.Argument(metavar="DATASET_DIR", help="A JSONL file of questions, images or PDFs."),
    ],
    encoder: EncoderName = None,
    category: Annotated[
        list[str] | None, typer.Option("--category", help="Only questions of it; repeatable.")
    ] = None,
    doc: Annotated[
        list[str] | None, typer.Option("--doc", help="Only questions of it; repeatable.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N questions.")
    ] = None,
    scoring: Annotated[
        Literal["maxsim", "iou_weighted", "max", "mean"] | None,
        typer.Option("--scoring", help="Of regions by their patches; by default the encoder's."),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Also try all scorings, percentiles and overlaps.")
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="FILE", help="Keep results here, and go on from them."),
    ] = None,
    regions: Annotated[
        Path | None,
        typer.Option("--regions", metavar="FILE", help="JSON: regions you have, by doc_name."),
    ] = None,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Leave out questions whose files are missing.")
    ] = False,
    ocr: OcrMode = "auto",
    workers: WorkerCount = None,
    json: Json = False,
) -> None:
    """Run BBox-DocVQA: is the evidence among the regions found on its page?"""
    from benchmarks.bbox_docvqa.dataset import load_regions, load_samples
    from benchmarks.bbox_docvqa.reports import docvqa_report
    from benchmarks.bbox_docvqa.runner import run_docvqa
    from benchmarks.bbox_docvqa.summary import docvqa_summary

    samples = load_samples(dataset, categories=category or (), documents=doc or (), limit=limit)
    opened = given_encoder(encoder)
    with _live() as watch:
        run = run_docvqa(
            samples,
            opened,
            scoring=scoring,
            sweep=sweep,
            ocr=ocr,
            workers=worker_count(workers, opened),
            regions=None if regions is None else load_regions(regions),
            resume=resume,
            skip_missing=skip_missing,
            watch=watch,
        )
    found = docvqa_summary(run)
    _warn(run.results)
    if json:
        print_json(found)
    else:
        _print(docvqa_report(found))


@app.command("recall")
def recall(
    index: Annotated[str, typer.Argument(metavar="INDEX", help="Made by `snappy index`.")],
    queries: Annotated[
        Path | None,
        typer.Option(
            "--queries",
            metavar="FILE",
            help="A question a line, or .jsonl with a `question` in each row. By default words "
            "of the index's own regions.",
            exists=True,
        ),
    ] = None,
    k: K = 10,
    encoder: EncoderName = None,
    json: Json = False,
) -> None:
    """Compare searches of several depths with an exact one: what is found, and how fast."""
    from contextlib import closing
    from dataclasses import asdict

    from snappy_core.evaluation.recall import load_questions, recall_report, run_recall
    from snappy_core.index import RegionIndex
    from snappy_core.stores import open_store

    questions = None if queries is None else load_questions(queries)
    with closing(open_store(index, create=False)) as store:
        opened = RegionIndex(store, given_encoder(encoder))
        found = run_recall(store, opened.encoder, questions, k=k)
    if json:
        print_json(asdict(found))
    else:
        _print(recall_report(found))


def _print(text: str) -> None:
    """Print lines that may hold what files say."""
    console().print("\n".join(map(plain, text.split("\n"))), soft_wrap=True)


def _warn(results: Sequence[Result]) -> None:
    """Name on standard error the pages that gave no region."""
    missed = [result for result in results if result.error]
    for line in dict.fromkeys(f"{r.doc_name}, page {r.page}: {r.error}" for r in missed):
        print(plain(f"warning: {line}"), file=sys.stderr)
    if missed:
        print(f"warning: {len(missed)} questions count as missed", file=sys.stderr)


@contextmanager
def _live() -> Iterator[Watch]:
    """Show, once questions are asked, how many and the running figures on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("asking"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    task = bar.add_task("")
    sums: defaultdict[str, float] = defaultdict(float)

    def watch(result: Result, done: int, total: int) -> None:
        bar.start()  # not before: indexing draws a bar of its own
        sums.update(
            {name: result.measures[f"{name}_hit50"] for name in ("all", "selected", "top1")}
        )
        rates = ", ".join(f"{name} {sums[name] / done:.1%}" for name in sums)
        bar.update(task, total=total, completed=done, description=f"IoU@0.5: {rates}")

    try:
        yield watch
    finally:
        bar.stop()
