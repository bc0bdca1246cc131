"""`snappy serve`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from snappy_core import RegionIndex
from snappy_core.cli.listening import open_listener, run_server
from snappy_core.cli.options import EncoderName, WorkerCount, load_encoder, worker_count

_KEY = "SNAPPY_API_KEY"
_CHAT_MODEL = "SNAPPY_CHAT_MODEL"


def serve(
    location: Annotated[
        str,
        typer.Argument(
            metavar="INDEX|FOLDER",
            help="An index; or a folder of documents, which are added to an index in memory.",
        ),
    ],
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help=f"Where to listen; others than this machine need a key, set in {_KEY}.",
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 chooses a free one.")] = 8000,
    encoder: EncoderName = None,
    workers: WorkerCount = None,
) -> None:
    """Serve a page to ask an index and see the answers on their pages, and a JSON API.

    With the extra \\[mcp], agents find the index at /mcp. The chat model that
    SNAPPY_CHAT_MODEL names, such as openai:gpt-5-mini, writes answers.
    """
    from snappy_core import Workers
    from snappy_core.server import create_app
    from snappy_core.server.guard import is_loopback

    api_key = os.environ.get(_KEY) or None
    if api_key is None and not is_loopback(host):
        raise ValueError(f"others can reach {host}: set {_KEY} to a secret that they have to give")
    is_folder = os.path.isdir(location) and Path(location).suffix != ".lance"
    target = ":memory:" if is_folder else location
    with (
        RegionIndex.open(target, load_encoder(encoder), create=is_folder) as index,
        open_listener(host, port) as listener,
    ):
        count = worker_count(workers, index.encoder)
        app = create_app(
            index,
            api_key=api_key,
            executor=Workers(count) if count else None,
            chat_model=os.environ.get(_CHAT_MODEL) or None,
        )
        if is_folder:
            app.state.jobs.add_folder(location)
        run_server(app, listener, extra="serve")
