"""The layout network: a small transformer over the nodes of a page, with features of pairs.

Attention is biased by the relation of two nodes (Graphormer, Ying et al., 2021); the same pair
features, with both nodes' states, predict which nodes belong together.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

RELATIONS = ("block", "row", "group", "before")


class LayoutNetwork(nn.Module):
    """Classifies the n nodes of pages and relates their pairs."""

    node_mean: Tensor
    node_std: Tensor

    def __init__(
        self, node_features: int, pair_features: int, classes: int,
        width: int = 96, pair_width: int = 32, heads: int = 8, layers: int = 3,
    ) -> None:  # fmt: skip
        super().__init__()
        self.node_features, self.pair_features = node_features, pair_features
        self.register_buffer("node_mean", torch.zeros(node_features))
        self.register_buffer("node_std", torch.ones(node_features))
        self.nodes = nn.Sequential(
            nn.Linear(node_features, width), nn.ReLU(), nn.Linear(width, width)
        )
        self.pairs = nn.Sequential(
            nn.Linear(pair_features, pair_width), nn.ReLU(), nn.Linear(pair_width, pair_width)
        )
        self.layers = nn.ModuleList(_Layer(width, pair_width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.classes = nn.Linear(width, classes)
        self.first, self.second = nn.Linear(width, 2 * pair_width), nn.Linear(width, 2 * pair_width)
        self.pair = nn.Linear(pair_width, 2 * pair_width)
        self.relations = nn.Linear(2 * pair_width, len(RELATIONS))

    def forward(self, nodes: Tensor, pairs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return class logits (b, n, c) and relation logits (b, n, n, r).

        Args:
            nodes: (b, n, f).
            pairs: (b, n, n, g).
            mask: (b, n), 0 for real nodes and a large negative number for padding.
        """
        classes, relations = self.directed(nodes, pairs, mask)
        return classes, mirror(relations)

    def directed(self, nodes: Tensor, pairs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits of `forward` before those of a pair and its mirror are unified."""
        b, n = mask.shape
        x = self.nodes(((nodes - self.node_mean) / self.node_std).clamp(-6, 6))
        z = self.pairs(pairs.flatten(0, 2))  # flat, since ONNX then fuses the addition of the bias
        for layer in self.layers:
            x = layer(x, z, mask)
        x = self.norm(x)
        pair = self.pair(z).view(b, n, n, -1)
        hidden = pair + self.first(x)[:, :, None] + self.second(x)[:, None]
        logits = self.relations(nn.functional.relu(hidden).flatten(0, 2))
        return self.classes(x), logits.view(b, n, n, len(RELATIONS))


def mirror(logits: Tensor) -> Tensor:
    """Return relation logits (b, n, n, r) that agree for a pair and its mirror image."""
    turned = logits.transpose(1, 2)
    symmetric, before = logits[..., :3] + turned[..., :3], logits[..., 3:] - turned[..., 3:]
    return torch.cat([symmetric, before], dim=-1) / 2


class _Layer(nn.Module):
    def __init__(self, width: int, pair_width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.bias = nn.Linear(pair_width, heads)
        self.out = nn.Linear(width, width)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor, z: Tensor, mask: Tensor) -> Tensor:
        b, n, width = x.shape
        size = width // self.heads
        qkv = self.query_key_value(self.norm_1(x)).view(b, n, 3, self.heads, size)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        scores = query @ key.transpose(-1, -2) * size**-0.5
        scores = scores + self.bias(z).view(b, n, n, self.heads).permute(0, 3, 1, 2)
        weights = (scores + mask[:, None, None]).softmax(dim=-1)
        x = x + self.out((weights @ value).transpose(1, 2).reshape(b, n, width))
        fed: Tensor = x + self.feed_forward(self.norm_2(x))
        return fed
