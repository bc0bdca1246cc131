"""Training examples: the features of a page's nodes and pairs, and their ground truth."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.layout.features import Nodes, page_nodes
from snappy_core.parsing.layout.linkage import pair_weights
from training.layout.noise import like_ocr, vary
from training.layout.tagged_pages import TrainingPage

MAX_NODES = 450
MOST = 6_500  # examples per draw, about 7 GB
_OCR_SHARE = 0.2  # of the pages, which are learned as if read by OCR


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    nodes: NDArray[np.float32]
    pairs: NDArray[np.float16]
    weights: NDArray[np.float16]
    classes: NDArray[np.intp]
    relations: NDArray[np.int8]  # (4, n, n): 1, 0 or -1 for unknown


def nodes_of(page: TrainingPage) -> Nodes:
    return page_nodes(
        page.runs, page.areas, page.area_scores, page.frames, page.ruling_lines, page.width,
        page.height,
    )  # fmt: skip


def example(page: TrainingPage) -> Example:
    nodes = nodes_of(page)
    weights = pair_weights(nodes.boxes / nodes.unit)
    np.fill_diagonal(weights, 0)
    return Example(
        nodes.features, nodes.pairs.astype(np.float16), weights.astype(np.float16), page.classes,
        relation_truth(page),
    )  # fmt: skip


def relation_truth(page: TrainingPage) -> NDArray[np.int8]:
    count = len(page.runs)
    truths = []
    is_run = np.arange(len(page.classes)) < count
    for owners in (page.blocks, page.rows, page.groups):
        same = owners[:, None] == owners
        truth = (same & (owners >= 0)).astype(np.int8)
        # Two artifacts may belong together; nothing says so.
        truth[(owners < 0)[:, None] & (owners < 0)] = -1
        if owners is not page.groups:  # areas only belong to groups
            truth[~is_run] = -1
            truth[:, ~is_run] = -1
        truths.append(truth)
    before = (page.blocks[:, None] < page.blocks).astype(np.int8)
    unknown = (page.blocks < 0)[:, None] | (page.blocks < 0) | (truths[0] == 1)
    before[unknown] = -1
    return np.stack([*truths, before])


def draw_examples(
    pages: Sequence[TrainingPage], random: np.random.Generator, pool: Executor, most: int = MOST
) -> list[Example]:
    """Return examples of pages drawn without repetition, each varied at random."""
    drawn = [pages[i] for i in random.permutation(len(pages))[:most]]
    seeds = random.integers(0, 2**63, len(drawn))
    return list(pool.map(_varied_example, drawn, seeds, chunksize=32))


def _varied_example(page: TrainingPage, seed: int) -> Example:
    if page.is_scan:  # already as noisy as scans are
        return example(page)
    random = np.random.default_rng(seed)
    is_ocr = random.random() < _OCR_SHARE
    return example(like_ocr(page, random) if is_ocr else vary(page, random))
