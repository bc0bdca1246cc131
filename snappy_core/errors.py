"""The errors that Snappy raises on purpose.

Wrong arguments raise `ValueError` or `TypeError`, as everywhere in Python. Messages name the
value, the file and what to do.
"""

import os

from snappy_core.terminal import plain_lines


def install_hint(extra: str) -> str:
    """Return the command that installs an extra, from the checkout if Snappy runs from one."""
    checkout = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if all(os.path.isfile(os.path.join(checkout, name)) for name in ("pyproject.toml", "Makefile")):
        return f"pip install -e '{checkout}[{extra}]'"
    return f"pip install 'snappy-retriever[{extra}]'"


class SnappyError(Exception):
    """Base class of all errors that Snappy raises on purpose.

    The message has no control characters, even if a file name in it does.
    """

    def __str__(self) -> str:
        return plain_lines(super().__str__())


class UnreadableDocumentError(SnappyError):
    """A document cannot be read. `source` names it and `cause` says why."""

    def __init__(self, source: str, cause: str) -> None:
        # Exception pickles its args, which must be the arguments of this constructor.
        super().__init__(source, cause)
        self.source = source
        self.cause = cause

    def __str__(self) -> str:
        return plain_lines(f"{self.source}: {self.cause}")


class PasswordRequiredError(UnreadableDocumentError):
    """A document is encrypted, and its password is missing or wrong."""


class WorkerError(UnreadableDocumentError):
    """A worker process crashed, hung or ran out of memory on a document."""


class FormatError(SnappyError):
    """Supplied regions are in an unknown format or do not fit their document."""


class OcrError(SnappyError):
    """OCR failed on a page or timed out."""


class MissingDependencyError(SnappyError, ImportError):
    """An optional package or program is not installed; the message says how to install it."""


class ModelError(SnappyError):
    """A model or tokenizer file is missing, altered or of the wrong kind; or a judge's reply is
    malformed."""


class StoreError(SnappyError):
    """An index cannot be opened, read or written: permissions, disk full, damaged file."""


class IndexMismatchError(SnappyError):
    """A file is not an index, or is an index of another encoder or schema."""


class TimeLimitError(SnappyError, TimeoutError):
    """Adding or searching took longer than its `timeout`; the message names it."""


class PageUnavailableError(SnappyError):
    """A page image cannot be drawn again from its source."""


def describe_failure(error: Exception) -> str:
    """Return the cause to report for an unexpected exception: a bug, or an odd file."""
    return f"cannot be read ({type(error).__name__}: {error})"
