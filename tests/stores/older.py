"""Writes indexes as earlier schemas did.

SQLite 4, Lance 2 and Qdrant 2 had no cells, passages and checksums, one version later they had no
checksums.
"""

import json
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import chain
from unittest.mock import patch

import numpy as np

from snappy_core.stores import codec, packing
from snappy_core.stores.lance import table
from snappy_core.stores.qdrant import log_collection
from snappy_core.stores.sqlite import schema
from snappy_core.vectors import normalize, quantize

VERSIONS = {schema: 4, table: 2, log_collection: 2}
FIELDS = ("text", "label", "order", "parent", "section")


@contextmanager
def older_layout(*, cells=False):
    """Whatever a store writes inside is in an older layout: the one with cells, or the oldest."""
    later = int(cells)
    patches = [patch.object(module, "SCHEMA_VERSION", n + later) for module, n in VERSIONS.items()]
    if not cells:
        patches.append(patch.object(codec, "_pack_content", pack_content))
    patches.append(patch.object(packing, "seal", bytes))  # no checksums
    with ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        yield


def older_record(record):
    """Return a page with a pooled vector for each region outside of others, if it is of words."""
    if record.patches.grid is not None:
        return record
    vectors = record.patches.vectors * record.patches.scales[:, None]
    groups = [list(region.words) for region in record.page.regions if region.parent is None]
    means = [vectors[group].sum(axis=0) for group in groups if group]
    pooled = normalize(np.array(means, np.float32).reshape(-1, vectors.shape[1]))
    return replace(record, pooled=quantize(pooled))


def pack_content(page):
    confidences = page.words.confidences
    values = {
        "number": page.number,
        "label": page.label,
        "width": page.width,
        "height": page.height,
        "unit": page.unit,
        "texts": page.words.texts,
        "confidences": confidences is not None,
        "regions": [[getattr(region, name) for name in FIELDS] for region in page.regions],
        "user_space": page.user_space,
    }
    indices = [part for region in page.regions for part in (region.words, region.context)]
    arrays = (
        np.array([region.box for region in page.regions]),
        page.words.boxes,
        np.zeros(0) if confidences is None else confidences,
        np.array(list(chain.from_iterable(indices)), np.int32),
        np.cumsum([0, *map(len, indices)]),
        np.frombuffer(json.dumps(values).encode(), np.uint8),
    )
    kinds = (np.float64, np.float32, np.float32, np.int32, np.int32, np.uint8)
    return packing.pack(arrays, kinds)
