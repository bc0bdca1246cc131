"""`snappy index`, `snappy sync`, `snappy info`, `snappy compact` and `snappy copy`."""

from contextlib import closing
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from snappy_core import Ray, ReadingOptions, RegionIndex, Workers
from snappy_core.cli import options
from snappy_core.cli.output import print_json, print_lines, print_report
from snappy_core.ends import time_limit as limited
from snappy_core.ingest.executor import Executor
from snappy_core.stores import open_store, open_to_copy
from snappy_core.stores.copy import copy as copy_index
from snappy_core.stores.locations import without_secrets
from snappy_core.terminal import plain

_LOCATIONS = "a file, FOLDER.lance, s3://BUCKET/PREFIX or qdrant://HOST:PORT/NAME"

_DEFAULTS = ReadingOptions()

To = Annotated[
    str,
    typer.Option(metavar="INDEX", help=f"The index, created if it does not exist: {_LOCATIONS}."),
]
Root = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER",
        help="Name documents by their path from here, so that they are the same when it moves.",
    ),
]
NewMetadata = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="Metadata of the documents, for filters; repeatable."),
]
Password = Annotated[
    str | None,
    typer.Option(
        envvar="SNAPPY_PASSWORD",
        show_envvar=False,
        help="Password of encrypted documents; - asks for it, and without this option it is "
        "taken from SNAPPY_PASSWORD. Other users can see what a command line says.",
    ),
]
Languages = Annotated[
    str, typer.Option(metavar="NAMES", help="Languages for OCR: eng, deu+fra, ...")
]
Timeout = Annotated[
    float, typer.Option(metavar="SECONDS", help="Time limit of a worker, per page.")
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", help="Stop when all of it takes longer; the rest can be added later."
    ),
]
Memory = Annotated[float, typer.Option(metavar="GIB", help="Memory limit of a worker.")]
Location = Annotated[str, typer.Argument(metavar="INDEX", help=f"The index: {_LOCATIONS}.")]


def index(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATHS...", help="Documents, and folders of documents.")
    ],
    to: To,
    root: Root = None,
    encoder: options.EncoderName = None,
    metadata: NewMetadata = None,
    password: Password = None,
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
    languages: Languages = "eng",
    pool_block: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="Vision models: pool N x N patches into one for the first search stage.",
        ),
    ] = 4,
    max_pages: Annotated[
        int, typer.Option(metavar="N", help="Refuse a document that has more pages, or says so.")
    ] = _DEFAULTS.max_pages,
    max_seconds: Annotated[
        float, typer.Option(metavar="SECONDS", help="Give up a document that takes longer.")
    ] = _DEFAULTS.max_seconds,
    workers: options.WorkerCount = None,
    timeout: Timeout = 60.0,
    time_limit: TimeLimit = None,
    memory: Memory = 4.0,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Read and encode on a Ray cluster, with --workers actors. ADDRESS is host:port, "
            "local (this machine), or auto (a running cluster or else this machine), the default.",
        ),
    ] = None,
    as_json: options.Json = False,
) -> int:
    """Add documents to an index; those that it already holds unchanged are skipped."""
    keys = None if metadata is None else options.read_metadata(metadata)
    reading = ReadingOptions(
        ocr,
        languages,
        layout_model,
        pool_block,
        ocr_engine,
        reader,
        max_pages=max_pages,
        max_seconds=max_seconds,
    )
    password = _ask(password)
    memory_bytes = int(memory * 2**30)
    one_document = regions is not None or regions_format is not None
    if one_document and len(paths) != 1:
        raise ValueError(f"--regions describes one document, not {len(paths)}")
    with RegionIndex.open(to, options.load_encoder(encoder)) as opened:
        count = options.worker_count(workers, opened.encoder)
        executor: Executor | None = None
        if ray is not None:
            actors = None if workers is None and count else count  # None: all cores of the cluster
            executor = Ray(ray, actors, timeout, memory_bytes)
        elif count:
            executor = Workers(count, timeout, memory_bytes)
        if one_document:
            add = partial(
                opened.add_document, paths[0], regions=regions, regions_format=regions_format
            )
        else:
            add = partial(opened.add, paths, root=root)
        report = add(
            metadata=keys,
            password=password,
            reading=reading,
            executor=executor,
            timeout=time_limit,
        )
    return print_report(report, as_json)


def sync(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The folder of documents.")],
    to: To,
    root: Root = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would be done.")
    ] = False,
    encoder: options.EncoderName = None,
    metadata: NewMetadata = None,
    password: Password = None,
    ocr: options.OcrMode = "auto",
    layout_model: options.ModelMode = "auto",
    languages: Languages = "eng",
    workers: options.WorkerCount = None,
    timeout: Timeout = 60.0,
    time_limit: TimeLimit = None,
    memory: Memory = 4.0,
    as_json: options.Json = False,
) -> int:
    """Make an index hold what a folder holds: add new files, update changed, remove gone ones."""
    keys = None if metadata is None else options.read_metadata(metadata)
    reading = ReadingOptions(ocr, languages, layout_model)
    with RegionIndex.open(to, options.load_encoder(encoder)) as opened:
        count = options.worker_count(workers, opened.encoder)
        report = opened.sync(
            folder,
            root=root,
            metadata=keys,
            password=_ask(password),
            reading=reading,
            executor=Workers(count, timeout, int(memory * 2**30)) if count else None,
            timeout=time_limit,
            dry_run=dry_run,
        )
    if not dry_run:
        return print_report(report, as_json)
    if as_json:
        return print_report(report, as_json)
    for sign, names in (("+", report.added), ("-", report.removed)):
        for name in names:
            print_lines(plain(f"{sign} {name}"))
    counts = f"would add or update {len(report.added)}, remove {len(report.removed)}"
    print_lines(f"{counts}; {len(report.unchanged)} unchanged")
    return 0


def _ask(password: str | None) -> str | None:
    return typer.prompt("Password", hide_input=True, err=True) if password == "-" else password


def info(location: Location, as_json: options.Json = False) -> None:
    """Show the encoder of an index and how many documents, pages and bytes it has."""
    with RegionIndex.open(location, create=False) as opened:
        properties = asdict(opened.info())
    if as_json:
        print_json(properties)
    else:
        for key, value in properties.items():
            print_lines(plain(f"{key:<10} {value}"))


def compact(location: Location) -> None:
    """Free the space of deleted and replaced documents; others can read the index meanwhile."""
    with closing(open_store(location, create=False)) as store:
        store.compact()


def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help=f"The index to copy: {_LOCATIONS}.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="The copy, created if it does not exist.")
    ],
    time_limit: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Stop when it takes longer; copy again for the rest."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Copy an index to another place, and verify the copy.

    Documents that the copy already holds are skipped: an interrupted copy can be continued. An
    index of an earlier version is upgraded, without reading or encoding its documents again.
    """
    if source == target:
        raise ValueError(f"FROM and TO are the same: {without_secrets(source)}")
    with (
        limited(time_limit, options.LATE),
        closing(open_to_copy(source)) as source_store,
        closing(open_store(target)) as target_store,
    ):
        report = copy_index(source_store, target_store)
    if as_json:
        print_json({**asdict(report), "seconds": round(report.seconds, 3)})
    else:
        counts = f"{len(report.copied)} copied and verified, {len(report.unchanged)} unchanged"
        print_lines(f"{counts}; {report.pages} pages in {report.seconds:.1f} s")
