"""Clusters of nodes by what the network says of their pairs."""

import numpy as np

from snappy_core.parsing.layout import clusters
from snappy_core.parsing.layout.features import page_nodes
from snappy_core.parsing.layout.network import CLASSES, PARAGRAPH, Prediction
from tests.parsing.layout.pages import page_of_rows


def find_clusters(monkeypatch, same_block, same_group):
    """The clusters of as many lines below each other as the logits (n, n) say."""
    count = len(same_block)

    def predict(nodes):
        classes = np.eye(len(CLASSES), dtype=np.float32)[[PARAGRAPH] * count]
        none = np.zeros((count, count), np.float32)
        return Prediction(classes, same_block, none, same_group, none)

    monkeypatch.setattr(clusters, "predict", predict)
    page = page_of_rows(*((30, 100 + 12 * n, f"low water at {n}") for n in range(count)))
    boxes, scores = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
    nodes = page_nodes(
        page.runs, boxes, scores, page.frames, page.ruling_lines, page.width, page.height
    )
    return clusters.find_clusters(nodes, page.runs, (), None)


def near_and_far(count, near, far):
    """Logits (n, n) of lines that are at most seven apart, and of others."""
    lines = np.arange(count)
    return np.where(abs(lines[:, None] - lines) <= 7, near, far).astype(np.float32)


def test_a_long_paragraph_is_one_though_the_network_doubts_lines_far_apart(monkeypatch):
    line_clusters = find_clusters(
        monkeypatch, near_and_far(24, 2, -6), np.zeros((24, 24), np.float32)
    )
    assert [members.tolist() for members in line_clusters.members] == [[*range(24)]]


def test_long_blocks_are_a_group_though_the_network_doubts_lines_far_apart(monkeypatch):
    is_first = np.arange(30) < 15
    same_block = np.where(is_first[:, None] == is_first, 5, -5).astype(np.float32)
    line_clusters = find_clusters(monkeypatch, same_block, near_and_far(30, 8, -3))
    assert len(line_clusters.members) == 2
    assert line_clusters.same_group[0, 1] > 0
