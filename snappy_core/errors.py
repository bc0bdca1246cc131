"""The errors Snappy raises on purpose.

```
SnappyError
├── UnreadableDocumentError   the file is not a PDF or image, is empty, cut off or broken
│   ├── PasswordRequiredError the file is encrypted and the password is missing or wrong
│   └── WorkerError           a worker process died, hung or outgrew its memory over the file
├── FormatError               regions of another reader cannot be read, or are for another document
├── OcrError                  OCR failed on a page or took too long
├── MissingDependencyError    an optional package or program is missing (also an ImportError)
├── ModelError                a model or tokenizer file is missing, altered or of another kind
├── StoreError                an index cannot be opened, read or written: permissions, disk full
├── IndexMismatchError        the file is no index, or one of another encoder or schema
└── PageUnavailableError      a page cannot be drawn: its source is gone, changed or was bytes
```

Wrong arguments raise `ValueError` or `TypeError`, as everywhere in Python. Messages name the
value, the file and the way out.
"""


class SnappyError(Exception):
    """Base of every error raised on purpose by Snappy."""


class UnreadableDocumentError(SnappyError):
    """A document that cannot be read; names the source and the cause."""

    def __init__(self, source: str, cause: str) -> None:
        # Both arguments go to `args`, so that the error survives pickling between processes.
        super().__init__(source, cause)
        self.source = source
        self.cause = cause

    def __str__(self) -> str:
        return f"{self.source}: {self.cause}"


class PasswordRequiredError(UnreadableDocumentError):
    """An encrypted document whose password is missing or wrong."""


class WorkerError(UnreadableDocumentError):
    """A document over which a worker process died, hung or outgrew its memory."""


class FormatError(SnappyError):
    """Regions given with a document that are in no known format or frame, or do not fit it."""


class OcrError(SnappyError):
    """OCR that failed on a page or took too long."""


class MissingDependencyError(SnappyError, ImportError):
    """An optional package or program is not installed; the message holds the command."""


class ModelError(SnappyError):
    """A model or tokenizer file that is missing, altered or does not fit."""


class StoreError(SnappyError):
    """An index that cannot be opened, read or written: no permission, disk full, damaged."""


class IndexMismatchError(SnappyError):
    """A file that is no index, or an index of another encoder or schema."""


class PageUnavailableError(SnappyError):
    """A page picture that cannot be drawn again from its source."""
