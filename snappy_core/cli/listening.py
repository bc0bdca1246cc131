"""Servers that run until they are stopped."""

from __future__ import annotations

import socket
from typing import Any

from snappy_core.cli.output import print_lines
from snappy_core.errors import MissingDependencyError, install_hint


def open_listener(host: str, port: int) -> socket.socket:
    """Return a listening socket, on any free port for 0; raise OSError if the port is in use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def run_server(app: Any, listener: socket.socket, *, path: str = "", extra: str) -> None:
    """Print the address of an ASGI application, and serve it until the process ends.

    Args:
        path: the path in the printed address.
        extra: the extra that installs uvicorn, named in the error.

    Raises:
        MissingDependencyError: uvicorn is not installed.
    """
    try:
        import uvicorn
    except ModuleNotFoundError:
        message = f"a server needs uvicorn: {install_hint(extra)}"
        raise MissingDependencyError(message) from None
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    print_lines(f"Snappy listens at http://{name}:{port}{path} (Ctrl-C ends it)")
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, timeout_graceful_shutdown=3
    )
    uvicorn.Server(config).run(sockets=[listener])
