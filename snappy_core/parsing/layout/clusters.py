"""Clusters the nodes of a page into blocks of text, cells of tables and single areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import enclose_groups
from snappy_core.parsing.layout.features import Nodes
from snappy_core.parsing.layout.linkage import link, pair_weights, pool
from snappy_core.parsing.layout.network import CLASSES, OTHER, TABLE, predict
from snappy_core.parsing.layout.runs import Runs
from snappy_core.parsing.layout.tagged_nodes import TaggedNodes
from snappy_core.parsing.layout.tagged_prediction import apply_tags, are_trusted
from snappy_core.parsing.tables.grid import Grid
from snappy_core.parsing.tables.ruled import separate_cells

_LEAST = 1e-4  # added to probabilities before their logarithm is taken


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Nodes in k clusters; each area is its own cluster.

    Attributes:
        members: indices of nodes, for each cluster.
        boxes: (k, 4) in points.
        classes, text_classes: (k,) indices of `CLASSES`: of all, and of text in the body.
        same_row, same_group: (k, k) mean logits.
        tags: (k,) the tagged element each was found by; -1 for none.
    """

    members: Sequence[NDArray[np.intp]]
    boxes: NDArray[np.float32]
    classes: NDArray[np.intp]
    text_classes: NDArray[np.intp]
    same_row: NDArray[np.float32]
    same_group: NDArray[np.float32]
    tags: NDArray[np.intp]


def find_clusters(
    nodes: Nodes, runs: Runs, grids: Sequence[Grid], tagged: TaggedNodes | None
) -> Clusters:
    """Return the clusters the network sees, or those of the tags where they can be trusted."""
    prediction = predict(nodes)
    count = len(runs)
    weights = pair_weights(nodes.boxes / nodes.unit)

    def link_runs(logits: NDArray[np.float32]) -> NDArray[np.intp]:
        logits = separate_cells(logits[:count, :count], runs.boxes, grids)
        return link(logits, weights[:count, :count])

    labels = link_runs(prediction.same_block)
    tags = np.full(len(nodes.boxes), -1, np.intp)
    if tagged is not None:
        near = weights[:count, :count] == 1
        tagged_prediction = apply_tags(prediction, tagged, near)
        tag_labels = link_runs(tagged_prediction.same_block)
        if are_trusted(tagged, runs, near, tag_labels, labels):
            prediction, labels, tags = tagged_prediction, tag_labels, tagged.blocks
    first_area = labels.max(initial=-1) + 1
    areas = first_area + np.arange(len(nodes.boxes) - count)
    labels = np.concatenate([labels, areas]).astype(np.intp)
    total = int(labels.max(initial=-1)) + 1
    sums = np.zeros((total, len(CLASSES)))
    np.add.at(sums, labels, np.log(prediction.classes + _LEAST))
    cluster_tags = np.full(total, -1, np.intp)
    np.maximum.at(cluster_tags, labels, tags)
    return Clusters(
        members=[np.flatnonzero(labels == label) for label in range(total)],
        boxes=enclose_groups(nodes.boxes, labels),
        classes=sums.argmax(axis=1),
        text_classes=sums[:, OTHER + 1 : TABLE].argmax(axis=1) + OTHER + 1,
        same_row=pool(prediction.same_row, np.ones_like(weights), labels),
        same_group=pool(prediction.same_group, weights, labels),
        tags=cluster_tags,
    )
