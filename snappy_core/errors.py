"""The errors Snappy raises on purpose.

```
SnappyError
├── UnreadableDocument      the file is not a PDF or image, is empty, cut off or broken
│   ├── PasswordRequired    the file is encrypted and the password is missing or wrong
│   └── WorkerFailed        a worker process died, hung or outgrew its memory over the file
├── FormatError             regions of another reader cannot be read, or are for another document
├── OcrFailed               OCR failed on a page or took too long
├── MissingDependency       an optional package or program is not installed (also an ImportError)
├── ModelError              a model or tokenizer file is missing, altered or of another kind
├── StoreError              an index cannot be opened, read or written: permissions, disk full
├── IndexMismatch           the file is no index, or one of another encoder or schema
└── PageUnavailable         a page cannot be drawn: its source is gone, changed or was bytes
```

Wrong arguments raise `ValueError` or `TypeError`, as everywhere in Python. Messages name the
value, the file and the way out.
"""


class SnappyError(Exception):
    """Base of every error raised on purpose by Snappy."""


class UnreadableDocument(SnappyError):
    """A document that cannot be read; names the source and the cause."""

    def __init__(self, source: str, cause: str) -> None:
        # Both arguments go to `args`, so that the error survives pickling between processes.
        super().__init__(source, cause)
        self.source = source
        self.cause = cause

    def __str__(self) -> str:
        return f"{self.source}: {self.cause}"


class PasswordRequired(UnreadableDocument):
    """An encrypted document whose password is missing or wrong."""


class WorkerFailed(UnreadableDocument):
    """A document over which a worker process died, hung or outgrew its memory."""


class FormatError(SnappyError):
    """Regions given with a document that are in no known format or frame, or do not fit it."""


class OcrFailed(SnappyError):
    """OCR that failed on a page or took too long."""


class MissingDependency(SnappyError, ImportError):
    """An optional package or program is not installed; the message holds the command."""


class ModelError(SnappyError):
    """A model or tokenizer file that is missing, altered or does not fit."""


class StoreError(SnappyError):
    """An index that cannot be opened, read or written: no permission, disk full, damaged."""


class IndexMismatch(SnappyError):
    """A file that is no index, or an index of another encoder or schema."""


class PageUnavailable(SnappyError):
    """A page picture that cannot be drawn again from its source."""
