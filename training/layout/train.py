"""Trains layout networks on generated pages."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
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
_EPOCHS_AS_IS = 4  # after this many, pages are drawn and varied again
_PAIRS = 60_000  # per batch, approximately
_RATE, _WEIGHT_DECAY = 2e-3, 0.02
_WARM_UP = 0.2  # epochs
_MIN_DEVIATION = 0.01  # of a feature
_ROUND = 16  # the nodes of a batch are padded to multiples of this, since new shapes cost time


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
        class_logits.flatten(0, 1), classes.flatten(), ignore_index=-1, label_smoothing=0.05
    )
    targets = relations.permute(0, 2, 3, 1)
    known = (targets >= 0) * weights[..., None]
    each = functional.binary_cross_entropy_with_logits(
        relation_logits, targets.clamp(0).float(), reduction="none"
    )
    return loss + (each * known * _RELATION_WEIGHTS).sum() / known[..., 0].sum().clamp(1)


def train(
    pages: Sequence[TrainingPage], epochs: int, seeds: Sequence[int] = (0,)
) -> list[LayoutNetwork]:
    """Return a network for each seed, trained on pages drawn by the first one.

    They are trained in parallel, one thread each: the parts of a batch are too small to be divided
    among threads. The same seeds, versions and kind of processor give the same networks.
    """
    pages = [page for page in pages if 3 <= len(page.classes) <= MAX_NODES]
    random, learners, examples = np.random.default_rng(seeds[0]), list[_Learner](), list[Example]()
    with (
        _torch_threads_kept(),
        ProcessPoolExecutor(mp_context=get_context("spawn")) as pool,
        ThreadPoolExecutor(len(seeds), initializer=_set_up_thread) as threads,
    ):
        for first in range(0, epochs, _EPOCHS_AS_IS):
            rounds = range(first, min(first + _EPOCHS_AS_IS, epochs))
            examples = []  # frees memory before the next ones are made
            examples = draw_examples(pages, random, pool)
            learners = learners or [_Learner(seed, examples, epochs) for seed in seeds]
            learn = partial(_Learner.learn, examples=examples, epochs=rounds)
            list(threads.map(learn, learners))
            del learn  # it also holds the examples
    return [learner.network.eval() for learner in learners]


@contextmanager
def _torch_threads_kept() -> Iterator[None]:
    """Restore torch's number of threads: the one set in a thread carries over to later threads."""
    count = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(count)


def _set_up_thread() -> None:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


class _Learner:
    """A network in training."""

    def __init__(self, seed: int, examples: Sequence[Example], epochs: int) -> None:
        torch.manual_seed(seed)
        self.name, self.random = f"network {seed}", np.random.default_rng(seed)
        self.network = _new_network(examples)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), weight_decay=_WEIGHT_DECAY)
        self.start, self.all_epochs = time.monotonic(), epochs

    def learn(self, examples: Sequence[Example], epochs: range) -> None:
        """Train on examples for some of the epochs; the learning rate falls until the last one."""
        for epoch in epochs:
            losses = []
            epoch_batches = list(batches(examples, self.random))
            for step, batch in enumerate(epoch_batches):
                done = epoch + step / len(epoch_batches)
                rate = _RATE * min(1, (done + 1e-3) / _WARM_UP) * (1 - done / self.all_epochs)
                for group in self.optimizer.param_groups:
                    group["lr"] = rate
                loss = loss_of(self.network, collate(batch))
                self.optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
                self.optimizer.step()
                losses.append(float(loss.detach()))
            seconds = time.monotonic() - self.start
            message = f"{self.name}, epoch {epoch + 1}: {np.mean(losses):.4f}, {seconds:.0f} s"
            print(message, flush=True)


def _new_network(examples: Sequence[Example]) -> LayoutNetwork:
    """Return an untrained network that scales node features to fit these examples."""
    first = examples[0]
    network = LayoutNetwork(first.nodes.shape[1], first.pairs.shape[2], len(CLASSES))
    stacked = torch.from_numpy(np.concatenate([e.nodes for e in examples]))
    network.node_mean.copy_(stacked.mean(0))
    network.node_std.copy_(stacked.std(0).clamp(_MIN_DEVIATION))
    return network
