"""Options of the commands that read documents: `snappy index` and `snappy sync`."""

from typing import TYPE_CHECKING, Annotated

import typer

from snappy_core import ReadingOptions, RegionIndex
from snappy_core.cli.options import worker_count
from snappy_core.ingest.keep import Keep

if TYPE_CHECKING:
    from snappy_core.ingest.executor import Executor

DEFAULTS = ReadingOptions()

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
PoolBlock = Annotated[
    int,
    typer.Option(
        metavar="N", help="Vision models: pool N x N patches into one for the first search stage."
    ),
]
MaxPages = Annotated[
    int, typer.Option(metavar="N", help="Refuse a document that has more pages, or says so.")
]
MaxSeconds = Annotated[
    float, typer.Option(metavar="SECONDS", help="Give up a document that takes longer.")
]
Keeping = Annotated[
    Keep | None,
    typer.Option(
        help="Keep the documents, or pictures of their pages, in the index: pages can then be "
        "drawn when the files are gone.",
    ),
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
RayAddress = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Read and encode on a Ray cluster, with --workers actors. ADDRESS is host:port, "
        "local (this machine), or auto (a running cluster or else this machine), the default.",
    ),
]


def ask(password: str | None) -> str | None:
    """Return a password; `-` asks for it."""
    return typer.prompt("Password", hide_input=True, err=True) if password == "-" else password


def executor(
    index: RegionIndex, workers: int | None, timeout: float, memory: float, ray: str | None
) -> "Executor | None":
    """Return where documents are read: a Ray cluster, worker processes, or None for this one."""
    from snappy_core import Ray, Workers

    count = worker_count(workers, index.encoder)
    memory_bytes = int(memory * 2**30)
    if ray is not None:
        actors = None if workers is None and count else count  # None: all cores of the cluster
        return Ray(ray, actors, timeout, memory_bytes)
    return Workers(count, timeout, memory_bytes) if count else None
