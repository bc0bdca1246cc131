"""Maps the labels of other readers to Snappy's."""

from collections.abc import Mapping

from snappy_core.types import LABELS, Label


def labels_by_name(names: Mapping[Label, str]) -> dict[str, Label]:
    """Return the label of each name; the names of a label are separated by spaces.

    >>> labels_by_name({"figure": "picture chart"})
    {'picture': 'figure', 'chart': 'figure'}
    """
    return {name: label for label, text in names.items() for name in text.split()}


_COMMON = labels_by_name(
    {
        "paragraph": "text",
        "heading": "section_header section_heading subtitle",
        "contents": "document_index table_of_contents toc",
        "references": "reference bibliography",
        "table_row": "row",
        "figure": "picture image chart",
        "formula": "equation",
        "list": "ordered_list",
        "header": "page_header",
        "footer": "page_footer page_number",
    }
) | {label: label for label in LABELS}


def label_of(name: str, overrides: Mapping[str, Label] | None = None) -> Label:
    """Return the label for the name that a reader uses; "other" if it is unknown.

    Case does not matter; spaces and hyphens count as underscores. `overrides` gives the labels for
    names that have another meaning in this reader.

    >>> label_of("Section-Header"), label_of("stamp")
    ('heading', 'other')
    """
    key = name.strip().lower().replace(" ", "_").replace("-", "_")
    return (overrides or {}).get(key) or _COMMON.get(key, "other")
