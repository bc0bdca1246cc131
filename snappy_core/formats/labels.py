"""The labels of other readers and those of Snappy."""

from __future__ import annotations

from collections.abc import Mapping

from snappy_core.types import LABELS, Label

_COMMON: dict[str, Label] = {
    "text": "paragraph",
    "reference": "paragraph",
    "section_header": "heading",
    "section_heading": "heading",
    "subtitle": "heading",
    "document_index": "table",
    "row": "table_row",
    "picture": "figure",
    "image": "figure",
    "chart": "figure",
    "equation": "formula",
    "ordered_list": "list",
    "page_header": "header",
    "page_footer": "footer",
    "page_number": "footer",
    **{label: label for label in LABELS},
}


def label_of(name: str, overrides: Mapping[str, Label] | None = None) -> Label:
    """Return the label for the name that a reader uses; "other" if it is unknown.

    Case does not matter; spaces and hyphens count as underscores.

    Args:
        overrides: labels of names that mean something else to this reader.

    >>> label_of("Section-Header"), label_of("stamp")
    ('heading', 'other')
    """
    key = name.strip().lower().replace(" ", "_").replace("-", "_")
    return (overrides or {}).get(key) or _COMMON.get(key, "other")
