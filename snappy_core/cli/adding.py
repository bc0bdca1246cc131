"""`snappy index` and `snappy sync`."""

from functools import partial
from typing import Annotated

import typer

from snappy_core import ReadingOptions
from snappy_core.cli import options, reading
from snappy_core.cli.locations import To, open_to_add
from snappy_core.cli.output import print_lines, print_report, progress_lines
from snappy_core.terminal import plain


def index(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATHS...", help="Documents, and folders of documents.")
    ],
    to: To = None,
    root: reading.Root = None,
    encoder: options.EncoderName = None,
    metadata: reading.NewMetadata = None,
    password: reading.Password = None,
    regions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Use the regions of another reader for the document: a file of Docling, hOCR, "
            "ALTO, Unstructured, DeepSeek-OCR, or a JSON list.",
        ),
    ] = None,
    regions_format: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Format of --regions, such as hocr or docling. By default it is detected.",
        ),
    ] = None,
    ocr: options.OcrMode = "auto",
    ocr_engine: options.OcrEngineName = "tesseract",
    reader: options.ReaderName = "auto",
    layout_model: options.ModelMode = "auto",
    languages: reading.Languages = "eng",
    pool_block: reading.PoolBlock = reading.DEFAULTS.pool_block,
    max_pages: reading.MaxPages = reading.DEFAULTS.max_pages,
    max_seconds: reading.MaxSeconds = reading.DEFAULTS.max_seconds,
    keep: reading.Keeping = None,
    workers: options.WorkerCount = None,
    timeout: reading.Timeout = 60.0,
    time_limit: reading.TimeLimit = None,
    memory: reading.Memory = 4.0,
    ray: reading.RayAddress = None,
    as_json: options.Json = False,
) -> int:
    """Add documents to an index; those that it already holds unchanged are skipped."""
    new_metadata = None if metadata is None else options.read_metadata(metadata)
    one_document = regions is not None or regions_format is not None
    if one_document and len(paths) != 1:
        raise ValueError(f"--regions describes one document, not {len(paths)}")
    reading_options = ReadingOptions(
        ocr=ocr,
        languages=languages,
        layout_model=layout_model,
        pool_block=pool_block,
        ocr_engine=ocr_engine,
        reader=reader,
        max_pages=max_pages,
        max_seconds=max_seconds,
    )
    password = reading.ask(password)
    with open_to_add(to, encoder) as opened, progress_lines():
        if one_document:
            add = partial(
                opened.add_document, paths[0], regions=regions, regions_format=regions_format
            )
        else:
            add = partial(opened.add, paths, root=root)
        report = add(
            metadata=new_metadata,
            password=password,
            reading=reading_options,
            keep=keep,
            executor=reading.executor(opened, workers, timeout, memory, ray),
            timeout=time_limit,
        )
    return print_report(report, as_json)


def sync(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The folder of documents.")],
    to: To = None,
    root: reading.Root = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would be done.")
    ] = False,
    encoder: options.EncoderName = None,
    metadata: reading.NewMetadata = None,
    password: reading.Password = None,
    ocr: options.OcrMode = "auto",
    ocr_engine: options.OcrEngineName = "tesseract",
    reader: options.ReaderName = "auto",
    layout_model: options.ModelMode = "auto",
    languages: reading.Languages = "eng",
    pool_block: reading.PoolBlock = reading.DEFAULTS.pool_block,
    max_pages: reading.MaxPages = reading.DEFAULTS.max_pages,
    max_seconds: reading.MaxSeconds = reading.DEFAULTS.max_seconds,
    keep: reading.Keeping = None,
    workers: options.WorkerCount = None,
    timeout: reading.Timeout = 60.0,
    time_limit: reading.TimeLimit = None,
    memory: reading.Memory = 4.0,
    ray: reading.RayAddress = None,
    as_json: options.Json = False,
) -> int:
    """Make an index hold what a folder holds: add new files, update changed, remove gone ones."""
    new_metadata = None if metadata is None else options.read_metadata(metadata)
    reading_options = ReadingOptions(
        ocr=ocr,
        languages=languages,
        layout_model=layout_model,
        pool_block=pool_block,
        ocr_engine=ocr_engine,
        reader=reader,
        max_pages=max_pages,
        max_seconds=max_seconds,
    )
    with open_to_add(to, encoder) as opened, progress_lines():
        report = opened.sync(
            folder,
            root=root,
            metadata=new_metadata,
            password=reading.ask(password),
            reading=reading_options,
            keep=keep,
            executor=reading.executor(opened, workers, timeout, memory, ray),
            timeout=time_limit,
            dry_run=dry_run,
        )
    if as_json or not dry_run:
        return print_report(report, as_json)
    for sign, names in (("+", report.added), ("-", report.removed)):
        for name in names:
            print_lines(plain(f"{sign} {name}"))
    counts = f"would add or update {len(report.added)}, remove {len(report.removed)}"
    print_lines(f"{counts}; {len(report.unchanged)} unchanged")
    return 0
