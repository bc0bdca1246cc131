"""The keys of regions that filters support without any metadata."""

from __future__ import annotations

from typing import Literal

BOX_KEYS = ("bbox_x0", "bbox_y0", "bbox_x1", "bbox_y1")
"""The keys of the box of a region, in the order of `Region.box`."""

Level = Literal["document", "page", "region"]
BUILT_IN: dict[str, tuple[Level, type[str] | type[float]]] = {
    "document_id": ("document", str), "source": ("document", str), "file_name": ("document", str),
    "content_hash": ("document", str),
    "page_number": ("page", float), "page_label": ("page", str),
    "region_label": ("region", str), "section": ("region", str),
    "region_id": ("region", str), "citation": ("region", str), "reading_order": ("region", float),
    "bbox_x0": ("region", float), "bbox_y0": ("region", float),
    "bbox_x1": ("region", float), "bbox_y1": ("region", float),
    "page_width": ("region", float), "page_height": ("region", float), "page_unit": ("region", str),
    "ocr_confidence": ("region", float), "figure_description": ("region", str),
}  # fmt: skip
"""The keys of all regions, with their level and whether they are text or numbers."""

PAGE_LISTS = ("region_label", "section")
"""Keys of regions that stores also keep as lists per page, to find pages with such a region."""

NOT_FILTERABLE = frozenset(
    ("schema", "bbox_unit", "bbox_origin", "rects_json", "highlights_json", "parts_json", "page",
     "text", "score", "region_score", "page_score", "rerank_score", "rank", "answerable")
)  # fmt: skip
"""Keys of regions that are the same for all of them, or known only after the search."""
