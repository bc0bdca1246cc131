"""`snappy mcp`."""

from typing import Annotated

import typer

from snappy_core.cli.listening import open_listener, run_server
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
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of --http; 0 chooses a free one.")
    ] = 8000,
) -> None:
    """Serve an index to agents over the Model Context Protocol; needs the extra \\[mcp]."""
    from snappy_core.mcp_server import create_server

    with open_index(location, None, encoder, None) as index:
        server = create_server(index)
        if http:
            with open_listener("127.0.0.1", port) as listener:
                run_server(server.streamable_http_app(), listener, path="/mcp", extra="mcp")
        else:
            server.run("stdio")
