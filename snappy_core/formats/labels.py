"""What other readers call the regions that Snappy has labels for."""

from __future__ import annotations

from collections.abc import Mapping

from snappy_core.types import LABELS, Label

_USUAL: dict[str, Label] = {
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


def label_of(name: str, own: Mapping[str, Label] | None = None) -> Label:
    """Return the label for a name that a reader uses; "other" for one that nobody knows.

    Capitals, spaces and hyphens make no difference. `own` holds what the reader means otherwise.

    >>> label_of("Section-Header"), label_of("stamp")
    ('heading', 'other')
    """
    key = name.strip().lower().replace(" ", "_").replace("-", "_")
    return (own or {}).get(key) or _USUAL.get(key, "other")
