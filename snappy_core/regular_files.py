"""Checks that a path names a file, not a pipe or device."""

import errno
import stat
from pathlib import Path


def check_regular(path: Path) -> None:
    """Raise OSError if a path is a pipe, device or socket, where reading may never end."""
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # opening a folder raises anyway
        raise OSError(errno.EINVAL, "is a pipe, device or socket, not a file", str(path))
