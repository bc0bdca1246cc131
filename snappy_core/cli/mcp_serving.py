"""`snappy mcp`."""

from typing import Annotated

import typer

from snappy_core.cli.locations import In, open_index
from snappy_core.cli.options import EncoderName


def mcp(
    location: In = None,
    encoder: EncoderName = None,
    http: Annotated[
        bool,
        typer.Option(
            "--http", help="Serve streamable HTTP at http://127.0.0.1:PORT/mcp, not standard input."
        ),
    ] = False,
    port: Annotated[int, typer.Option(metavar="PORT", help="The port of --http.")] = 8000,
) -> None:
    """Serve an index to agents over the Model Context Protocol; needs the extra "mcp"."""
    from snappy_core.mcp_server import create_server

    with open_index(location, None, encoder, None) as index:
        server = create_server(index)
        if http:
            server.run("streamable-http", host="127.0.0.1", port=port)
        else:
            server.run("stdio")
