"""Uses tags in place of the layout network's prediction, where they can be trusted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import contains_center, enclose_groups
from snappy_core.parsing.layout.network import CLASSES, FIGURE, PARAGRAPH, TABLE, Prediction
from snappy_core.parsing.layout.runs import Runs
from snappy_core.parsing.layout.tagged_nodes import TaggedNodes
from snappy_core.parsing.tags import ARTIFACT

_MIN_TAGGED = 0.95  # share of the letters that are in blocks, of those that are not artifacts
_MAX_ARTIFACTS = 0.5  # share of the letters
_MIN_AGREEMENT = 0.8  # of tags and network on which neighbors are in one block
_MAX_OVERLAID = 0.05  # share of the letters inside the box of a block that is not their own
_CERTAIN = 50.0  # logit, larger than those of the network

_Flags = NDArray[np.bool_]


def are_trusted(
    tagged: TaggedNodes,
    runs: Runs,
    near: _Flags,
    tag_labels: NDArray[np.intp],
    seen_labels: NDArray[np.intp],
) -> bool:
    """Return whether tags cover the runs of a page and agree with how it looks.

    Bad tags leave out text, make each line or the whole page one paragraph, or describe a frame
    that the page was laid out in.

    Args:
        near: (n, n), whether two runs are neighbors.
        tag_labels, seen_labels: (n,) block numbers with the help of the tags, and without.
    """
    count = len(runs)
    letters = np.array([len(text) for text in runs.texts])
    is_artifact, in_block = tagged.owners[:count] == ARTIFACT, tagged.blocks[:count] >= 0
    body = letters[~is_artifact].sum()
    if body < (1 - _MAX_ARTIFACTS) * letters.sum() or letters[in_block].sum() < _MIN_TAGGED * body:
        return False
    joined, seen_joined = (
        near & (groups[:, None] == groups) for groups in (tag_labels, seen_labels)
    )
    unions = (joined | seen_joined).sum(axis=1)
    has_others = in_block & (unions > 1)
    shares = ((joined & seen_joined).sum(axis=1) / unions)[has_others]
    if shares.sum() < _MIN_AGREEMENT * len(shares):
        return False
    overlaid = contains_center(enclose_groups(runs.boxes, tag_labels), runs.boxes)
    overlaid[tag_labels, np.arange(count)] = False
    return bool(letters[overlaid.any(axis=0)].sum() <= _MAX_OVERLAID * letters.sum())


def apply_tags(prediction: Prediction, tagged: TaggedNodes, near: _Flags) -> Prediction:
    """Return a prediction in which tagged nodes follow their tags.

    A paragraph tag only says what is one block: people and programs tag anything as paragraphs.

    Args:
        near: (n, n), whether two runs, the first nodes, are neighbors. Only neighbors are joined,
            so that a block continued in the next column becomes one block in each.
    """
    count = len(near)
    is_certain = (tagged.owners >= 0) & (tagged.classes > PARAGRAPH)
    is_certain[count:] &= tagged.classes[count:] == FIGURE  # others are backgrounds
    classes = prediction.classes.copy()
    classes[is_certain] = np.eye(len(CLASSES), dtype=np.float32)[tagged.classes[is_certain]]
    in_group = is_certain & np.isin(tagged.classes, (TABLE, FIGURE))
    in_block = (tagged.blocks >= 0)[:, None] & (tagged.blocks >= 0)
    is_near = np.zeros_like(in_block)
    is_near[:count, :count] = near

    def override(logits: NDArray[np.float32], names: NDArray[np.intp]) -> NDArray[np.float32]:
        is_same = names[:, None] == names
        are_known = in_block & ((names >= 0)[:, None] | (names >= 0))
        return np.where(are_known, np.where(is_same, _CERTAIN, -_CERTAIN), logits)

    same_block = override(prediction.same_block, tagged.blocks)
    return replace(
        prediction,
        classes=classes,
        same_block=np.where(is_near | (same_block < 0), same_block, prediction.same_block),
        same_row=override(prediction.same_row, tagged.rows),
        same_group=override(prediction.same_group, np.where(in_group, tagged.groups, -1)),
    )
