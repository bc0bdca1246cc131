"""The progress bar for long tasks, on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


def progress_bar(*columns: str, show: bool | None = None) -> Progress:
    """Return a progress bar: description, bar, `columns`, time elapsed and time left.

    Args:
        columns: format strings of a rich `task`, such as "{task.completed} pages".
        show: whether to draw it; None draws it when standard error is a terminal.
    """
    from rich import progress
    from rich.console import Console

    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        *map(progress.TextColumn, columns),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not (sys.stderr.isatty() if show is None else show),
    )
