"""`snappy index`, `snappy info` and `snappy compact`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from snappy_core.cli.options import (
    EncoderName,
    Json,
    ModelMode,
    OcrMode,
    Regions,
    RegionsFormat,
    WorkerCount,
    given_encoder,
    read_metadata,
    worker_count,
)
from snappy_core.cli.output import console, plain, print_json


def index(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATHS...", help="PDFs, and folders of them.")
    ],
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="The index; made if there is none.")
    ],
    encoder: EncoderName = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            "--metadata",
            metavar="KEY=VALUE",
            help="Kept with the documents, to filter by; may be repeated.",
        ),
    ] = None,
    password: Annotated[
        str | None, typer.Option("--password", help="Opens encrypted documents.")
    ] = None,
    regions: Regions = None,
    regions_format: RegionsFormat = None,
    ocr: OcrMode = "auto",
    layout_model: ModelMode = "auto",
    languages: Annotated[
        str,
        typer.Option("--languages", metavar="NAMES", help="For OCR: eng, deu+fra, ..."),
    ] = "eng",
    pool_block: Annotated[
        int,
        typer.Option(
            "--pool-block",
            metavar="N",
            help="Vision models: the first stage knows squares of N x N patches as one.",
        ),
    ] = 4,
    workers: WorkerCount = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="For a page, in a worker.")
    ] = 60.0,
    memory: Annotated[
        float, typer.Option("--memory", metavar="GIB", help="That a worker may hold.")
    ] = 4.0,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray",
            metavar="ADDRESS",
            help="Read and encode on a Ray cluster, with --workers actors: host:port, auto (one "
            "that runs, else of this machine; also when left out) or local (of this machine).",
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Add documents to an index; those it holds unchanged are passed over."""
    from snappy_core import Ray, ReadingOptions, RegionIndex, Workers
    from snappy_core.ingest.executor import Executor

    keys = None if metadata is None else read_metadata(metadata)
    reading = ReadingOptions(ocr, languages, layout_model, pool_block)
    memory_bytes = int(memory * 2**30)
    one_document = regions is not None or regions_format is not None
    if one_document and len(paths) != 1:
        raise ValueError(f"--regions describes one document, not {len(paths)}")
    with RegionIndex.open(to, given_encoder(encoder)) as opened:
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
        out = console()
        counts = f"{len(report.added)} added, {len(report.unchanged)} unchanged"
        counts += f", {len(report.failed)} failed; {report.pages} pages in {report.seconds:.1f} s"
        out.print(counts, soft_wrap=True)
        for warning in report.warnings:
            out.print(plain(f"warning: {warning}"), style="yellow", soft_wrap=True)
        for failure in report.failed:
            out.print(
                plain(f"failed: {failure.source}: {failure.cause}"), style="red", soft_wrap=True
            )
    return 1 if report.failed else 0


def info(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An index.")],
    as_json: Json = False,
) -> None:
    """Say what an index is and holds."""
    from snappy_core import RegionIndex

    with RegionIndex.open(file, create=False) as opened:
        found = asdict(opened.info())
    if as_json:
        print_json(found)
        return
    out = console()
    for key, value in found.items():
        out.print(plain(f"{key:<10} {value}"), soft_wrap=True)


def compact(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An index.")],
) -> None:
    """Give back the room that deleted and replaced documents took; it may be read meanwhile."""
    from contextlib import closing

    from snappy_core.stores import open_store

    with closing(open_store(file, create=False)) as store:
        store.compact()
