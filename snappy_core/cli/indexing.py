"""`snappy index`, `snappy info`, `snappy compact` and `snappy copy`."""

from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from typing import Annotated

import typer

from snappy_core import Ray, ReadingOptions, RegionIndex, Workers
from snappy_core.cli import options
from snappy_core.cli.output import print_json, print_lines
from snappy_core.ingest.executor import Executor
from snappy_core.stores import open_store, open_to_copy
from snappy_core.stores.copy import copy as copy_index
from snappy_core.stores.locations import without_secrets
from snappy_core.terminal import plain

_LOCATIONS = "a file, FOLDER.lance, s3://BUCKET/PREFIX or qdrant://HOST:PORT/NAME"

_DEFAULTS = ReadingOptions()

Location = Annotated[str, typer.Argument(metavar="INDEX", help=f"The index: {_LOCATIONS}.")]


def index(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATHS...", help="Documents, and folders of documents.")
    ],
    to: Annotated[
        str,
        typer.Option(
            metavar="INDEX", help=f"The index, created if it does not exist: {_LOCATIONS}."
        ),
    ],
    encoder: options.EncoderName = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE", help="Metadata of the documents, for filters; repeatable."
        ),
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(
            envvar="SNAPPY_PASSWORD",
            show_envvar=False,
            help="Password of encrypted documents; - asks for it, and without this option it is "
            "taken from SNAPPY_PASSWORD. Other users can see what a command line says.",
        ),
    ] = None,
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
    layout_model: options.ModelMode = "auto",
    languages: Annotated[
        str, typer.Option(metavar="NAMES", help="Languages for OCR: eng, deu+fra, ...")
    ] = "eng",
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
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="Time limit of a worker, per page.")
    ] = 60.0,
    memory: Annotated[float, typer.Option(metavar="GIB", help="Memory limit of a worker.")] = 4.0,
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
        max_pages=max_pages,
        max_seconds=max_seconds,
    )
    if password == "-":
        password = typer.prompt("Password", hide_input=True, err=True)
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
            add = partial(opened.add, paths)
        report = add(metadata=keys, password=password, reading=reading, executor=executor)
    if as_json:
        properties = asdict(replace(report, failed=()))
        failed = [{"source": failure.source, "cause": failure.cause} for failure in report.failed]
        print_json({**properties, "failed": failed, "seconds": round(report.seconds, 3)})
    else:
        counts = f"{len(report.added)} added, {len(report.unchanged)} unchanged"
        counts += f", {len(report.failed)} failed; {report.pages} pages in {report.seconds:.1f} s"
        print_lines(counts)
        for warning in report.warnings:
            print_lines(plain(f"warning: {warning}"), style="yellow")
        for failure in report.failed:
            print_lines(plain(f"failed: {failure.source}: {failure.cause}"), style="red")
    return 1 if report.failed else 0


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
    as_json: options.Json = False,
) -> None:
    """Copy an index to another place, and verify the copy.

    Documents that the copy already holds are skipped: an interrupted copy can be continued. An
    index of an earlier version is upgraded, without reading or encoding its documents again.
    """
    if source == target:
        raise ValueError(f"FROM and TO are the same: {without_secrets(source)}")
    with (
        closing(open_to_copy(source)) as source_store,
        closing(open_store(target)) as target_store,
    ):
        report = copy_index(source_store, target_store)
    if as_json:
        print_json({**asdict(report), "seconds": round(report.seconds, 3)})
    else:
        counts = f"{len(report.copied)} copied and verified, {len(report.unchanged)} unchanged"
        print_lines(f"{counts}; {report.pages} pages in {report.seconds:.1f} s")
