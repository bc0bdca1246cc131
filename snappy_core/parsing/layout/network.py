"""The layout network: what the nodes of a page are, and which of them belong together.

A small transformer, trained on generated pages only (`training/layout`, `MODEL_CARD.md`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import ModelError
from snappy_core.forks import ProcessModel
from snappy_core.parsing.layout.features import Nodes

SHA256 = "ddc3e6acfc72c97e12545043ad976bf7008b3347922d1840197415c63e17ea30"
CLASSES = ("other", "paragraph", "list_item", "heading", "table", "figure", "caption")
"""What a node may be: "other" is a running head, a page number or a watermark."""

OTHER, PARAGRAPH, LIST_ITEM, HEADING, TABLE, FIGURE, CAPTION = range(len(CLASSES))

_FILE = "layout.onnx"


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the network predicts for the n nodes of a page.

    Attributes:
        classes: (n, c) probabilities of `CLASSES`.
        same_block, same_row, same_group: (n, n) logits, positive where two nodes belong to one
            block of text or table cell; to one table row; to one table, figure or list.
        is_before: (n, n) logits, positive where the first node is read before the second.
    """

    classes: NDArray[np.float32]
    same_block: NDArray[np.float32]
    same_row: NDArray[np.float32]
    same_group: NDArray[np.float32]
    is_before: NDArray[np.float32]


def predict(nodes: Nodes) -> Prediction:
    """Classify and relate the nodes of a page; time and memory grow with the square of their count.

    Raises:
        ModelError: the model file is not the one for this version.
    """
    feed = {"nodes": nodes.features, "pairs": nodes.pairs}
    classes, relations = _SESSION.get().run(None, feed)
    return Prediction(classes, *np.moveaxis(relations, -1, 0))


def _load_session() -> Any:
    import onnxruntime

    model = files("snappy_core").joinpath("data", _FILE).read_bytes()
    if hashlib.sha256(model).hexdigest() != SHA256:
        raise ModelError(f"{_FILE} is damaged; reinstall snappy-retriever")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # pages are small, and workers run in parallel
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


_SESSION: ProcessModel[Any] = ProcessModel(_FILE, _load_session)
