"""Trains the layout network on generated pages."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from snappy_core.parsing.layout.network import CLASSES
from training.layout.examples import MAX_NODES, Example, draw_examples
from training.layout.network import LayoutNetwork
from training.layout.tagged_pages import TrainingPage

_RELATION_WEIGHTS = torch.tensor([4.0, 1.0, 1.0, 0.3])
_EPOCHS_AS_IS = 4  # after so many, pages are drawn and varied anew
_PAIRS = 60_000  # of a batch, about
_RATE, _WEIGHT_DECAY = 2e-3, 0.02
_WARM_UP = 0.2  # epochs
_MIN_DEVIATION = 0.01  # of a feature
_ROUND = 16  # nodes of a batch are padded to multiples, since new shapes cost time


def batches(examples: Sequence[Example], random: np.random.Generator) -> Iterator[list[Example]]:
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].nodes) + random.random() * 8)
    groups: list[list[Example]] = [[]]
    for i in order:
        size = len(examples[i].nodes) ** 2
        if groups[-1] and (len(groups[-1]) + 1) * size > _PAIRS:
            groups.append([])
        groups[-1].append(examples[i])
    for index in random.permutation(len(groups)):
        yield groups[index]


def collate(batch: Sequence[Example]) -> tuple[Tensor, ...]:
    count = -(-max(len(e.nodes) for e in batch) // _ROUND) * _ROUND
    nodes = np.zeros((len(batch), count, batch[0].nodes.shape[1]), np.float32)
    pairs = np.zeros((len(batch), count, count, batch[0].pairs.shape[2]), np.float32)
    mask = np.full((len(batch), count), -1e4, np.float32)
    classes = np.full((len(batch), count), -1, np.int64)
    relations = np.full((len(batch), 4, count, count), -1, np.int8)
    weights = np.zeros((len(batch), count, count), np.float32)
    for i, e in enumerate(batch):
        n = len(e.nodes)
        nodes[i, :n], pairs[i, :n, :n], mask[i, :n] = e.nodes, e.pairs, 0
        classes[i, :n], relations[i, :, :n, :n] = e.classes, e.relations
        weights[i, :n, :n] = e.weights
    return tuple(map(torch.from_numpy, (nodes, pairs, mask, classes, relations, weights)))


def loss_of(network: LayoutNetwork, batch: tuple[Tensor, ...]) -> Tensor:
    nodes, pairs, mask, classes, relations, weights = batch
    class_logits, relation_logits = network(nodes, pairs, mask)
    loss = functional.cross_entropy(
        class_logits.float().flatten(0, 1), classes.flatten(), ignore_index=-1, label_smoothing=0.05
    )
    targets = relations.permute(0, 2, 3, 1)
    known = (targets >= 0) * weights[..., None]
    each = functional.binary_cross_entropy_with_logits(
        relation_logits.float(), targets.clamp(0).float(), reduction="none"
    )
    return loss + (each * known * _RELATION_WEIGHTS).sum() / known[..., 0].sum().clamp(1)


def train(pages: Sequence[TrainingPage], epochs: int, seed: int = 0) -> LayoutNetwork:
    """Return a network trained on pages; the same again for the same seed and versions."""
    torch.manual_seed(seed)
    torch.set_flush_denormal(True)
    try:
        return _train(pages, epochs, np.random.default_rng(seed))
    finally:
        torch.set_flush_denormal(False)  # it holds for all floats of the process


def _train(
    pages: Sequence[TrainingPage], epochs: int, random: np.random.Generator
) -> LayoutNetwork:
    pages = [page for page in pages if 3 <= len(page.classes) <= MAX_NODES]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        examples = draw_examples(pages, random, pool)
        network = _new_network(examples)
        optimizer = torch.optim.AdamW(network.parameters(), weight_decay=_WEIGHT_DECAY)
        start = time.monotonic()
        for epoch in range(epochs):
            if epoch and epoch % _EPOCHS_AS_IS == 0:
                examples = []  # before the next ones take their room
                examples = draw_examples(pages, random, pool)
            losses = []
            epoch_batches = list(batches(examples, random))
            for step, batch in enumerate(epoch_batches):
                done = epoch + step / len(epoch_batches)
                for group in optimizer.param_groups:
                    group["lr"] = _RATE * min(1, (done + 1e-3) / _WARM_UP) * (1 - done / epochs)
                with torch.autocast("cpu", torch.bfloat16):
                    loss = loss_of(network, collate(batch))
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                losses.append(float(loss.detach()))
            seconds = time.monotonic() - start
            print(f"epoch {epoch + 1}: {np.mean(losses):.4f}, {seconds:.0f} s", flush=True)
    return network.eval()


def _new_network(examples: Sequence[Example]) -> LayoutNetwork:
    """Return an untrained network that scales the features of nodes as these examples ask."""
    first = examples[0]
    network = LayoutNetwork(first.nodes.shape[1], first.pairs.shape[2], len(CLASSES))
    stacked = torch.from_numpy(np.concatenate([e.nodes for e in examples]))
    network.node_mean.copy_(stacked.mean(0))
    network.node_std.copy_(stacked.std(0).clamp(_MIN_DEVIATION))
    return network
