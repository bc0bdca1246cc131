"""Region-level document retrieval: the paragraphs, tables and rows that answer, with boxes."""

from snappy_core.errors import (
    FormatError,
    IndexMismatchError,
    MissingDependencyError,
    ModelError,
    OcrError,
    PageUnavailableError,
    PasswordRequiredError,
    SnappyError,
    StoreError,
    UnreadableDocumentError,
    WorkerError,
)
from snappy_core.index import IndexInfo, RegionIndex
from snappy_core.ingest.ray.executor import Ray
from snappy_core.ingest.report import Failure, IngestReport
from snappy_core.ingest.workers import Workers
from snappy_core.metadata import region_metadata
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.search.hits import HeatMap, Hit, Hits, TokenMatch
from snappy_core.types import Page, Patches, Query, Region, Words

__version__ = "0.1.0"

__all__ = [
    "Failure",
    "FormatError",
    "HeatMap",
    "Hit",
    "Hits",
    "IndexInfo",
    "IndexMismatchError",
    "IngestReport",
    "MissingDependencyError",
    "ModelError",
    "OcrError",
    "Page",
    "PageUnavailableError",
    "PasswordRequiredError",
    "Patches",
    "Query",
    "Ray",
    "ReadingOptions",
    "Region",
    "RegionIndex",
    "SnappyError",
    "Source",
    "StoreError",
    "TokenMatch",
    "UnreadableDocumentError",
    "WorkerError",
    "Words",
    "Workers",
    "region_metadata",
]
