"""Writes trained networks as one ONNX model, for one page without a batch axis."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.layout.network import LayoutNetwork, mirror


class _OnePage(nn.Module):
    """The mean prediction of several networks for a page."""

    def __init__(self, networks: Sequence[LayoutNetwork]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, nodes: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        mask = torch.zeros_like(nodes[None, :, 0])
        networks: Any = self.networks  # torch has no types for the parts of modules
        classes, relations = zip(
            *(network.directed(nodes[None], pairs[None], mask) for network in networks), strict=True
        )
        mean = sum(relations[1:], relations[0]) / len(relations)
        return torch.cat(classes).softmax(dim=-1).mean(dim=0), mirror(mean)[0]


@torch.no_grad()
def fold(network: LayoutNetwork) -> LayoutNetwork:
    """Return a network that predicts the same with fewer passes over the pairs."""
    folded: Any = deepcopy(network)
    last, folded.pairs = folded.pairs[2], folded.pairs[:2]
    for layer in folded.layers:
        layer.bias = _chain(last, layer.bias)
        layer.bias.bias = None  # the same number for all pairs, which softmax cancels
    folded.pair = _chain(last, folded.pair)
    folded.first.bias += folded.pair.bias
    folded.pair.bias = None
    predicts_the_same: LayoutNetwork = folded
    return predicts_the_same


def _chain(first: nn.Linear, second: nn.Linear) -> nn.Linear:
    """Return one linear layer equivalent to two."""
    chained = nn.Linear(first.in_features, second.out_features)
    chained.weight.copy_(second.weight @ first.weight)
    chained.bias.copy_(second(first.bias))
    return chained


def export(networks: Sequence[LayoutNetwork], path: Path) -> None:
    """Write networks as one model with the inputs "nodes" (n, f) and "pairs" (n, n, g)."""
    networks = [fold(network) for network in networks]
    nodes = torch.zeros(7, networks[0].node_features)
    pairs = torch.zeros(7, 7, networks[0].pair_features)
    with warnings.catch_warnings():
        # The newer exporter needs onnxscript, and gains nothing for such small networks.
        warnings.simplefilter("ignore", DeprecationWarning)
        _export(networks, path, (nodes, pairs))


def _export(networks: Sequence[LayoutNetwork], path: Path, inputs: tuple[Tensor, Tensor]) -> None:
    torch.onnx.export(
        _OnePage(networks).eval(), inputs, str(path), dynamo=False, opset_version=17,
        input_names=["nodes", "pairs"], output_names=["classes", "relations"],
        dynamic_axes={
            "nodes": {0: "n"}, "pairs": {0: "n", 1: "n"}, "classes": {0: "n"},
            "relations": {0: "n", 1: "n"},
        },
    )  # fmt: skip
