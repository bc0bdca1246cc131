"""`snappy index`, `snappy info` and `snappy compact`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from snappy_core.cli.options import (
    LOCATIONS,
    EncoderName,
    Json,
    Location,
    ModelMode,
    OcrMode,
    Regions,
    RegionsFormat,
    WorkerCount,
    load_encoder,
    read_metadata,
    worker_count,
)
from snappy_core.cli.output import plain, print_json, print_lines


def index(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATHS...", help="Documents, and folders of documents.")
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="INDEX", help=f"The index, created if it does not exist: {LOCATIONS}."
        ),
    ],
    encoder: EncoderName = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            "--metadata",
            metavar="KEY=VALUE",
            help="Metadata of the documents, for filters; repeatable.",
        ),
    ] = None,
    password: Annotated[
        str | None, typer.Option("--password", help="Password of encrypted documents.")
    ] = None,
    regions: Regions = None,
    regions_format: RegionsFormat = None,
    ocr: OcrMode = "auto",
    layout_model: ModelMode = "auto",
    languages: Annotated[
        str,
        typer.Option("--languages", metavar="NAMES", help="Languages for OCR: eng, deu+fra, ..."),
    ] = "eng",
    pool_block: Annotated[
        int,
        typer.Option(
            "--pool-block",
            metavar="N",
            help="Vision models: pool N x N patches into one for the first search stage.",
        ),
    ] = 4,
    workers: WorkerCount = None,
    timeout: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", help="Time limit of a worker, per page."),
    ] = 60.0,
    memory: Annotated[
        float, typer.Option("--memory", metavar="GIB", help="Memory limit of a worker.")
    ] = 4.0,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray",
            metavar="ADDRESS",
            help="Read and encode on a Ray cluster, with --workers actors. ADDRESS is host:port, "
            "local (this machine), or auto (a running cluster or else this machine), the default.",
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Add documents to an index; those that it already holds unchanged are skipped."""
    from snappy_core import Ray, ReadingOptions, RegionIndex, Workers
    from snappy_core.ingest.executor import Executor

    keys = None if metadata is None else read_metadata(metadata)
    reading = ReadingOptions(ocr, languages, layout_model, pool_block)
    memory_bytes = int(memory * 2**30)
    one_document = regions is not None or regions_format is not None
    if one_document and len(paths) != 1:
        raise ValueError(f"--regions describes one document, not {len(paths)}")
    with RegionIndex.open(to, load_encoder(encoder)) as opened:
        count = worker_count(workers, opened.encoder)
        executor: Executor | None = None
        if ray is not None:
            actors = None if workers is None and count else count  # None: all cores of the cluster
            executor = Ray(ray, actors, timeout, memory_bytes)
        elif count:
            executor = Workers(count, timeout, memory_bytes)
        if one_document:
            report = opened.add_document(
                paths[0],
                regions=regions,
                regions_format=regions_format,
                metadata=keys,
                password=password,
                reading=reading,
                executor=executor,
            )
        else:
            report = opened.add(
                paths, metadata=keys, password=password, reading=reading, executor=executor
            )
    if as_json:
        print_json(
            {
                "added": report.added,
                "unchanged": report.unchanged,
                "failed": [{"source": f.source, "cause": f.cause} for f in report.failed],
                "warnings": report.warnings,
                "pages": report.pages,
                "seconds": round(report.seconds, 3),
            }
        )
    else:
        counts = f"{len(report.added)} added, {len(report.unchanged)} unchanged"
        counts += f", {len(report.failed)} failed; {report.pages} pages in {report.seconds:.1f} s"
        print_lines(counts)
        for warning in report.warnings:
            print_lines(plain(f"warning: {warning}"), style="yellow")
        for failure in report.failed:
            print_lines(plain(f"failed: {failure.source}: {failure.cause}"), style="red")
    return 1 if report.failed else 0


def info(location: Location, as_json: Json = False) -> None:
    """Show the encoder of an index and how many documents, pages and bytes it has."""
    from snappy_core import RegionIndex

    with RegionIndex.open(location, create=False) as opened:
        properties = asdict(opened.info())
    if as_json:
        print_json(properties)
    else:
        for key, value in properties.items():
            print_lines(plain(f"{key:<10} {value}"))


def compact(location: Location) -> None:
    """Free the space of deleted and replaced documents; others can read the index meanwhile."""
    from contextlib import closing

    from snappy_core.stores import open_store

    with closing(open_store(location, create=False)) as store:
        store.compact()
