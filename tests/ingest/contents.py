"""All that an index holds, in a form that can be compared."""

from dataclasses import fields, replace

import numpy as np


def contents(store):
    """Return the documents of a store with their pages, vectors and term counts."""
    with store.read() as snapshot:
        documents = snapshot.documents()
        pages, terms = {}, set()
        for document in documents:
            for number, page in snapshot.page_ids(document.document_id).items():
                read = snapshot.page(page)
                terms.update(word.casefold() for word in read.words.texts)
                parts = (read, snapshot.patches(page), snapshot.vectors([page])[0])
                pages[document.document_id, number] = [_plain(part) for part in parts]
        return {
            "documents": documents,
            "pages": pages,
            "order": list(snapshot.catalog().page_numbers),
            "pooled": (snapshot.catalog().vectors.tobytes(), snapshot.catalog().scales.tobytes()),
            "terms": dict(snapshot.frequencies(sorted(terms))),
        }


def outcome(report):
    """Return a report without what differs from run to run."""
    failed = tuple(replace(f, error=(type(f.error), str(f.error))) for f in report.failed)
    return replace(report, failed=failed, seconds=0.0)


def _plain(value):
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if hasattr(value, "__dataclass_fields__"):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value
