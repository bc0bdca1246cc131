"""Region-level document retrieval: the paragraphs, tables and rows that answer, with boxes."""

from snappy_core.errors import (
    FormatError,
    IndexMismatch,
    MissingDependency,
    ModelError,
    OcrFailed,
    PageUnavailable,
    PasswordRequired,
    SnappyError,
    StoreError,
    UnreadableDocument,
    WorkerFailed,
)
from snappy_core.index import IndexInfo, RegionIndex
from snappy_core.ingest.report import Failure, IngestReport
from snappy_core.metadata import region_metadata
from snappy_core.parsing.source import Source
from snappy_core.types import (
    HeatMap,
    Hit,
    Hits,
    Page,
    Patches,
    Query,
    Region,
    TokenMatch,
    Words,
)

__version__ = "0.1.0"

__all__ = [
    "Failure",
    "FormatError",
    "HeatMap",
    "Hit",
    "Hits",
    "IndexInfo",
    "IndexMismatch",
    "IngestReport",
    "MissingDependency",
    "ModelError",
    "OcrFailed",
    "Page",
    "PageUnavailable",
    "PasswordRequired",
    "Patches",
    "Query",
    "Region",
    "RegionIndex",
    "SnappyError",
    "Source",
    "StoreError",
    "TokenMatch",
    "UnreadableDocument",
    "WorkerFailed",
    "Words",
    "region_metadata",
]
