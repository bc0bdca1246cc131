"""`snappy eval`: how well regions are found, by your own questions."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from snappy_core import ReadingOptions, RegionIndex
from snappy_core.cli import options
from snappy_core.cli.locations import In, Location, Pdfs, find_index, open_index
from snappy_core.cli.output import print_json, print_lines
from snappy_core.stores import open_store
from snappy_core.terminal import plain

app = typer.Typer(help="Measure how well regions are found.", no_args_is_help=True)


@app.command()
def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")] = Path(
        "questions.csv"
    ),
) -> None:
    """Write a file to enter your own questions in, with examples and comments."""
    from snappy_core.evaluation.user_questions import STARTER

    with open(file, "x", encoding="utf-8") as starter:
        starter.write(STARTER)
    print(plain(str(file)))


@app.command()
def run(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Your questions, as CSV (see `snappy eval init`), or .jsonl with the same keys.",
            exists=True,
        ),
    ] = Path("questions.csv"),
    location: In = None,
    pdfs: Pdfs = None,
    encoder: options.EncoderName = None,
    k: options.K = 5,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a page of HTML that shows the misses."),
    ] = None,
    json: options.Json = False,
) -> int:
    """Ask your own questions of an index, and count how often it finds the page and the answer."""
    from snappy_core.evaluation.outcomes import ask, summarize, to_dict
    from snappy_core.evaluation.outcomes_html import outcomes_html
    from snappy_core.evaluation.report import outcomes_report
    from snappy_core.evaluation.user_questions import load_user_questions

    questions = load_user_questions(file)
    with open_index(location, pdfs, encoder) as index:
        outcomes = ask(index, questions, k)
        if report is not None:
            report.write_text(outcomes_html(index, outcomes, k), "utf-8")
    if json:
        summary = summarize(outcomes)
        print_json({**summary, "k": k, "outcomes": list(map(to_dict, outcomes))})
    else:
        print_lines(outcomes_report(outcomes, k))
    problems = [outcome for outcome in outcomes if outcome.problem]
    for outcome in problems:
        text = f"not judged: {outcome.question.question}: {outcome.problem}"
        print_lines(plain(text), style="yellow", err=True)
    return 1 if problems else 0


@app.command()
def bench(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds queries.jsonl and pdfs/.", exists=True)
    ],
    ocr: options.OcrMode = "auto",
    ocr_engine: options.OcrEngineName = "tesseract",
    reader: options.ReaderName = "auto",
    layout_model: options.ModelMode = "auto",
    workers: options.WorkerCount = None,
    json: options.Json = False,
) -> None:
    """Search a folder's PDFs for its questions and compare the regions with the labeled boxes."""
    from snappy_core import Workers
    from snappy_core.evaluation.report import bench_report
    from snappy_core.evaluation.runner import run_bench

    count = options.worker_count(workers)
    reading = ReadingOptions(ocr, layout_model=layout_model, ocr_engine=ocr_engine, reader=reader)
    executor = Workers(count) if count else None
    summary = run_bench(folder, reading=reading, executor=executor)
    if json:
        print_json(summary)
    else:
        print_lines(bench_report(summary))


@app.command()
def recall(
    index: Location = None,
    queries: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A question a line, or .jsonl with a `question` in each row. By default words "
            "of the index's own regions.",
            exists=True,
        ),
    ] = None,
    k: options.K = 10,
    encoder: options.EncoderName = None,
    json: options.Json = False,
) -> None:
    """Compare searches of fewer and more candidate pages with an exact one: recall and speed."""
    from snappy_core.evaluation.recall import load_questions, run_recall
    from snappy_core.evaluation.report import recall_report

    questions = None if queries is None else load_questions(queries)
    with closing(open_store(find_index(index), create=False)) as store:
        opened = RegionIndex(store, options.load_encoder(encoder))
        summary = run_recall(store, opened.encoder, questions, k=k)
    if json:
        print_json(summary)
    else:
        print_lines(recall_report(summary))
