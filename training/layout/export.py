"""Writes the trained network as ONNX, for one page without a batch axis."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from training.layout.network import LayoutNetwork


class _OnePage(nn.Module):
    def __init__(self, network: LayoutNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, nodes: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        mask = torch.zeros_like(nodes[None, :, 0])
        classes, relations = self.network(nodes[None], pairs[None], mask)
        return classes[0].softmax(dim=-1), relations[0]


def export(network: LayoutNetwork, path: Path) -> None:
    """Write a network with the inputs "nodes" (n, f) and "pairs" (n, n, g)."""
    nodes = torch.zeros(7, network.node_features)
    pairs = torch.zeros(7, 7, network.pair_features)
    with warnings.catch_warnings():
        # The newer exporter needs onnxscript, and gains nothing for so small a network.
        warnings.simplefilter("ignore", DeprecationWarning)
        _export(network, path, (nodes, pairs))


def _export(network: LayoutNetwork, path: Path, inputs: tuple[Tensor, Tensor]) -> None:
    torch.onnx.export(
        _OnePage(network).eval(), inputs, str(path), dynamo=False, opset_version=17,
        input_names=["nodes", "pairs"], output_names=["classes", "relations"],
        dynamic_axes={
            "nodes": {0: "n"}, "pairs": {0: "n", 1: "n"}, "classes": {0: "n"},
            "relations": {0: "n", 1: "n"},
        },
    )  # fmt: skip
