"""The command line: `snappy index`, `search`, `show`, `list` and others, one function each."""

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from snappy_core import SnappyError, __version__
from snappy_core.cli import (
    adding,
    documents,
    evaluate,
    grounding,
    maintenance,
    mcp_serving,
    searching,
    serving,
    showing,
)
from snappy_core.cli.signals import clean_exit
from snappy_core.terminal import plain

app = typer.Typer(
    name="snappy",
    help="Find the regions of documents that answer a question.",
    pretty_exceptions_enable=False,
)
COMMANDS: dict[str, Callable[..., object]] = {
    "index": adding.index,
    "sync": adding.sync,
    "search": searching.search,
    "show": showing.show,
    "report": showing.report,
    "ground": grounding.ground,
    "serve": serving.serve,
    "mcp": mcp_serving.mcp,
    "list": documents.list_documents,
    "regions": documents.regions,
    "delete": documents.delete,
    "info": maintenance.info,
    "compact": maintenance.compact,
    "copy": maintenance.copy,
}
for name, command in COMMANDS.items():
    app.command(name)(command)
app.add_typer(evaluate.app, name="eval")


def _version(is_requested: bool) -> None:
    if is_requested:
        print(f"snappy {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    return run_app(app, "snappy", _complete_ray(sys.argv[1:] if arguments is None else arguments))


def run_app(app: typer.Typer, name: str, arguments: Sequence[str]) -> int:
    """Run a Typer application and return its exit code.

    Errors are printed to standard error as one line. The exit code is 1 for errors of documents,
    files and indexes, 2 for wrong arguments, and 128 plus the number of a signal that ended it.
    """
    try:
        with clean_exit(), warnings.catch_warnings():
            warnings.showwarning = _print_warning
            code = app(arguments or ["--help"], prog_name=name, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has stopped reading
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the interpreter flushes stdout on exit
        return 1
    except typer.Abort:
        return 130
    except Exception as error:
        # Depending on the version, Typer raises its own errors or click's.
        error_code = getattr(error, "exit_code", None)
        if isinstance(error, (SnappyError, OSError)):
            error_code = 1
        elif isinstance(error, ValueError):
            error_code = 2
        elif error_code is None:  # a bug
            raise
        print(f"error: {_message(error)}", file=sys.stderr)
        return int(error_code)
    return code if isinstance(code, int) else 0


def _print_warning(message: Warning | str, *_: object, **__: object) -> None:
    print(f"warning: {plain(str(message))}", file=sys.stderr)


def _complete_ray(arguments: Sequence[str]) -> list[str]:
    """Add the default address to `--ray`, since a Typer option requires a value.

    >>> _complete_ray(["index", "scans/", "--ray", "--to", "reports.snappy"])
    ['index', 'scans/', '--ray', 'auto', '--to', 'reports.snappy']
    """
    complete = []
    for argument, following in zip(arguments, [*arguments, "-"][1:], strict=True):
        complete.append(argument)
        if argument == "--ray" and following.startswith("-"):
            complete.append("auto")
    return complete


def _message(error: Exception) -> str:
    """Return the message of an error as one line."""
    if hasattr(error, "format_message"):
        text = error.format_message()
    elif isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}"
    else:
        text = str(error)
    return plain(" ".join(str(text).split()))
