"""The commands of benchmarks of the layout: what is found on a page, by us and by others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from snappy_core.cli.options import (
    EncoderName,
    Json,
    ModelMode,
    OcrMode,
    WorkerCount,
    load_encoder,
    worker_count,
)
from snappy_core.cli.output import print_json, print_lines

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Questions = Annotated[
    list[Path],
    typer.Argument(
        metavar="DIR...", help="queries.jsonl or annotations.jsonl, and pdfs/.", exists=True
    ),
]
PagesOrQuestions = Annotated[
    list[Path],
    typer.Argument(metavar="DIR...", help="Folders as of layout_tags or oracle.", exists=True),
]


@app.command("publaynet")
def publaynet(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Page images and samples.json.", exists=True)
    ],
    layout_model: ModelMode = "auto",
    json: Json = False,
) -> None:
    """Compare regions with the labeled boxes of page images (COCO annotations)."""
    from benchmarks.publaynet import layout_report, run_layout

    summary = run_layout(folder, layout_model)
    if json:
        print_json(summary)
    else:
        print_lines(layout_report(summary))


@app.command("layout_tags")
def layout_tags(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="blocks.jsonl and pdfs/, or ParseBench.", exists=True),
    ],
    ocr: OcrMode = "auto",
    layout_model: ModelMode = "auto",
    json: Json = False,
) -> None:
    """Compare regions with the blocks that the authors of PDFs tagged."""
    from benchmarks.layout_tags import layout_report, run_layout
    from snappy_core.parsing.options import ReadingOptions

    summary = run_layout(folder, ReadingOptions(ocr=ocr, layout_model=layout_model))
    if json:
        print_json(summary)
    else:
        print_lines(layout_report(summary))


@app.command("oracle")
def oracle(
    folders: Questions,
    ocr: OcrMode = "auto",
    layout_model: ModelMode = "auto",
    json: Json = False,
) -> None:
    """Measure how many questions any region of the right page answers, by kind of answer."""
    from benchmarks.oracle import oracle_report, run_oracle
    from snappy_core.parsing.options import ReadingOptions

    result = run_oracle(folders, ReadingOptions(ocr=ocr, layout_model=layout_model))
    if json:
        print_json(result)
    else:
        print_lines(oracle_report(result))


@app.command("mmdocir")
def mmdocir(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="A folder of MMDocIR, CiteVQA or ViDoRe V3.", exists=True
        ),
    ],
    encoder: EncoderName = None,
    workers: WorkerCount = None,
    ocr: OcrMode = "auto",
    layout_model: ModelMode = "auto",
    json: Json = False,
) -> None:
    """Ask the questions of MMDocIR: which pages, and which box, where one is the answer."""
    from benchmarks.mmdocir import pages_report, run_mmdocir
    from benchmarks.oracle import kinds_report
    from snappy_core import ReadingOptions, Workers

    opened = load_encoder(encoder)
    count = worker_count(workers, opened)
    summary = run_mmdocir(
        folder,
        opened,
        reading=ReadingOptions(ocr=ocr, layout_model=layout_model),
        executor=Workers(count) if count else None,
    )
    if json:
        print_json(summary)
    else:
        print_lines(f"{pages_report(summary)}\n\n{kinds_report(summary)}")


@app.command("all_sets")
def all_sets(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR...", help="Development sets, in any format.", exists=True),
    ] = None,
    kept_back: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A set that nothing was chosen on; repeatable."),
    ] = None,
    workers: WorkerCount = None,
    ocr: OcrMode = "auto",
    layout_model: ModelMode = "auto",
    json: Json = False,
) -> None:
    """Print one table of all sets: benches, MMDocIR and its like, tagged and labeled pages."""
    from benchmarks.all_sets import run_set, sets_report
    from snappy_core import ReadingOptions, Workers

    count = worker_count(workers)
    roles = [(folder, "development") for folder in folders or ()]
    roles += [(folder, "kept back") for folder in kept_back or ()]
    rows = [
        row
        for folder, role in roles
        for row in run_set(
            folder,
            role,
            reading=ReadingOptions(ocr=ocr, layout_model=layout_model),
            executor=Workers(count) if count else None,
        )
    ]
    if json:
        print_json({"rows": rows})
    else:
        print_lines(sets_report(rows))


@app.command("layout_peers")
def layout_peers(
    folders: PagesOrQuestions,
    pymupdf: Annotated[
        Path | None,
        typer.Option(
            metavar="PYTHON",
            help="Interpreter of an environment with pymupdf-layout and pymupdf4llm (AGPL).",
            exists=True,
        ),
    ] = None,
    ocr: OcrMode = "auto",
    layout_model: ModelMode = "auto",
    json: Json = False,
) -> None:
    """Compare OpenDataLoader PDF and PyMuPDF Layout with Snappy on the same pages."""
    from benchmarks.layout_peers import peers_report, run_peers
    from snappy_core.parsing.options import ReadingOptions

    options = ReadingOptions(ocr=ocr, layout_model=layout_model)
    result = run_peers(folders, pymupdf, options)
    if json:
        print_json(result)
    else:
        print_lines(peers_report(result))


@app.command("readers")
def readers(
    folders: PagesOrQuestions,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="NAME", help="Of readers and OCR engines: only these; repeatable."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Measure each reader and OCR engine that is installed: regions, words, time a page."""
    from benchmarks.readers import READINGS, readers_report, run_readers

    if unknown := sorted(set(only or ()) - set(READINGS)):
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(READINGS)}")
    result = run_readers(folders, only or READINGS)
    if json:
        print_json(result)
    else:
        print_lines(readers_report(result))


@app.command("ablation")
def ablation(
    folders: PagesOrQuestions,
    ocr: OcrMode = "auto",
    layout_model: ModelMode = "auto",
    json: Json = False,
) -> None:
    """Print what each rule of the layout earns: how much measures fall without it."""
    from benchmarks.ablation import ablation_report, run_ablation
    from snappy_core.parsing.options import ReadingOptions

    result = run_ablation(folders, ReadingOptions(ocr=ocr, layout_model=layout_model))
    if json:
        print_json(result)
    else:
        print_lines(ablation_report(result))
