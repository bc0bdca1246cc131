"""Region-level document retrieval: paragraphs, tables and rows that answer, with their boxes."""

import os
from typing import TYPE_CHECKING

# Opt out of telemetry before these libraries are imported; huggingface_hub sends it even for a
# local model.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

from snappy_core.encoders import Encoder, open_encoder
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
    TimeLimitError,
    UnreadableDocumentError,
    WorkerError,
)
from snappy_core.filters import Filter
from snappy_core.index import RegionIndex
from snappy_core.info import IndexInfo
from snappy_core.ingest.report import IngestReport, IngestWarning
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.report_html import report_html
from snappy_core.search.context import assemble
from snappy_core.search.grounding.grounding import ground
from snappy_core.search.grounding.report import Claim, Grounding
from snappy_core.search.hits import Highlight, Hit, Hits
from snappy_core.stores.base import DocumentRecord, Store
from snappy_core.types import Cell, Page, Region

if TYPE_CHECKING:
    from snappy_core.ingest.ray.executor import Ray
    from snappy_core.ingest.workers import Workers
else:

    def __getattr__(name: str) -> object:
        """Import `Ray` and `Workers` when first used: a search needs neither."""
        if name == "Ray":
            from snappy_core.ingest.ray.executor import Ray as value
        elif name == "Workers":
            from snappy_core.ingest.workers import Workers as value
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return value


__version__ = "0.1.0"

__all__ = [
    "Cell",
    "Claim",
    "DocumentRecord",
    "Encoder",
    "Filter",
    "FormatError",
    "Grounding",
    "Highlight",
    "Hit",
    "Hits",
    "IndexInfo",
    "IndexMismatchError",
    "IngestReport",
    "IngestWarning",
    "MissingDependencyError",
    "ModelError",
    "OcrError",
    "Page",
    "PageUnavailableError",
    "PasswordRequiredError",
    "Ray",
    "ReadingOptions",
    "Region",
    "RegionIndex",
    "SnappyError",
    "Source",
    "Store",
    "StoreError",
    "TimeLimitError",
    "UnreadableDocumentError",
    "WorkerError",
    "Workers",
    "assemble",
    "ground",
    "open_encoder",
    "report_html",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
